#pragma once

#include <cstddef>
#include <optional>

#include "runtime/base/bytes.h"

namespace rpcsieve::dcerpc {

// Framing tells a Framer how connection-oriented PDUs follow one another [C706 §12.6.3.1].
struct Framing {
  static constexpr std::size_t header_bytes = 16;
  static constexpr std::size_t judged_bytes = 16;
  static constexpr std::size_t marker_bytes = 16;

  [[nodiscard]] std::optional<std::size_t> total(Bytes header) const;
  [[nodiscard]] std::size_t keep(Bytes head, std::size_t total) const;
  [[nodiscard]] std::size_t find(Bytes bytes) const;
};

// plausible says whether a connection-oriented PDU may begin with these bytes: version 5.0 or 5.1,
// a known type, a defined data representation, a length that holds the header. It judges as many of
// the first 16 bytes as there are, so it also serves for the first bytes of a flow.
bool plausible(Bytes bytes);

// is_from_client says which side sends such a PDU, by its type; `pdu` begins with its header.
bool is_from_client(Bytes pdu);

}  // namespace rpcsieve::dcerpc

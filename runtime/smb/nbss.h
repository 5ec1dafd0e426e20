#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "runtime/base/bytes.h"

namespace rpcsieve::smb {

class Channel;

// Framing tells a Framer how SMB messages follow one another on TCP: the session service header of
// NetBIOS [RFC 1002 §4.3.1], or its 24-bit form on port 445 [MS-SMB2 §2.1]. It asks the channel
// how much of a message is wanted, so that file contents are passed over unstored. A frame's first
// four bytes are this header.
struct Framing {
  static constexpr std::size_t header_bytes = 4;
  // This header, that of SMB2 and the longest fixed part of a request or response that matters.
  static constexpr std::size_t judged_bytes = 4 + 64 + 56;
  static constexpr std::size_t marker_bytes = 8;

  const Channel& channel;

  [[nodiscard]] std::optional<std::size_t> total(Bytes header) const;
  [[nodiscard]] std::size_t keep(Bytes head, std::size_t total) const;
  [[nodiscard]] std::size_t find(Bytes bytes) const;
};

// plausible says whether an SMB connection may begin, or go on, with these bytes: a session service
// header followed by the mark of SMB1, SMB2, a transform or a compression header, or a NetBIOS
// session request or answer, or a keep-alive. It judges as many of the first 8 bytes as there are.
bool plausible(Bytes bytes);

// Form says what a message is made of, by its first bytes. kOther: nothing of SMB.
enum class Form : std::uint8_t { kOther, kClear, kEncrypted, kCompressed };
// form_of judges a message that begins with its session service header.
Form form_of(Bytes message);

}  // namespace rpcsieve::smb

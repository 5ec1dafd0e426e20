#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/cursor.h"

namespace rpcsieve {

// Uuid is a DCE UUID as its text is read: bytes[0] is the first pair of hex digits. Comparison is
// the text's order. The nil UUID is the default value.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  [[nodiscard]] bool is_nil() const { return *this == Uuid{}; }
};

// read_uuid reads the 16 bytes of a UUID; its first three fields follow the cursor's byte order
// [C706 appendix A, MS-DTYP §2.3.4.2].
Uuid read_uuid(Cursor& cursor);

// wire_bytes gives the 16 bytes as a sender of that byte order puts them on the wire.
std::array<std::uint8_t, 16> wire_bytes(const Uuid& uuid, Endian endian);

// parse_uuid reads the 36-character text form in either case; nullopt for anything else.
std::optional<Uuid> parse_uuid(std::string_view text);

// print gives the 36-character text in lower case.
std::string print(const Uuid& uuid);

}  // namespace rpcsieve

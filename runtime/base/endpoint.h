#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/bytes.h"

namespace rpcsieve {

// IpAddress is an IPv6 address; an IPv4 one is kept as ::ffff:a.b.c.d [RFC 4291 §2.5.5.2], so that
// both share one order and one kind of range.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  // Addresses are compared for every packet: as two numbers, without a call of memcmp.
  bool operator==(const IpAddress& other) const {
    return part(0) == other.part(0) && part(8) == other.part(8);
  }
  std::strong_ordering operator<=>(const IpAddress& other) const {
    const auto high = part(0) <=> other.part(0);
    return high != 0 ? high : part(8) <=> other.part(8);
  }
  [[nodiscard]] bool is_v4() const { return part(0) == 0 && part(8) >> 32 == 0xffff; }

 private:
  // part gives eight bytes as a number whose order is theirs.
  [[nodiscard]] std::uint64_t part(std::size_t at) const {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return std::endian::native == std::endian::big ? value : __builtin_bswap64(value);
  }
};

// Endpoint is one end of a flow; the port is in host byte order.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  auto operator<=>(const Endpoint&) const = default;
};

// make_v4 and make_v6 take the address as it stands in an IP header (4 and 16 bytes).
inline IpAddress make_v4(Bytes four) {
  IpAddress address{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};
  std::memcpy(address.bytes.data() + 12, four.data(), 4);
  return address;
}
IpAddress make_v6(Bytes sixteen);

// parse_address reads dotted IPv4 or IPv6 text; nullopt for anything else.
std::optional<IpAddress> parse_address(std::string_view text);

// print gives the usual text: dotted for IPv4, RFC 5952 for IPv6.
std::string print(const IpAddress& address);

}  // namespace rpcsieve

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/bytes.h"

namespace rpcsieve {

// IpAddress is an IPv6 address; an IPv4 one is kept as ::ffff:a.b.c.d [RFC 4291 §2.5.5.2], so that
// both share one order and one kind of range.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const IpAddress&) const = default;
  [[nodiscard]] bool is_v4() const;
};

// Endpoint is one end of a flow; the port is in host byte order.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  auto operator<=>(const Endpoint&) const = default;
};

// make_v4 and make_v6 take the address as it stands in an IP header (4 and 16 bytes).
IpAddress make_v4(Bytes four);
IpAddress make_v6(Bytes sixteen);

// parse_address reads dotted IPv4 or IPv6 text; nullopt for anything else.
std::optional<IpAddress> parse_address(std::string_view text);

// print gives the usual text: dotted for IPv4, RFC 5952 for IPv6.
std::string print(const IpAddress& address);

}  // namespace rpcsieve

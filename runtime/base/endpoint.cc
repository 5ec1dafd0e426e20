#include "runtime/base/endpoint.h"

#include <arpa/inet.h>

#include <algorithm>

namespace rpcsieve {
namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

bool IpAddress::is_v4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes.begin());
}

IpAddress make_v4(Bytes four) {
  IpAddress address;
  std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes.begin());
  std::copy_n(four.begin(), 4, address.bytes.begin() + kV4Prefix.size());
  return address;
}

IpAddress make_v6(Bytes sixteen) {
  IpAddress address;
  std::copy_n(sixteen.begin(), 16, address.bytes.begin());
  return address;
}

std::optional<IpAddress> parse_address(std::string_view text) {
  const std::string copy(text);
  if (copy.find('\0') != std::string::npos) return std::nullopt;  // inet_pton would stop there
  std::array<std::uint8_t, 16> raw{};
  if (inet_pton(AF_INET, copy.c_str(), raw.data()) == 1) return make_v4(Bytes(raw).first(4));
  if (inet_pton(AF_INET6, copy.c_str(), raw.data()) == 1) return make_v6(raw);
  return std::nullopt;
}

std::string print(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = address.is_v4();
  inet_ntop(v4 ? AF_INET : AF_INET6, address.bytes.data() + (v4 ? kV4Prefix.size() : 0),
            text.data(), text.size());
  return text.data();
}

}  // namespace rpcsieve

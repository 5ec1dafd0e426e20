#include "runtime/base/endpoint.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace rpcsieve {
namespace {

// print_v4 is inet_ntop's, for records, which have two each.
std::string print_v4(Bytes four) {
  std::array<char, INET_ADDRSTRLEN> text{};
  char* to = text.data();
  for (const std::uint8_t octet : four) {
    if (to != text.data()) *to++ = '.';
    to = std::to_chars(to, text.data() + text.size(), octet).ptr;
  }
  return {text.data(), to};
}

}  // namespace

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
  if (address.is_v4()) return print_v4(Bytes(address.bytes).last(4));
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, address.bytes.data(), text.data(), text.size());
  return text.data();
}

}  // namespace rpcsieve

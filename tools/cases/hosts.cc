// Addresses are not solved for but tried: a few of each network that a set names, or, where it says
// who is not meant, a few of networks that are nobody's.
#include "tools/cases/hosts.h"

#include <algorithm>
#include <array>
#include <vector>

namespace rpcsieve::cases {
namespace {

using compiler::AddressSet;
using compiler::Cidr;

constexpr std::size_t kMaxNets = 256;  // of one set that are tried
constexpr std::array<std::uint8_t, 4> kOffsets = {5, 1, 2, 0};

// Private and documentation networks [RFC 1918, RFC 5737, RFC 4193, RFC 3849].
constexpr std::array<std::string_view, 9> kNetworks = {"10.0.0.0",  "172.16.0.0",   "192.168.0.0",
                                                       "192.0.2.0", "198.51.100.0", "203.0.113.0",
                                                       "fd00::",    "fd12:3456::",  "2001:db8::"};

bool holds(const Cidr& net, const IpAddress& address) {
  if (net.address.is_v4() != address.is_v4()) return false;
  const std::size_t bits = net.prefix + (address.is_v4() ? 96U : 0U);
  for (std::size_t bit = 0; bit < bits; ++bit) {
    const std::uint8_t mask = static_cast<std::uint8_t>(0x80U >> bit % 8);
    if (((net.address.bytes[bit / 8] ^ address.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

bool holds(const AddressSet& set, const IpAddress& address) {
  const bool listed = std::any_of(set.nets.begin(), set.nets.end(),
                                  [&](const Cidr& net) { return holds(net, address); });
  return listed != set.negated;
}

// candidates gives addresses of one version that a set holds.
std::vector<IpAddress> candidates(const AddressSet& set, bool v4) {
  std::vector<IpAddress> bases;
  for (std::size_t i = 0; !set.negated && i < std::min(set.nets.size(), kMaxNets); ++i)
    bases.push_back(set.nets[i].address);
  for (const std::string_view network : kNetworks)
    if (set.negated) bases.push_back(parse_address(network).value());
  std::vector<IpAddress> out;
  for (IpAddress address : bases) {
    const std::uint8_t last = address.bytes[15];
    for (const std::uint8_t offset : kOffsets) {
      address.bytes[15] = static_cast<std::uint8_t>(last + offset);
      if (address.is_v4() == v4 && holds(set, address)) out.push_back(address);
    }
  }
  return out;
}

std::optional<forge::Hosts> choose(const AddressSet& from, const AddressSet& to, bool v4) {
  const auto servers = candidates(to, v4);
  for (const IpAddress& client : candidates(from, v4)) {
    for (const IpAddress& server : servers)
      if (server != client) return forge::Hosts{print(client), print(server)};
  }
  return std::nullopt;
}

// plus gives the address so many behind another one, which is no network's first or last: those
// ending in 0 and 255 are passed over. It stays in its network, if `bits` of it are the hosts'.
IpAddress plus(IpAddress address, std::uint32_t number, std::size_t bits) {
  constexpr std::uint32_t kInLastByte = 254;
  std::uint32_t offset = bits < 8 ? number : number / kInLastByte * 256 + 1 + number % kInLastByte;
  if (bits < 32) offset &= (1U << bits) - 1;
  for (std::size_t i = 0; i < 4; ++i)
    address.bytes[15 - i] =
        static_cast<std::uint8_t>(address.bytes[15 - i] | (offset >> 8 * i & 0xff));
  return address;
}

// one_of gives an address of networks that a set holds.
std::optional<IpAddress> one_of(const std::vector<Cidr>& nets, const AddressSet& set,
                                std::uint32_t number) {
  for (const bool v4 : {true, false}) {
    for (const Cidr& net : nets) {
      if (net.address.is_v4() != v4) continue;
      const IpAddress address = plus(net.address, number, (v4 ? 32U : 128U) - net.prefix);
      if (holds(set, address)) return address;
    }
  }
  return std::nullopt;
}

// everywhere is where a host may be of which is only said where it is not.
std::vector<Cidr> everywhere() {
  std::vector<Cidr> nets;
  for (const std::string_view network :
       {"10.0.0.0", "172.0.0.0", "192.0.0.0", "100.0.0.0", "fd00::"})
    nets.push_back({parse_address(network).value(), 8});
  return nets;
}

}  // namespace

std::optional<IpAddress> address_of(const AddressSet& set, std::uint32_t number) {
  return one_of(set.negated ? everywhere() : set.nets, set, number);
}

std::optional<IpAddress> address_outside(const AddressSet& set, std::uint32_t number) {
  return address_of({set.nets, !set.negated}, number);
}

std::optional<ForgedHosts> choose_hosts(const AddressSet& from, const AddressSet& to) {
  const auto v4 = choose(from, to, true), v6 = choose(from, to, false);
  if (!v4 && !v6) return std::nullopt;
  return ForgedHosts{v4 ? *v4 : *v6, v6};
}

}  // namespace rpcsieve::cases

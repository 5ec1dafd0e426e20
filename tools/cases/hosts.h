#pragma once

#include <optional>

#include "compiler/ir/ir.h"
#include "tools/forge/call.h"

namespace rpcsieve::cases {

// ForgedHosts are a client and a server that a detection is about: of IPv4 if it can be, and of
// IPv6, if it can be.
struct ForgedHosts {
  forge::Hosts main;
  std::optional<forge::Hosts> v6;
};

// choose_hosts finds them; nullopt if there are none. The two hosts differ.
std::optional<ForgedHosts> choose_hosts(const compiler::AddressSet& from,
                                        const compiler::AddressSet& to);

// Nobody is like another: address_of gives a different address of a set for each number, as long as
// the set has some; of IPv4 if it can be. nullopt if it has none.
std::optional<IpAddress> address_of(const compiler::AddressSet& set, std::uint32_t number);
// address_outside gives one that the set excludes.
std::optional<IpAddress> address_outside(const compiler::AddressSet& set, std::uint32_t number);

}  // namespace rpcsieve::cases

#pragma once

#include <optional>

#include "compiler/ir/ir.h"
#include "tools/forge/call.h"

namespace rpcsieve::cli {

// ForgedHosts are a client and a server that a detection is about: of IPv4 if it can be, and of
// IPv6, if it can be.
struct ForgedHosts {
  forge::Hosts main;
  std::optional<forge::Hosts> v6;
};

// choose_hosts finds them; nullopt if there are none. The two hosts differ.
std::optional<ForgedHosts> choose_hosts(const compiler::AddressSet& from,
                                        const compiler::AddressSet& to);

}  // namespace rpcsieve::cli

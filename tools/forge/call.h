#pragma once

#include <optional>
#include <string>

#include "tools/forge/dcerpc_builder.h"

namespace rpcsieve::forge {

// Hosts are the two addresses of a connection, both of one IP version.
struct Hosts {
  std::string client = "10.0.0.5";
  std::string server = "10.0.0.1";
};

// Operation is one method of an interface.
struct Operation {
  Syntax interface = kLsarpc;
  std::uint16_t opnum = 0;
};

// Call is the call that a capture is forged around.
struct Call {
  Operation operation;
  Buffer stub;
  std::optional<Uuid> object;
  std::string pipe = "lsarpc";       // where an evasion does not ask for another
  std::string other_pipe = "lsass";  // ... and if it does
  Hosts hosts;
  std::optional<Hosts> hosts6 = Hosts{"fd00::5", "fd00::1"};  // nullopt: it cannot come over IPv6

  // neighbour is another call, of an interface of its own, for evasions that need one.
  Operation neighbour = {kSamr, 64};
  std::string neighbour_pipe = "samr";
};

}  // namespace rpcsieve::forge

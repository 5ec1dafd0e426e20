#pragma once

#include <cstdint>
#include <string>

namespace rpcsieve::alert {

// Interface is how much of a network interface's traffic was captured, in packets.
struct Interface {
  std::string name;
  std::uint64_t received = 0;           // that passed the filter
  std::uint64_t dropped = 0;            // ... of which nobody read these in time
  std::uint64_t interface_dropped = 0;  // by the interface itself
};

}  // namespace rpcsieve::alert

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ir/ir.h"
#include "tools/cases/judge.h"
#include "tools/forge/story.h"

namespace rpcsieve::cases {

// Event is what a client does that fits a step of a detection, or nearly does.
struct Event {
  std::string name;  // "lsarpc-43", "lsarpc-43-other-version"
  std::variant<forge::Dealing, forge::Opening> what;
  std::uint8_t transports = 0;  // bits of those that it comes by
};

// So many events of one step are made, of either kind; a detection that has more is refused.
inline constexpr std::size_t kMaxEvents = 1024;
// So many events a count may ask for.
inline constexpr std::uint32_t kMaxCounted = 10000;

// Events are those of one step: the fitting ones, of which the first is the plainest, and near
// misses. No near miss fits any step of the detection.
struct Events {
  std::vector<Event> fitting, missing;
  std::vector<std::string> refused;  // what cannot be forged, and why
};

// Context is what the events of a detection are made for.
struct Context {
  const compiler::Ir& ir;
  const compiler::Detection& detection;
  Judge& judge;
  forge::Hosts hosts;
};

// events_of makes the events of a step. The transports of a step are those that it claims; a bind
// does not claim UDP, which has none, and a file claims SMB.
Events events_of(const Context& context, std::size_t step);
std::uint8_t claims(const compiler::Step& step);

}  // namespace rpcsieve::cases

#pragma once

#include "tools/cases/event.h"

namespace rpcsieve::cases {

// The events of one condition; those of a step are put together in event.cc. `step` is the number
// of the condition's step.
void add_calls(const Context& context, std::size_t step, const compiler::CallCondition& condition,
               Events& events);
void add_binds(const Context& context, const compiler::BindCondition& condition, Events& events);
void add_files(const Context& context, const compiler::FileCondition& condition, Events& events);

// add_missing adds an event for those of the given transports by which it fits no step.
void add_missing(const Context& context, Event event, std::uint8_t transports, Events& events);

// Near misses that calls and binds have in common: another interface, another version, another
// pipe, a transport that the condition does not claim.
struct Common {
  std::string name;
  const Uuid& interface;
  std::uint16_t version_major_first, version_major_last;
  std::uint8_t transports;
  const std::vector<std::string>& pipes;
};
void add_common(const Context& context, const Common& common, const forge::Dealing& dealing,
                Events& events);

}  // namespace rpcsieve::cases

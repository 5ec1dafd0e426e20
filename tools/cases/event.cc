#include "tools/cases/event.h"

#include <fmt/format.h>

#include "tools/cases/call_events.h"

namespace rpcsieve::cases {

std::uint8_t claims(const compiler::Step& step) {
  unsigned bits = step.files.empty() ? 0 : compiler::kSmb;
  for (const auto& call : step.calls) bits |= call.transports;
  for (const auto& bind : step.binds) bits |= bind.transports & ~unsigned{compiler::kUdp};
  return static_cast<std::uint8_t>(bits);
}

Events events_of(const Context& context, std::size_t step) {
  Events events;
  const compiler::Step& conditions = context.detection.steps[step];
  for (const auto& condition : conditions.calls) add_calls(context, step, condition, events);
  for (const auto& condition : conditions.binds) add_binds(context, condition, events);
  for (const auto& condition : conditions.files) add_files(context, condition, events);
  if (events.fitting.size() >= kMaxEvents)
    events.refused.push_back(fmt::format("more than {} events", kMaxEvents));
  return events;
}

}  // namespace rpcsieve::cases

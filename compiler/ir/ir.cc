#include "compiler/ir/ir.h"

#include <algorithm>
#include <utility>

namespace rpcsieve::compiler {
namespace {

constexpr std::size_t kInferableBytes = 8;

// is_telling: a literal that is long enough to speak for a call by itself. Runs of one byte, zeros
// above all, are in stubs of every kind.
bool is_telling(const Pattern& pattern) {
  const auto& bytes = pattern.bytes;
  if (pattern.kind != Pattern::Kind::kLiteral || bytes.size() < kInferableBytes) return false;
  return std::any_of(bytes.begin(), bytes.end(), [&](std::uint8_t b) { return b != bytes[0]; });
}

template <class See>
void for_each_term(Detection& detection, See see) {
  for (Step& step : detection.steps)
    for (CallCondition& call : step.calls)
      for (Clause& clause : call.stub)
        for (Term& term : clause.any) see(term);
}

std::string_view beyond_request(const CallCondition& call) {
  if (call.outcomes != kEveryOutcome) return "outcome";
  return call.auth_types.empty() && call.auth_levels == kEveryLevel ? "" : "auth";
}

}  // namespace

std::string_view beyond_calls(const Detection& detection) {
  if (detection.steps.size() > 1) return "sequence";
  if (detection.count) return "count";
  for (const Step& step : detection.steps) {
    if (!step.binds.empty()) return "bind";
    if (!step.files.empty()) return "file";
    for (const CallCondition& call : step.calls)
      if (const auto what = beyond_request(call); !what.empty()) return what;
  }
  return "";
}

bool is_inferable(const Ir& ir, const CallCondition& condition) {
  return is_inferable(ir.patterns, condition);
}

bool is_inferable(const std::vector<Pattern>& patterns, const CallCondition& condition) {
  return std::any_of(condition.stub.begin(), condition.stub.end(), [&](const Clause& clause) {
    return clause.any.size() == 1 && !clause.any[0].negated &&
           is_telling(patterns[clause.any[0].pattern]);
  });
}

void keep(database::Profile profile, Ir& ir) {
  std::erase_if(ir.detections, [&](const Detection& one) { return one.profile != profile; });
  constexpr std::uint32_t kUnused = ~0U;
  std::vector<std::uint32_t> places(ir.patterns.size(), kUnused);
  std::vector<Pattern> kept;
  for (Detection& detection : ir.detections) {
    for_each_term(detection, [&](Term& term) {
      std::uint32_t& place = places[term.pattern];
      if (place == kUnused) {
        place = static_cast<std::uint32_t>(kept.size());
        kept.push_back(std::move(ir.patterns[term.pattern]));
      }
      term.pattern = place;
    });
  }
  ir.patterns = std::move(kept);
}

}  // namespace rpcsieve::compiler

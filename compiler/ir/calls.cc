// Call conditions: one for each interface that a condition lists, as operations have their numbers
// from there.
#include "compiler/ir/calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/ir/operations.h"
#include "compiler/ir/targets.h"
#include "compiler/ir/words.h"
#include "compiler/spec/number.h"

namespace rpcsieve::compiler {
namespace {

// The numbers of kAuthTypeWords [MS-RPCE §2.2.1.1.7].
constexpr std::array<std::uint8_t, 6> kAuthTypes = {0, 9, 10, 14, 16, 68};
static_assert(kAuthTypes.size() == std::size(kAuthTypeWords));

std::vector<std::uint8_t> read_auth_types(const std::vector<Value>& values, Diagnostics& out) {
  std::vector<std::uint8_t> types;
  for (const Value& value : values) {
    if (const auto number = parse_number(value.text, 0xff)) {
      types.push_back(static_cast<std::uint8_t>(*number));
    } else if (const auto word = look_up(value, "type", kAuthTypeWords, out)) {
      types.push_back(kAuthTypes.at(*word));
    }
  }
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  return types;
}

// read_auth_levels gives the levels of kAuthLevelWords, which begin with 1 for `none`. That no
// verifier is there at all, 0, is no protection either [MS-RPCE §2.2.1.1.8].
std::uint8_t read_auth_levels(const std::vector<Value>& values, Diagnostics& out) {
  if (values.empty()) return kEveryLevel;
  const unsigned words = look_up_bits(values, "level", kAuthLevelWords, 0, out);
  return static_cast<std::uint8_t>(words << 1 | (words & 1U));
}

// shared_part gives a condition all that does not depend on the interface.
CallCondition shared_part(const CallSpec& call, PatternTable& patterns, Diagnostics& out) {
  CallCondition condition;
  condition.transports = read_transports(call.transports, out);
  condition.transports_given = !call.transports.empty();
  condition.pipes = read_pipes(call.pipes, condition.transports, out);
  if (call.object) condition.object = read_uuid_value(*call.object, "object", out);
  condition.auth_types = read_auth_types(call.auth_types, out);
  condition.auth_levels = read_auth_levels(call.auth_levels, out);
  condition.outcomes = read_outcomes(call.outcomes, kEveryOutcome, out);
  Stub stub = lower_stub(call.stub, patterns, out);
  condition.stub = std::move(stub.clauses);
  if (stub.sound && !condition.stub.empty() && !is_inferable(patterns.all(), condition))
    out.lint("L002", condition.stub[0].any[0].span,
             "no stub condition speaks for a call whose interface is not known",
             "a literal of 8 bytes, not all equal, would find it without its bind");
  return condition;
}

}  // namespace

std::uint8_t read_outcomes(const std::vector<Value>& values, std::uint8_t all, Diagnostics& out) {
  const std::uint8_t bits = look_up_bits(values, "outcome", kOutcomeWords, all, out);
  // `any` is the last of the words.
  return bits > kEveryOutcome ? kEveryOutcome : bits;
}

std::vector<CallCondition> lower_call(const CallSpec& call, const Catalog& catalog,
                                      PatternTable& patterns, Diagnostics& out) {
  CallCondition condition = shared_part(call, patterns, out);
  const Targets targets = read_targets(call.interfaces, call.version, catalog, out);
  const Operations operations(call.operations, tables_of(targets), targets.complete, out);
  std::vector<CallCondition> conditions;
  for (const Target& target : targets.all) {
    aim(condition, target, targets);
    condition.opnums = operations.of(target.known);
    if (!condition.opnums.empty()) conditions.push_back(condition);
  }
  // After a mistake in the interface or operation, the stub still has to be checked.
  if (conditions.empty()) conditions.push_back(std::move(condition));
  return conditions;
}

}  // namespace rpcsieve::compiler

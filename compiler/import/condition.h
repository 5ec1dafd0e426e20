#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rpcsieve::compiler {

// Condition is the `condition` of a Sigma rule: what must hold of its selections.
struct Condition {
  enum class Kind : std::uint8_t { kSelection, kAnd, kOr, kNot };
  Kind kind = Kind::kSelection;
  std::size_t selection = 0;        // kSelection: its index
  std::vector<Condition> operands;  // kNot has one
};

// ConditionFault says what is wrong with a condition, and where in its text.
struct ConditionFault {
  std::size_t at = 0;
  std::string message;
};

// parse_condition reads a condition over the selections of those names: and, or, not, brackets,
// `1 of`, `any of` and `all of` a name, a name with `*`, or them (those whose names do not begin
// with
// `_`). False: it cannot be read, and `fault` says why.
bool parse_condition(std::string_view text, const std::vector<std::string>& selections,
                     Condition& condition, ConditionFault& fault);

}  // namespace rpcsieve::compiler

#include "compiler/import/condition.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rpcsieve::compiler {
namespace {

const std::vector<std::string> kSelections = {"sel_a", "sel_b", "filter", "_hidden"};

std::string print(const Condition& condition) {
  using Kind = Condition::Kind;
  if (condition.kind == Kind::kSelection) return kSelections[condition.selection];
  const bool single = condition.operands.size() == 1 && condition.kind != Kind::kNot;
  if (single) return print(condition.operands[0]);
  std::string out = condition.kind == Kind::kNot  ? "(not"
                    : condition.kind == Kind::kOr ? "(or"
                                                  : "(and";
  for (const Condition& operand : condition.operands) out += " " + print(operand);
  return out + ")";
}

// read gives a condition in prefix form, or where and why it cannot be read.
std::string read(std::string_view text) {
  Condition condition;
  ConditionFault fault;
  if (parse_condition(text, kSelections, condition, fault)) return print(condition);
  return fmt::format("{}: {}", fault.at, fault.message);
}

struct ConditionCase {
  std::string_view text, want;
};

const ConditionCase kCases[] = {
    {"sel_a", "sel_a"},
    {"sel_a and not filter", "(and sel_a (not filter))"},
    {"sel_a or sel_b and filter", "(or sel_a (and sel_b filter))"},
    {"(sel_a or sel_b) AND NOT filter", "(and (or sel_a sel_b) (not filter))"},
    {"not not sel_a", "(not (not sel_a))"},
    {"1 of sel_*", "(or sel_a sel_b)"},
    {"any of them", "(or sel_a sel_b filter)"},
    {"all of sel_* and not 1 of filter*", "(and (and sel_a sel_b) (not filter))"},
    {"1 of _*", "_hidden"},
    {"", "0: a selection is missing"},
    {"sel_a and", "9: a selection is missing"},
    {"sel_a sel_b", "6: 'sel_b' is not expected here"},
    {"sel_c", "0: no selection is called 'sel_c'"},
    {"(sel_a", "6: a bracket is not closed"},
    {"sel_a)", "5: ')' is not expected here"},
    {"2 of sel_*", "0: only 1 of, any of and all of are known"},
    {"1 of other*", "5: no selection is called 'other*'"},
    {"1 of", "4: no selection is called ''"},
};

TEST(Condition, IsRead) {
  for (const ConditionCase& c : kCases) EXPECT_EQ(read(c.text), c.want) << c.text;
}

TEST(Condition, NestsOnlySoDeep) {
  EXPECT_EQ(read(std::string(100'000, '(')), "32: the brackets are nested too deep");
  std::string nots;
  for (int i = 0; i < 10'000; ++i) nots += "not ";
  EXPECT_EQ(read(nots + "sel_a"), "128: the brackets are nested too deep");
}

}  // namespace
}  // namespace rpcsieve::compiler

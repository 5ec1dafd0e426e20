// What specs become for Suricata 7: the rules of both profiles, each detection's verdict above
// them. Cases that differ only before the Ir would all show the same rules, so these are chosen.
#include <gtest/gtest.h>

#include "compiler/backend/backend.h"
#include "tests/golden/golden.h"

namespace rpcsieve::test {
namespace {

using compiler::Profile;

std::string print(const std::vector<compiler::Verdict>& verdicts) {
  std::string text;
  for (const compiler::Verdict& verdict : verdicts) {
    text += "# " + verdict.detection + ": " + std::string(name(verdict.fidelity)) + "\n";
    for (const std::string& reason : verdict.reasons) text += "#   " + reason + "\n";
  }
  return text;
}

std::string print(const compiler::RuleSet& rules, Profile profile) {
  const auto emitted = emit_suricata7(rules.ir, rules.sids, profile);
  const std::string title = profile == Profile::kPrecise ? "precise" : "coverage";
  return "# profile " + title + "\n" + print(emitted.verdicts) + emitted.text;
}

class Suricata7 : public testing::TestWithParam<std::string> {};

TEST_P(Suricata7, RulesAndVerdicts) {
  const auto rules = compile_case(GetParam()).rules;
  expect_golden(GetParam(), "suricata7",
                rules ? print(*rules, Profile::kPrecise) + print(*rules, Profile::kCoverage) : "");
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, Suricata7,
                         testing::Values("suricata-forms", "addresses", "empty-role",
                                         "shared-conditions", "weak-stub"),
                         test_name);

}  // namespace
}  // namespace rpcsieve::test

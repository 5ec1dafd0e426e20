// What specs become for Snort, Wireshark and Sigma: the cases of suricata7_test.cc, with each
// detection's verdict above what was written.
#include <gtest/gtest.h>

#include "compiler/backend/sigma.h"
#include "compiler/backend/snort.h"
#include "compiler/backend/wireshark.h"
#include "tests/golden/golden.h"

namespace rpcsieve::test {
namespace {

using compiler::Emitted;
using compiler::Profile;
using compiler::RuleSet;

struct Target {
  std::string_view extension;
  Emitted (*emit)(const RuleSet&, Profile);
};

const Target kTargets[] = {
    {"snort3", [](const RuleSet& rules,
                  Profile profile) { return emit_snort3(rules.ir, rules.sids, profile); }},
    {"snort29", [](const RuleSet& rules,
                   Profile profile) { return emit_snort29(rules.ir, rules.sids, profile); }},
    {"wireshark",
     [](const RuleSet& rules, Profile profile) { return emit_wireshark(rules.ir, profile); }},
    {"sigma",
     [](const RuleSet& rules, Profile profile) {
       auto emitted = emit_sigma(rules.ir, profile);
       return Emitted{sigma_documents(emitted.files), std::move(emitted.verdicts)};
     }},
};

std::string print(const Emitted& emitted) {
  std::string text;
  for (const compiler::Verdict& verdict : emitted.verdicts) {
    text += "# " + verdict.detection + ": " + std::string(name(verdict.fidelity)) + "\n";
    for (const std::string& reason : verdict.reasons) text += "#   " + reason + "\n";
  }
  return text + emitted.text;
}

class OtherTargets : public testing::TestWithParam<std::string> {};

TEST_P(OtherTargets, RulesAndVerdicts) {
  const auto rules = compile_case(GetParam()).rules;
  ASSERT_TRUE(rules);
  for (const Target& target : kTargets) {
    const std::string precise = print(target.emit(*rules, Profile::kPrecise));
    const std::string coverage = print(target.emit(*rules, Profile::kCoverage));
    expect_golden(GetParam(), target.extension,
                  "# profile precise\n" + precise + "# profile coverage\n" + coverage);
  }
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, OtherTargets,
                         testing::Values("suricata-forms", "addresses", "empty-role",
                                         "shared-conditions", "weak-stub"),
                         test_name);

}  // namespace
}  // namespace rpcsieve::test

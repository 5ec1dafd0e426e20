#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tools/suite/suite.h"

namespace rpcsieve::suite {
namespace {

std::vector<Case> read(const std::string& text, compiler::Diagnostics& out) {
  return parse(std::make_shared<compiler::Source>(compiler::Source{"s.yaml", text}), out);
}

// codes_of gives what is wrong with a suite, in order of place.
std::string codes_of(const std::string& text) {
  compiler::Diagnostics diagnostics;
  read(text, diagnostics);
  std::string codes;
  for (const auto& one : diagnostics.sorted()) codes += (codes.empty() ? "" : " ") + one.code;
  return codes;
}

TEST(Parse, ReadsACase) {
  compiler::Diagnostics out;
  const auto cases = read(R"(
- capture: a.pcap
  rules: [rules, more]
  calls: 3
  users: {'LAB\alice@CL1': 2}
  outcomes: {fault: 2, success: 1}
  anomalies: 1
  alerts:
    - {detection: one, count: 2, outcome: fault, user: null}
    - {detection: two}
  divergences:
    - {engine: suricata7, detection: two, reason: it is blind here}
  origin: made up
- {capture: b.pcap, rules: rules, quiet: true, origin: made up}
)",
                          out);
  EXPECT_FALSE(out.has_errors());
  ASSERT_EQ(cases.size(), 2U);
  const Case& one = cases[0];
  EXPECT_EQ(one.capture, "a.pcap");
  EXPECT_EQ(one.rules, (std::vector<std::string>{"rules", "more"}));
  EXPECT_EQ(one.calls, 3U);
  EXPECT_EQ(one.users, (Tally{{"LAB\\alice@CL1", 2}}));
  EXPECT_EQ(one.anomalies, 1U);
  ASSERT_EQ(one.alerts.size(), 2U);
  EXPECT_EQ(one.alerts[0].count, 2U);
  EXPECT_EQ(one.alerts[0].conditions,
            (std::map<std::string, std::string>{{"outcome", "fault"}, {"user", ""}}));
  EXPECT_EQ(one.alerts[1].count, 1U);
  ASSERT_EQ(one.divergences.size(), 1U);
  EXPECT_EQ(one.divergences[0].reason, "it is blind here");
  EXPECT_TRUE(cases[1].alerts.empty());
}

TEST(Parse, ReadsWhatIsToBeForged) {
  compiler::Diagnostics out;
  const auto cases = read(R"(
- forge: all
  rules: rules
  variables: {DC: [10.0.0.1, 10.0.1.0/24], NOBODY: []}
  origin: forged
- {forge: [one, two], rules: rules, origin: forged}
)",
                          out);
  EXPECT_FALSE(out.has_errors());
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].forge, std::vector<std::string>{"all"});
  EXPECT_EQ(cases[0].variables, (std::vector<std::string>{"DC=10.0.0.1,10.0.1.0/24", "NOBODY="}));
  EXPECT_EQ(cases[1].forge, (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(cases[1].capture.empty());
}

TEST(Parse, ReadsTheExpectationsOfDetections) {
  compiler::Diagnostics out;
  const auto cases = read(R"(rpcsieve: 1
detections:
  - name: one
    id: 6e95edf4-b834-4e03-9c54-61b0ff623576
    title: t
    description: d
    status: test
    severity: low
    when: {call: {interface: lsarpc}}
    expect: [{capture: a.pcap, alerts: 4}]
)",
                          out);
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(cases[0].only, "one");
  EXPECT_EQ(cases[0].rules, std::vector<std::string>{"s.yaml"});
  EXPECT_EQ(cases[0].alerts.at(0).count, 4U);
}

struct Mistake {
  const char* text;
  const char* codes;
};
const Mistake kMistakes[] = {
    {"- {capture: a, rules: r, quiet: true, origin: o, calls: many}", "T001"},
    {"- {capture: a, rules: r, quiet: true, origin: o, users: 3}", "T002"},
    {"- {capture: a, rules: r, alerts: [lsa], origin: o}", "T002"},
    {"- {capture: a, rules: r, alerts: [{count: 2}], origin: o}", "T003"},
    {"- {capture: a, rules: r, origin: o}", "T004"},
    {"- {capture: a, rules: r, quiet: true, alerts: [{detection: x}], origin: o}", "T004"},
    {"- {rules: r, quiet: true, origin: o}", "T005"},
    {"- {capture: a, forge: all, rules: r, origin: o}", "T005"},
    {"- {forge: all, rules: r, quiet: true, origin: o}", "T006"},
    {"- {forge: [x], rules: r, alerts: [{detection: x}], origin: o}", "T006"},
    {"- {forge: all, rules: r, variables: [DC], origin: o}", "T002"},
    {"- {forge: all, origin: o}", "E011"},
    {"- {capture: a, rules: r, quiet: true}", "E011"},
    {"- {capture: a, rules: r, quiet: true, origin: o, alert: 1}", "E010"},
    {"- {capture: a, rules: r, quiet: true, origin: o, divergences: [{engine: e, detection: d}]}",
     "E011"},
};

TEST(Parse, RefusesSlips) {
  for (const Mistake& mistake : kMistakes)
    EXPECT_EQ(codes_of(mistake.text), mistake.codes) << mistake.text;
}

TEST(Parse, DocumentsItsCodes) {
  std::ifstream in(RPCSIEVE_SOURCE_DIR "/docs/TESTING.md");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  for (const char* code : {"T001", "T002", "T003", "T004", "T005", "T006"})
    EXPECT_NE(text.find(std::string("| `") + code), std::string::npos) << code;
}

}  // namespace
}  // namespace rpcsieve::suite

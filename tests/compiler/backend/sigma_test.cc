#include "compiler/backend/sigma.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "compiler/backend/yaml_text.h"
#include "tests/support/rules.h"

namespace rpcsieve::compiler {
namespace {

using test::Rule;

// part gives the lines of a file from one key up to another.
std::string part(const SigmaFile& file, std::string_view from, std::string_view to) {
  const std::size_t begin = file.text.find(fmt::format("\n{}:", from)) + 1;
  return file.text.substr(begin, file.text.find(fmt::format("\n{}:", to)) + 1 - begin);
}

Ir plain(std::vector<OpnumRange> opnums = {{43, 43}}) {
  return test::ir({Rule("a").call(test::kLsarpc, std::move(opnums))});
}

std::string detection_of(const Ir& ir) {
  return part(emit_sigma(ir, Profile::kCoverage).files.at(0), "detection", "level");
}

constexpr std::string_view kSelection =
    "    EventLog: RPCFW\n    EventID: 3\n"
    "    InterfaceUuid: '12345778-1234-abcd-ef00-0123456789ab'\n";

TEST(Sigma, Calls) {
  EXPECT_EQ(detection_of(plain()), fmt::format("detection:\n  selection:\n{}    OpNum: 43\n"
                                               "  condition: selection\n",
                                               kSelection));
  EXPECT_EQ(detection_of(plain({{1, 2}, {9, 9}})),
            fmt::format("detection:\n  selection:\n{}    OpNum:\n      - 1\n      - 2\n      - 9\n"
                        "  condition: selection\n",
                        kSelection));
  EXPECT_EQ(detection_of(plain({{}})),
            fmt::format("detection:\n  selection:\n{}  condition: selection\n", kSelection));
  EXPECT_EQ(detection_of(plain({{0, 11}, {13, 0xffff}})),
            fmt::format("detection:\n  selection:\n{0}  filter:\n{0}    OpNum: 12\n"
                        "  condition: 'selection and not filter'\n",
                        kSelection));
}

TEST(Sigma, AlternativesAreSelections) {
  const Ir ir = test::ir({Rule("a").call(test::kLsarpc).call(test::kSvcctl)});
  EXPECT_NE(detection_of(ir).find("  condition: '1 of selection_*'\n"), std::string::npos);
}

std::string summary(const Ir& ir, Profile profile) {
  const Verdict verdict = emit_sigma(ir, profile).verdicts.at(0);
  return fmt::format("{}: {}", name(verdict.fidelity), fmt::join(verdict.forms, " "));
}

TEST(Sigma, Verdicts) {
  EXPECT_EQ(summary(plain(), Profile::kPrecise), "narrower: calls");
  const Ir stub = test::ir({Rule("a").call(test::kLsarpc).stub(test::text("x"))});
  EXPECT_EQ(summary(stub, Profile::kCoverage), "wider: calls");
  EXPECT_EQ(summary(stub, Profile::kPrecise), "refused: ");
  EXPECT_EQ(summary(plain({{0, 999}, {2000, 0xffff}}), Profile::kCoverage), "refused: ");
  Ir bind = plain();
  bind.detections[0].steps = {Step{{}, {BindCondition{}}, {}}};
  EXPECT_EQ(summary(bind, Profile::kCoverage), "refused: ");
}

TEST(Sigma, Files) {
  Ir ir = plain();
  ir.detections[0].steps = {Step{{}, {}, {{"*.pfx", false, "c$", kEveryAccess, kOpened}}}};
  EXPECT_EQ(detection_of(ir),
            "detection:\n  selection:\n    EventID: 5145\n    ShareName: '\\\\\\\\*\\c$'\n"
            "    RelativeTargetName:\n      - '*.pfx'\n      - '*\\\\*.pfx'\n"
            "  filter:\n    EventID: 5145\n    ShareName|endswith: '\\IPC$'\n"
            "  condition: 'selection and not filter'\n");
}

TEST(Sigma, CountsAndSequences) {
  Ir ir = plain();
  ir.detections[0].count = Count{30, 60'000'000, kByClient | kByServer};
  const auto counted = emit_sigma(ir, Profile::kCoverage).files;
  ASSERT_EQ(counted.size(), 2U);
  EXPECT_EQ(part(counted[1], "correlation", "level"),
            "correlation:\n  type: event_count\n  rules:\n    - a-calls\n  aliases:\n    client:\n"
            "      a-calls: SourceAddress\n  group-by:\n    - client\n    - ComputerName\n"
            "  timespan: '1m'\n  condition:\n    gte: 30\n");
  ir.detections[0].steps.push_back(Step{{}, {}, {{"x", false, "", kEveryAccess, kEveryOutcome}}});
  EXPECT_EQ(summary(ir, Profile::kCoverage), "refused: ");
  ir.detections[0].count.reset();
  ir.detections[0].within_us = 90'000'000;
  ir.detections[0].by = kByServer;
  const auto sequence = emit_sigma(ir, Profile::kCoverage).files;
  ASSERT_EQ(sequence.size(), 3U);
  EXPECT_EQ(part(sequence[2], "correlation", "level"),
            "correlation:\n  type: temporal_ordered\n  rules:\n    - a-calls\n    - a-files-2\n"
            "  group-by:\n    - ComputerName\n  timespan: '90s'\n");
}

// What a companion says itself stays; what it does not say comes from the detection.
TEST(Sigma, Companions) {
  Ir ir = plain();
  YamlNode rule;
  put(rule, "title", yaml_text("Its own"));
  put(rule, "level", yaml_text("low"));
  ir.detections[0].sigma = {rule, rule};
  const auto files = emit_sigma(ir, Profile::kPrecise).files;
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[1].name, "a-companion-1.yml");
  EXPECT_TRUE(files[1].text.starts_with("title: 'Its own'\nlevel: low\nid: "));
  EXPECT_NE(files[1].text, files[2].text);  // each has an id
}

}  // namespace
}  // namespace rpcsieve::compiler

#include <gtest/gtest.h>

#include "tools/suite/facts.h"
#include "tools/suite/matrix.h"
#include "tools/suite/update.h"

namespace rpcsieve::suite {
namespace {

using nlohmann::json;

json alert(const std::string& detection, const std::string& outcome = "success",
           const std::string& client = "10.0.0.1") {
  return {{"src_ip", client},
          {"dest_ip", "10.0.0.2"},
          {"rpcsieve",
           {{"detection", detection},
            {"outcome", {{"result", outcome}}},
            {"sealed", false},
            {"opnum", 43},
            {"user", {{"name", nullptr}}}}}};
}

Case wants(std::vector<Wanted> alerts) {
  Case one;
  one.capture = "a.pcap";
  one.alerts = std::move(alerts);
  return one;
}

Facts found(std::vector<json> alerts) {
  Facts facts;
  facts.alerts = std::move(alerts);
  return facts;
}

TEST(Differences, Count) {
  struct Row {
    const char* name;
    Case wanted;
    Facts facts;
    std::size_t differences;
  };
  Case with_calls = wants({});
  with_calls.calls = 2;
  with_calls.outcomes = Tally{{"fault", 2}};
  with_calls.users = Tally{{"nobody", 2}};
  Facts two_calls;
  two_calls.calls = 2;
  two_calls.outcomes = {{"fault", 2}};
  two_calls.users = {{"nobody", 2}};
  Facts blind, damaged;
  blind.anomalies = 1;
  damaged.failure = "damaged";
  Case about_one = wants({{"a", 1, {}}});
  about_one.only = "a";
  Case about_calls = about_one;
  about_calls.calls = 1;
  const Row rows[] = {
      {"what is wanted", wants({{"a", 2, {}}}), found({alert("a"), alert("a")}), 0},
      {"missing", wants({{"a", 1, {}}}), {}, 1},
      {"too many", wants({{"a", 1, {}}}), found({alert("a"), alert("a")}), 1},
      {"of another", wants({{"a", 1, {}}}), found({alert("a"), alert("b")}), 1},
      {"of another, which the case is not about", about_one, found({alert("a"), alert("b")}), 0},
      {"calls, where the case is about one", about_calls, found({alert("a"), alert("b")}), 1},
      {"a quiet capture", wants({}), {}, 0},
      {"a quiet capture with an alert", wants({}), found({alert("a")}), 1},
      {"conditions part the alerts",
       wants({{"a", 1, {{"outcome", "success"}}}, {"a", 1, {{"outcome", "fault"}}}}),
       found({alert("a"), alert("a", "fault")}), 0},
      {"an alert that meets none", wants({{"a", 1, {{"outcome", "fault"}}}}),
       found({alert("a", "denied")}), 2},
      {"addresses by value", wants({{"a", 1, {{"client", "fd77::20"}}}}),
       found({alert("a", "success", "fd77:0000:0000:0000:0000:0000:0000:0020")}), 0},
      {"numbers and truth", wants({{"a", 1, {{"opnum", "43"}, {"sealed", "false"}}}}),
       found({alert("a")}), 0},
      {"nobody", wants({{"a", 1, {{"user", ""}}}}), found({alert("a")}), 0},
      {"a key that no record has", wants({{"a", 1, {{"opnam", "43"}}}}), found({alert("a")}), 2},
      {"calls", with_calls, two_calls, 0},
      {"calls that are not there", with_calls, {}, 3},
      {"a blind spot", wants({}), blind, 1},
      {"a damaged capture", wants({}), damaged, 1},
  };
  for (const Row& row : rows)
    EXPECT_EQ(differences(row.wanted, row.facts).size(), row.differences) << row.name;
}

TEST(Judge, StatedDivergencesPassUntilTheyHeal) {
  Case one = wants({{"a", 3, {}}, {"b", 1, {}}});
  EXPECT_TRUE(judge(one, "suricata7", {{"a", {"app"}}, {"b", {"raw"}}}).wrong.empty());
  EXPECT_EQ(judge(one, "suricata7", {{"a", {"app"}}}).wrong.size(), 1U);
  EXPECT_EQ(judge(one, "suricata7", {{"a", {}}, {"b", {}}, {"c", {"raw"}}}).wrong.size(), 1U);
  one.divergences = {{"suricata7", "b", "blind"}, {"suricata7", "c", "noisy"}};
  EXPECT_TRUE(judge(one, "suricata7", {{"a", {"app"}}, {"c", {"raw"}}}).wrong.empty());
  EXPECT_EQ(judge(one, "suricata7", {{"a", {}}, {"b", {}}}).wrong.size(), 2U);  // both healed
  EXPECT_EQ(judge(one, "suricata8", {{"a", {}}}).wrong.size(), 1U);  // stated of another engine
}

TEST(Judge, BelievesWhatRulesClaim) {
  using compiler::Fidelity;
  const Claims claims({{"a", Fidelity::kWider, {"app"}, {"wider: so", "narrower: udp: so"}},
                       {"b", Fidelity::kNarrower, {"app"}, {"narrower: so"}},
                       {"c", Fidelity::kRefused, {}, {"refused: so"}},
                       {"d", Fidelity::kExact, {"app"}, {}}});
  const auto wrong = [&](std::vector<Wanted> wanted, const Fired& fired, bool believes) {
    return judge(wants(std::move(wanted)), "suricata7", fired, claims, believes).wrong.size();
  };
  EXPECT_EQ(wrong({{"a", 1, {}}, {"b", 1, {}}, {"d", 1, {}}}, {}, true), 1U);  // d misses
  EXPECT_EQ(wrong({{"a", 1, {}}, {"b", 1, {}}, {"d", 1, {}}}, {}, false), 3U);
  EXPECT_EQ(wrong({}, {{"a", {}}, {"b", {}}, {"d", {}}}, true), 2U);  // b and d are not wider
  EXPECT_EQ(wrong({{"c", 1, {}}}, {}, false), 0U);
}

std::vector<Verdict> some_verdicts() {
  const Case one = wants({{"a", 1, {}}, {"b", 1, {}}});
  return {judge(one, "suricata7", {{"a", {"app", "raw"}}}),
          judge(one, "suricata7", {{"a", {"raw"}}, {"b", {"app"}}, {"<c>", {"app"}}})};
}

TEST(Matrix, CountsByDetectionAndByForm) {
  EXPECT_EQ(matrix_of(some_verdicts()),
            (Rows{{"DETECTION", "suricata7"}, {"<c>", "0/0 +1"}, {"a", "2/2"}, {"b", "1/2"}}));
  EXPECT_EQ(forms_of(some_verdicts()), (Rows{{"ENGINE", "FORM", "ALERTED", "ALONE", "UNWANTED"},
                                             {"suricata7", "app", "3", "2", "1"},
                                             {"suricata7", "raw", "2", "1", "0"}}));
}

TEST(Matrix, EscapesNames) {
  EXPECT_NE(html(some_verdicts()).find("&lt;c&gt; alerts, which it must not"), std::string::npos);
  EXPECT_EQ(html(some_verdicts()).find("<c>"), std::string::npos);
  const std::string xml = junit(some_verdicts());
  EXPECT_NE(xml.find("<testsuite name=\"suricata7\" tests=\"2\" failures=\"2\">"),
            std::string::npos);
  EXPECT_EQ(xml.find("<c>"), std::string::npos);
}

TEST(Update, ChangesWhatDiffersAndNothingElse) {
  const std::string text =
      "# about the suite\n"
      "- capture: a.pcap\n"
      "  calls: 1  # not so\n"
      "  quiet: true\n"
      "  # about its origin\n"
      "  origin: o\n"
      "\n"
      "- capture: b.pcap\n"
      "  alerts:\n"
      "    - {detection: a}\n"
      "    - {detection: b}\n"
      "  origin: o\n";
  Case first = wants({});
  first.span.line = 2;
  first.span.column = 3;
  first.calls = 1;
  Case second = wants({{"a", 1, {}}, {"b", 1, {}}});
  second.span.line = 8;
  second.span.column = 3;
  Facts facts = found({alert("a"), alert("a")});
  facts.calls = 2;
  facts.anomalies = 1;
  const auto changes = changes_of(text, {{first, facts}, {second, {}}});
  EXPECT_EQ(apply(text, changes),
            "# about the suite\n"
            "- capture: a.pcap\n"
            "  calls: 2\n"
            "  anomalies: 1\n"
            "  alerts:\n"
            "    - {detection: a, count: 2, outcome: success, confidence: , stub_match: }\n"
            "  # about its origin\n"
            "  origin: o\n"
            "\n"
            "- capture: b.pcap\n"
            "  quiet: true\n"
            "  origin: o\n");
  Case quiet = wants({});
  quiet.span = first.span;
  EXPECT_TRUE(changes_of(text, {{quiet, {}}}).empty());
}

}  // namespace
}  // namespace rpcsieve::suite

#include "tools/page/page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace rpcsieve::page {
namespace {

using nlohmann::json;

constexpr std::string_view kAlert =
    R"({"timestamp":"2026-11-22T09:00:00.000001+0000","event_type":"alert","src_ip":"10.0.0.1",)"
    R"("dest_ip":"10.0.0.2","alert":{"signature":"T","severity":1,)"
    R"("metadata":{"mitre_technique_id":["T1003.006","T1555"]}})";

// alert gives an alert with more members.
std::string alert(std::string_view more) { return std::string(kAlert) + std::string(more) + "}"; }

Scan scan_of(std::initializer_list<std::string> lines) {
  Scan scan;
  scan.begin("eve.json");
  for (const std::string& line : lines) scan.add(line);
  return scan;
}

// text_of gives what the page's data say of an alert.
std::string text_of(const json& data, std::string_view name, std::size_t row) {
  for (const json& column : data["alerts"]["columns"]) {
    if (column["name"] != name) continue;
    const json& places = column["places"];
    return column["texts"]
                 [places.is_array() ? places[row].get<std::size_t>() : places.get<std::size_t>()];
  }
  return "no such column";
}

std::string flat(std::string_view line) {
  const auto event = parse_event(line);
  if (!event) return "refused";
  std::string text;
  for (const Field& field : event->fields()) text += field.path + "=" + field.text + ";";
  return text;
}

TEST(Event, IsFlat) {
  struct Case {
    std::string_view line, want;
  };
  const Case cases[] = {
      {R"({"a":1,"b":{"c":true,"d":"x"},"e":-2.50})", "a=1;b.c=true;b.d=x;e=-2.50;"},
      {R"({"a":["x","y"],"b":[{"c":1},{"c":2,"d":3}]})", "a=x, y;b.c=1, 2;b.d=3;"},
      {R"({"a":null,"b":"","c":[],"d":{}})", ""},
      {R"({"a":{"b":{"c":1},"d":2},"e":3})", "a.b.c=1;a.d=2;e=3;"},
      {"{\"a\":\"\xff\"}", "refused"},
      {R"({"a":1)", "refused"},
      {R"({"a":1} x)", "refused"},
      {"[1]", "refused"},
      {"[{}]", "refused"},
      {"7", "refused"},
      {"\"text\"", "refused"},
      {"", "refused"},
  };
  for (const auto& [line, want] : cases) EXPECT_EQ(flat(line), want) << line;
}

TEST(Event, NestedTooDeepIsRefused) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + "1" + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(flat(nested(kMaxDepth)), "a=1;");
  EXPECT_EQ(flat(nested(kMaxDepth + 1)), "refused");
  EXPECT_EQ(flat("{\"a\":" + std::string(1'000'000, '[')), "refused");
}

TEST(Event, LongTextsAreCutBetweenLetters) {
  const std::string long_text(kMaxTextBytes - 1, 'x');
  EXPECT_EQ(cut(long_text + "é"), long_text + "…");
  EXPECT_EQ(cut(long_text + "y"), long_text + "y");
}

TEST(Facts, Time) {
  struct Case {
    std::string_view text;
    std::int64_t want;
  };
  const Case cases[] = {
      {"1970-01-01T00:00:01.000002+0000", 1'000'002},
      {"1970-01-01T01:00:00.000000+0100", 0},
      {"1969-12-31T23:30:00.5-0030", 500'000},
      {"1970-01-01T00:00:00Z", 0},
      {"2026-11-22T09:29:53.756801+0000", 1'795'339'793'756'801},
      {"1970-01-01T00:00:00.1234567Z", 123'456},
  };
  for (const auto& [text, want] : cases) EXPECT_EQ(parse_time(text), want) << text;
  for (const std::string_view bad :
       {"", "2026-11-22", "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T00:00:00",
        "2026-11-22T00:00:00Zx", "2026-11-22 00:00:00Z", "2026-1a-22T00:00:00Z"}) {
    EXPECT_EQ(parse_time(bad), std::nullopt) << bad;
  }
}

TEST(Facts, Technique) {
  for (const std::string_view good : {"T1003", "T1003.006"}) EXPECT_TRUE(is_technique(good));
  for (const std::string_view bad :
       {"", "T100", "T1003.", "T1003.06", "t1003", "T1003/006", "T1003.0061", "TA0006"}) {
    EXPECT_FALSE(is_technique(bad)) << bad;
  }
}

TEST(Facts, OfAnAlert) {
  const auto facts = find_facts(*parse_event(alert(
      R"(,"rpcsieve":{"detection":"dcsync","interface":"drsuapi","opnum":3,"operation":"Get",)"
      R"("attack":["T1003.006","evil"],"outcome":{"result":"denied"},"confidence":"bound",)"
      R"("user":{"name":"bob","domain":"LAB"}})")));
  EXPECT_EQ(facts.detection, "dcsync");
  EXPECT_EQ(facts.call, "drsuapi Get (3)");
  EXPECT_EQ(facts.user, "LAB\\bob");
  EXPECT_EQ(facts.outcome, "denied");
  EXPECT_EQ(facts.techniques, std::vector<std::string>{"T1003.006"});
  EXPECT_EQ(facts.client, "10.0.0.1");
}

TEST(Facts, OfSuricatasAlert) {
  const auto facts = find_facts(*parse_event(
      alert(R"(,"direction":"to_client","smb":{"ntlmssp":{"user":"bob"},)"
            R"("dcerpc":{"opnum":43,"interfaces":[{"uuid":"1234","version":"0.0"}]}})")));
  EXPECT_EQ(facts.detection, "T");
  EXPECT_EQ(facts.severity, "high");
  EXPECT_EQ(facts.call, "1234 opnum 43");
  EXPECT_EQ(facts.user, "bob");
  EXPECT_EQ(facts.client, "10.0.0.2") << "the packet was the server's";
}

TEST(Scan, CountsWhatIsNoEvent) {
  const auto scan = scan_of({"", "  ", "garbage", R"({"event_type":"alert"})",
                             R"({"timestamp":"yesterday","event_type":"alert"})", alert(""),
                             R"({"timestamp":"2026-11-22T09:00:00Z","event_type":"flow"})"});
  EXPECT_EQ(scan.files()[0].lines, 5U);
  EXPECT_EQ(scan.malformed(), 3U);
  EXPECT_EQ(scan.other_events(), 1U);
  EXPECT_EQ(scan.alerts().rows(), 1U);
}

TEST(Scan, AddsUpCoverage) {
  const std::string stats =
      R"({"timestamp":"2026-11-22T09:00:00Z","event_type":"stats","rpcsieve":{"packets":5,)"
      R"("inspectable":{"servers":[{"ip":"10.0.0.2","port":445,"transport":"smb","calls":10,)"
      R"("calls_read":5,"bytes":100},{"ip":"nowhere"},7],"other_servers":{"calls":10,"calls_read":10}}}})";
  const json data = json::parse(print_data(scan_of({stats, stats})));
  EXPECT_EQ(data["counters"]["packets"], 10);
  EXPECT_EQ(data["coverage"]["servers"].size(), 1U);
  EXPECT_EQ(data["coverage"]["servers"][0]["percent"], 50);
  EXPECT_EQ(data["coverage"]["total"]["calls"], 40);
  EXPECT_EQ(data["coverage"]["total"]["percent"], 75);
}

TEST(Scan, KindsOfFactsAreLimited) {
  std::string many = R"(,"rpcsieve":{"detection":"d")";
  for (int i = 0; i < 400; ++i) many += ",\"f" + std::to_string(i) + "\":1";
  const auto scan =
      scan_of({alert(many + "}"), alert(R"(,"rpcsieve":{"outcome":{"result":"denied"}})")});
  EXPECT_EQ(scan.alerts().columns().size(), kMaxColumns);
  EXPECT_GT(scan.facts_left_out(), 0U);
  EXPECT_EQ(text_of(json::parse(print_data(scan)), "~outcome", 1), "denied")
      << "what the page needs has room";
}

TEST(Page, AlertsAreInTheOrderOfTheirTimes) {
  std::string early = alert(R"(,"n":"early")");
  early.replace(early.find("09:00"), 5, "08:00");
  const json data = json::parse(print_data(scan_of({alert(R"(,"n":"late")"), early})));
  EXPECT_EQ(text_of(data, "n", 0), "early");
  EXPECT_EQ(text_of(data, "n", 1), "late");
  EXPECT_EQ(data["alerts"]["steps"][1], 3'600'000'000);
}

TEST(Page, NothingInTheDataIsMarkup) {
  const std::string hostile = "</script><img src=x onerror=alert(1)>&lt;<!--\u2028";
  const auto scan =
      scan_of({alert(",\"rpcsieve\":" + json{{"detection", hostile}, {hostile, hostile}}.dump())});
  const std::string data = print_data(scan);
  EXPECT_EQ(data.find_first_of("<>&"), std::string::npos);
  EXPECT_TRUE(std::all_of(data.begin(), data.end(), [](char c) { return c >= ' ' && c <= '~'; }));
  EXPECT_EQ(text_of(json::parse(data), "~detection", 0), hostile) << "and nothing is lost";
  const std::string page = print_page(scan);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_NE(page.find(data), std::string::npos);
}

TEST(Navigator, CountsByTechniqueAndTactic) {
  Techniques techniques;
  Facts facts;
  facts.detection = "a";
  facts.techniques = {"T1003.006", "T1555"};
  techniques.add(facts);
  facts.detection = "b";
  techniques.add(facts);
  facts.techniques = {"T1555"};
  facts.tactic = "credential-access";
  techniques.add(facts);
  facts.tactic = "no-tactic-of-theirs";
  techniques.add(facts);
  const json layer = json::parse(techniques.layer("d"));
  std::string text;
  for (const json& one : layer["techniques"]) {
    text += one["techniqueID"].get<std::string>() + " " + one.value("tactic", "-") + " " +
            one["score"].dump() + ";";
  }
  EXPECT_EQ(text, "T1003.006 - 2;T1555 - 3;T1555 credential-access 1;");
  EXPECT_EQ(layer["techniques"][1]["comment"], "a: 1\nb: 2");
  EXPECT_EQ(layer["versions"]["layer"], "4.5");
  EXPECT_EQ(layer["gradient"]["maxValue"], 3);
}

TEST(Navigator, AnEmptyLayerIsValid) {
  const json layer = json::parse(Techniques().layer(""));
  EXPECT_TRUE(layer["techniques"].empty());
  EXPECT_GT(layer["gradient"]["maxValue"], layer["gradient"]["minValue"]);
}

}  // namespace
}  // namespace rpcsieve::page

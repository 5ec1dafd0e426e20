#include "compiler/backend/snort.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "compiler/backend/snort_text.h"
#include "tests/support/rules.h"

namespace rpcsieve::compiler {
namespace {

using snort::Dialect;
using test::Rule;

Emitted emit(Dialect dialect, const Ir& ir, Profile profile) {
  Diagnostics none;
  const Sids sids = Sids::assign(ir, nullptr, none);
  return dialect == Dialect::kSnort3 ? emit_snort3(ir, sids, profile)
                                     : emit_snort29(ir, sids, profile);
}

// rule gives the rule of one form up to its labels, without its message.
std::string rule(const Emitted& emitted, std::string_view form) {
  std::istringstream in(emitted.text);
  for (std::string line; std::getline(in, line);) {
    if (line.find(fmt::format("rpcsieve_form {},", form)) == std::string::npos) continue;
    const std::size_t from = line.find("; ") + 2;
    return line.substr(0, line.find(" (")) + " | " +
           line.substr(from, line.find(" classtype:") - from);
  }
  return "none";
}

std::string app(Dialect dialect, const Rule& detection) {
  return rule(emit(dialect, test::ir({detection}), Profile::kCoverage), "app");
}

constexpr std::string_view kUuid = "12345778-1234-abcd-ef00-0123456789ab";

TEST(Snort, WholeRule) {
  const Rule detection = Rule("key")
                             .call(test::kLsarpc, {{28, 28}, {43, 44}})
                             .transports(kTcp)
                             .from({"10.0.0.0/8"})
                             .attack({"T1003.004"})
                             .title("Key; \"read\"");
  const Ir ir = test::ir({detection});
  constexpr std::string_view kEnd =
      "classtype:bad-unknown; priority:2; metadata:{}rpcsieve_id "
      "6b657900-0000-0000-0000-000000000000, rpcsieve_form app, rpcsieve_profile hunt, "
      "mitre_technique_id T1003.004; sid:9400000; rev:1;)\n";
  EXPECT_EQ(emit(Dialect::kSnort3, ir, Profile::kPrecise).text,
            fmt::format("alert tcp [10.0.0.0/8] any -> any any (msg:\"Key\\; \\\"read\\\"\"; "
                        "service:dcerpc; flow:to_server,established; dce_iface:uuid {}; "
                        "dce_opnum:\"28,43-44\"; ",
                        kUuid) +
                fmt::format(kEnd, ""));
  EXPECT_EQ(emit(Dialect::kSnort29, ir, Profile::kPrecise).text,
            fmt::format("alert tcp [10.0.0.0/8] any -> any [135,593,1024:] "
                        "(msg:\"Key\\; \\\"read\\\"\"; flow:to_server,established; dce_iface:{}; "
                        "dce_opnum:28,43-44; ",
                        kUuid) +
                fmt::format(kEnd, "service dcerpc, "));
}

// The two columns of the syntax table: the parameters' names, their separators, their quotes.
TEST(Snort, Syntax) {
  struct {
    std::string_view name;
    Rule rule;
    std::string_view snort3, snort29;
  } cases[] = {
      {"one version", Rule("a").call(test::kLsarpc).versions(2, 2), ",version =2;", ",=2;"},
      {"from a version", Rule("a").call(test::kLsarpc).versions(2, 0xffff), ",version >1;", ",>1;"},
      {"up to a version", Rule("a").call(test::kLsarpc).versions(0, 3), ",version <4;", ",<4;"},
      {"versions between", Rule("a").call(test::kLsarpc).versions(2, 4), ",version 2<=>4;", ",>1;"},
      {"one operation", Rule("a").call(test::kLsarpc, {{43, 43}}), "; dce_opnum:\"43\";",
       "; dce_opnum:43;"},
      {"literals",
       Rule("a")
           .call(test::kLsarpc)
           .stub(test::nocase(test::text("a;\"$")))
           .stub_not(test::text("b")),
       R"(; dce_stub_data; content:"a|3b 22 24|",nocase; content:!"b";)",
       R"(; dce_stub_data; content:"a|3b 22 24|"; nocase; content:!"b";)"},
      {"regex", Rule("a").call(test::kLsarpc).stub(test::regex("^a\"/;$")),
       R"(; dce_stub_data; pcre:"/(?:\Aa\x22\x2f\x3b\z)/s";)",
       R"(; dce_stub_data; pcre:"/(?:\Aa\x22\x2f\x3b\z)/s";)"},
  };
  for (const auto& c : cases) {
    const std::string begin3 = fmt::format(
        "alert tcp any any -> any any | service:netbios-ssn,dcerpc; flow:to_server,established; "
        "dce_iface:uuid {}",
        kUuid);
    const std::string begin29 = fmt::format(
        "alert tcp any any -> any [135,139,445,593,1024:] | flow:to_server,established; "
        "dce_iface:{}",
        kUuid);
    EXPECT_EQ(app(Dialect::kSnort3, c.rule), begin3 + std::string(c.snort3)) << c.name;
    EXPECT_EQ(app(Dialect::kSnort29, c.rule), begin29 + std::string(c.snort29)) << c.name;
  }
}

TEST(Snort, ContentModifiers) {
  const std::vector<std::uint8_t> bytes = {'a', 0, ':'};
  EXPECT_EQ(snort::content(Dialect::kSnort3, bytes, {"nocase", "distance 0"}, true),
            R"( content:!"a|00 3a|",nocase,distance 0;)");
  EXPECT_EQ(snort::content(Dialect::kSnort29, bytes, {"nocase", "distance 0"}, true),
            R"( content:!"a|00 3a|"; nocase; distance:0;)");
}

TEST(Snort, References) {
  EXPECT_EQ(snort::references({"https://example.org/a;b(c)?d=\"#part", "http://host:8080/",
                               "CVE-2020-1472", "a book", "https://"}),
            " reference:url,example.org/a%3Bb%28c%29?d=%22; reference:cve,2020-1472;");
}

TEST(Snort, CountAlertsOnWhatExceedsIt) {
  const Count count{30, 90'500'000, kByClient};
  EXPECT_EQ(snort::detection_filter(Dialect::kSnort3, count),
            " detection_filter:track by_src,count 29,seconds 91;");
  EXPECT_EQ(snort::detection_filter(Dialect::kSnort29, {2, 1, kByServer}),
            " detection_filter:track by_dst, count 1, seconds 1;");
  EXPECT_EQ(snort::detection_filter(Dialect::kSnort3, {1, 1, kByClient}), "");
}

// summary gives the verdict: fidelity and forms.
std::string summary(const Ir& ir, Profile profile) {
  const Verdict verdict = emit(Dialect::kSnort3, ir, profile).verdicts.at(0);
  return fmt::format("{}: {}", name(verdict.fidelity), fmt::join(verdict.forms, " "));
}

constexpr std::uint8_t kPrivacy = 1 << 6;

struct VerdictCase {
  std::string_view name;
  Rule rule;
  std::string_view coverage, precise;
};

TEST(Snort, Verdicts) {
  const VerdictCase cases[] = {
      {"no stub", Rule("a").call(test::kLsarpc).transports(kSmb),
       "wider: app raw-bind raw sealed raw-bind-n raw-n sealed-n", "narrower: app"},
      {"udp", Rule("a").call(test::kLsarpc).transports(kUdp), "narrower: udp", "refused: "},
      {"telling literal, sealed ignored",
       Rule("a")
           .call(test::kLsarpc)
           .transports(kTcp)
           .stub(test::text("abcdefgh"))
           .sealed(database::Sealed::kIgnore),
       "wider: app stub", "narrower: app"},
      {"short literal", Rule("a").call(test::kLsarpc).transports(kTcp).stub(test::text("ab")),
       "wider: app raw-bind raw sealed raw-bind-n raw-n sealed-n", "refused: "},
      {"pipe", Rule("a").call(test::kLsarpc).transports(kSmb).pipes({"x"}),
       "wider: app raw-bind raw sealed raw-bind-n raw-n sealed-n", "refused: "},
      {"nobody", Rule("a").call(test::kLsarpc).from({}), "refused: ", "refused: "},
  };
  for (const VerdictCase& c : cases) {
    EXPECT_EQ(summary(test::ir({c.rule}), Profile::kCoverage), c.coverage) << c.name;
    EXPECT_EQ(summary(test::ir({c.rule}), Profile::kPrecise), c.precise) << c.name;
  }
}

// What is more than a call and its request.
TEST(Snort, OtherEvents) {
  const Ir plain = test::ir({Rule("a").call(test::kLsarpc).transports(kTcp)});
  Ir ir = plain;
  CallCondition& call = ir.detections[0].steps[0].calls[0];
  call.auth_levels = kPrivacy;
  EXPECT_EQ(summary(ir, Profile::kCoverage), "wider: raw-bind sealed raw-bind-n sealed-n");
  EXPECT_EQ(summary(ir, Profile::kPrecise), "refused: ");
  call.auth_levels = kEveryLevel & ~kPrivacy;
  EXPECT_EQ(summary(ir, Profile::kPrecise), "narrower: app");
  call.outcomes = bit(database::Result::kDenied);
  EXPECT_EQ(summary(ir, Profile::kCoverage), "refused: ");

  ir = plain;
  ir.detections[0].count = Count{2, 1'000'000, kByClient};
  EXPECT_NE(rule(emit(Dialect::kSnort3, ir, Profile::kCoverage), "app").find("count 1,seconds 1;"),
            std::string::npos);
  EXPECT_EQ(summary(ir, Profile::kPrecise), "refused: ");

  ir = plain;
  ir.detections[0].steps.push_back(ir.detections[0].steps[0]);
  EXPECT_EQ(summary(ir, Profile::kCoverage), "refused: ");
  ir.detections[0].steps = {Step{}};
  ir.detections[0].steps[0].files.push_back({"a*", false, "", kEveryAccess, kOpened});
  EXPECT_EQ(summary(ir, Profile::kCoverage), "refused: ");
}

}  // namespace
}  // namespace rpcsieve::compiler

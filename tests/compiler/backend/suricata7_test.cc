#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "compiler/backend/backend.h"
#include "compiler/backend/suricata_files.h"
#include "tests/support/rules.h"

namespace rpcsieve::compiler {
namespace {

using test::Rule;

constexpr std::uint8_t kSmbAndTcp = kSmb | kTcp;

Emitted emit(const std::vector<Rule>& rules, Profile profile) {
  const Ir ir = test::ir(rules);
  Diagnostics none;
  return emit_suricata7(ir, Sids::assign(ir, nullptr, none), profile);
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

// rule gives the rule of one form, from its direction to its classtype.
std::string rule(const Emitted& emitted, std::string_view form) {
  const std::string label = fmt::format("rpcsieve_form {};", form);
  const std::string label_of_attack = fmt::format("rpcsieve_form {},", form);
  for (const std::string& line : lines(emitted.text)) {
    if (line.find(label) == std::string::npos && line.find(label_of_attack) == std::string::npos)
      continue;
    const std::size_t from = line.find("\"; ") + 3;
    return line.substr(from, line.find(" classtype:") - from);
  }
  return "none";
}

std::string app(const Rule& detection, Profile profile = Profile::kCoverage) {
  return rule(emit({detection}, profile), "app");
}

TEST(Suricata7, WholeRule) {
  const Rule detection = Rule("key")
                             .call(test::kLsarpc, {{28, 28}, {43, 44}})
                             .transports(kTcp)
                             .from({"10.0.0.0/8"})
                             .to({"2001:db8::/32"})
                             .severity(database::Severity::kLow)
                             .attack({"T1003.004", "T1555"})
                             .title("Key; read");
  EXPECT_EQ(lines(emit({detection}, Profile::kPrecise).text),
            (std::vector<std::string>{
                "alert tcp [10.0.0.0/8] any -> [2001:db8::/32] any (msg:\"Key\\; read\"; "
                "flow:to_server; app-layer-protocol:!smb; "
                "dcerpc.iface:12345778-1234-abcd-ef00-0123456789ab; dcerpc.opnum:28,43-44; "
                "classtype:misc-activity; priority:3; "
                "metadata:rpcsieve_id 6b657900-0000-0000-0000-000000000000, rpcsieve_form app, "
                "rpcsieve_profile hunt, mitre_technique_id T1003.004, mitre_technique_id T1555; "
                "sid:9400000; rev:1;)"}));
}

TEST(Suricata7, ParserOptions) {
  constexpr std::string_view kBegin =
      "flow:to_server; dcerpc.iface:12345778-1234-abcd-ef00-0123456789ab";
  struct {
    std::string_view name;
    Rule rule;
    std::string_view want;
  } cases[] = {
      {"every operation", Rule("a").call(test::kLsarpc), ";"},
      {"one version", Rule("a").call(test::kLsarpc, {{3, 3}, {5, 5}}).versions(2, 2),
       ",=2; dcerpc.opnum:3,5;"},
      {"from a version", Rule("a").call(test::kLsarpc).versions(2, 0xffff), ",>1;"},
      {"versions between", Rule("a").call(test::kLsarpc).versions(2, 4),
       ",>1; dcerpc.iface:12345778-1234-abcd-ef00-0123456789ab,<5;"},
      {"literals", Rule("a").call(test::kLsarpc).stub(test::utf16("a;")).stub_not(test::text("b")),
       R"(; dcerpc.stub_data; content:"a|00 3b 00|"; content:!"b";)"},
      {"regex", Rule("a").call(test::kLsarpc).stub(test::nocase(test::regex("^a/$"))),
       R"(; dcerpc.stub_data; pcre:"/(?i:\Aa\x2f\z)/s";)"},
      {"regex that must be absent", Rule("a").call(test::kLsarpc).stub_not(test::regex("a+")),
       R"(; dcerpc.stub_data; pcre:!"/(?:a+)/s";)"},
      {"group",
       Rule("a").call(test::kLsarpc).stub_any({test::text("a"), test::nocase(test::text("b"))}),
       R"(; dcerpc.stub_data; pcre:"/(?:(?:\x61)|(?i:\x62))/s";)"},
      {"object",
       Rule("a")
           .call(test::kLsarpc)
           .object("00112233-4455-6677-8899-aabbccddeeff")
           .stub(test::regex("^a")),
       R"(; dcerpc.stub_data; content:"|33 22 11 00 55 44 77 66 88 99 aa bb cc dd ee ff|"; )"
       R"(startswith; pcre:"/(?:\A.{16}a)/s";)"},
  };
  for (const auto& c : cases) EXPECT_EQ(app(c.rule), fmt::format("{}{}", kBegin, c.want)) << c.name;
}

TEST(Suricata7, RulesOnBytes) {
  const Emitted emitted =
      emit({Rule("a").call(test::kLsarpc, {{43, 43}}).transports(kSmb).stub(test::text("wanted"))},
           Profile::kCoverage);
  EXPECT_EQ(
      rule(emitted, "raw-bind"),
      R"(app-layer-protocol:smb; content:"|ef 00 01 23 45 67 89 ab|"; )"
      R"(pcre:"/\x05[\x00\x01][\x0b\x0e].(?:\x10\x00{3}.{20})"
      R"((?:..(?:\x01.{41}|\x02.{61}|\x03.{81})){0,63}?\x00\x00[^\x00].)"
      R"(\x78\x57\x34\x12\x34\x12\xcd\xab\xef\x00\x01\x23\x45\x67\x89\xab....)"
      R"((?!\x2c\x1c\xb7\x6c\x12\x98\x40\x45)|\x00{4}.{20})"
      R"((?:..(?:\x01.{41}|\x02.{61}|\x03.{81})){0,63}?\x00\x00[^\x00].)"
      R"(\x12\x34\x57\x78\x12\x34\xab\xcd\xef\x00\x01\x23\x45\x67\x89\xab....)"
      R"((?!\x6c\xb7\x1c\x2c\x98\x12\x45\x40))/s"; flowbits:set,rpcsieve.12345778-1234-abcd-ef00-0123456789ab.smb.bound; noalert;)");
  EXPECT_EQ(rule(emitted, "raw-n"),
            R"(app-layer-protocol:smb; )"
            R"(pcre:"/\x05[\x00\x01]\x00(?:[\x01\x03-\x7f]|([\x81\x83-\xff])))"
            R"((?:\x10\x00{3}.{12}(?:[\x01-\xff]\x00|.[\x01-\xff])\x2b\x00)"
            R"(|\x00{4}.{12}(?:\x00[\x01-\xff]|[\x01-\xff].)\x00\x2b)(?(1).{16})/s"; )"
            R"(content:"wanted"; distance:0; )"
            R"(flowbits:isset,rpcsieve.12345778-1234-abcd-ef00-0123456789ab.smb.bound-n;)");
}

// An answer whose request Suricata could not read is a call of operation 0 to it.
TEST(Suricata7, OperationZeroNeedsAStub) {
  const auto of = [](std::vector<OpnumRange> opnums) {
    return app(Rule("a").call(test::kLsarpc, std::move(opnums)).transports(kTcp));
  };
  constexpr std::string_view kStub = " dcerpc.stub_data; bsize:>0;";
  EXPECT_TRUE(of({{0, 0}, {3, 3}}).ends_with(kStub));
  EXPECT_TRUE(of({{0, 9}}).ends_with(kStub));
  EXPECT_FALSE(of({{1, 9}}).ends_with(kStub));
  EXPECT_FALSE(of({{}}).ends_with(kStub));
}

struct VerdictCase {
  std::string_view name;
  Rule rule;
  std::string_view coverage, precise;  // fidelity: forms
};

std::string summary(const Emitted& emitted) {
  const Verdict& verdict = emitted.verdicts.at(0);
  return fmt::format("{}: {}", name(verdict.fidelity), fmt::join(verdict.forms, " "));
}

const std::string kShort = "ab", kLong = "abcdefgh";
constexpr std::string_view kRaw = "wider: app raw-bind raw raw-bind-n raw-n";
constexpr std::string_view kGuardedAndApp = "narrower: guard-smb1 guard-smb2 app-smb app";
constexpr std::string_view kRawAndSealed =
    "wider: app raw-bind raw sealed raw-bind-n raw-n sealed-n";

TEST(Suricata7, Verdicts) {
  const VerdictCase cases[] = {
      {"no stub", Rule("a").call(test::kLsarpc).transports(kSmbAndTcp), kRaw, kGuardedAndApp},
      {"one operation", Rule("a").call(test::kLsarpc, {{3, 3}}).transports(kSmbAndTcp),
       "wider: raw-bind raw raw-bind-n raw-n raw-big raw-turned",
       "narrower: guard-smb1 guard-smb2 app-smb app guard-stream guard-packet packet-bind "
       "packet-ack packet"},
      {"tcp", Rule("a").call(test::kLsarpc).transports(kTcp), kRaw, "narrower: app"},
      {"smb", Rule("a").call(test::kLsarpc).transports(kSmb), kRaw,
       "narrower: guard-smb1 guard-smb2 app-smb"},
      {"smb on a pipe", Rule("a").call(test::kLsarpc).transports(kSmb).pipes({"x"}), kRaw,
       "refused: "},
      {"udp", Rule("a").call(test::kLsarpc).transports(kUdp), "exact: udp", "refused: "},
      {"every transport", Rule("a").call(test::kLsarpc),
       "wider: app raw-bind raw raw-bind-n raw-n udp", kGuardedAndApp},
      {"telling literal", Rule("a").call(test::kLsarpc).transports(kSmb).stub(test::text(kLong)),
       "wider: app raw-bind sealed raw-bind-n sealed-n stub",
       "narrower: guard-smb1 guard-smb2 app-smb"},
      {"telling literal on a pipe",
       Rule("a").call(test::kLsarpc).transports(kSmb).pipes({"x"}).stub(test::text(kLong)),
       "wider: app raw-bind sealed raw-bind-n sealed-n stub", "refused: "},
      {"telling literal, sealed ignored",
       Rule("a")
           .call(test::kLsarpc)
           .transports(kSmb)
           .stub(test::text(kLong))
           .sealed(database::Sealed::kIgnore),
       "wider: app stub", "narrower: guard-smb1 guard-smb2 app-smb"},
      {"one version", Rule("a").call(test::kLsarpc).versions(1, 1).transports(kSmb), kRaw,
       "refused: "},
      {"short literal", Rule("a").call(test::kLsarpc).transports(kTcp).stub(test::text(kShort)),
       kRawAndSealed, "refused: "},
      {"equal bytes",
       Rule("a").call(test::kLsarpc).transports(kTcp).stub(test::bytes("00 00 00 00 00 00 00 00")),
       kRawAndSealed, "refused: "},
      {"regex", Rule("a").call(test::kLsarpc).transports(kTcp).stub(test::regex(kLong)),
       kRawAndSealed, "refused: "},
      {"negated", Rule("a").call(test::kLsarpc).transports(kTcp).stub_not(test::text(kLong)),
       kRawAndSealed, "refused: "},
      {"nobody", Rule("a").call(test::kLsarpc).from({}), "refused: ", "refused: "},
      {"one of two is refused",
       Rule("a").call(test::kLsarpc).transports(kSmb).call(test::kSvcctl).transports(kTcp),
       "wider: app raw-bind raw raw-bind-n raw-n app-2 raw-bind-2 raw-2 raw-bind-n-2 raw-n-2",
       "narrower: guard-smb1 guard-smb2 app-smb app-2"},
  };
  for (const VerdictCase& c : cases) {
    EXPECT_EQ(summary(emit({c.rule}, Profile::kCoverage)), c.coverage) << c.name;
    EXPECT_EQ(summary(emit({c.rule}, Profile::kPrecise)), c.precise) << c.name;
  }
}

// What differs is always said, and nothing is refused that has rules.
TEST(Suricata7, EveryVerdictHasItsReasons) {
  const std::vector<Rule> rules = {
      Rule("a").call(test::kLsarpc).pipes({"x"}).stub(test::regex("^a$")).stub_not(test::text("b")),
      Rule("b").call(test::kLsarpc).stub(test::text(kLong)), Rule("c").call(test::kLsarpc)};
  for (const Profile profile : {Profile::kCoverage, Profile::kPrecise}) {
    for (const Verdict& verdict : emit(rules, profile).verdicts) {
      EXPECT_EQ(verdict.fidelity == Fidelity::kRefused, verdict.forms.empty());
      EXPECT_EQ(verdict.fidelity == Fidelity::kExact, verdict.reasons.empty());
      for (const std::string& reason : verdict.reasons) {
        EXPECT_EQ(reason.starts_with("refused: "), verdict.forms.empty()) << reason;
        EXPECT_FALSE(profile == Profile::kPrecise && reason.starts_with("wider: ")) << reason;
      }
    }
  }
}

// The rules are the same; what escapes the parser is not.
TEST(Suricata8, DiffersInWhatItsParserMisses) {
  const Ir ir = test::ir({Rule("a").call(test::kLsarpc).transports(kTcp)});
  Diagnostics none;
  const Sids sids = Sids::assign(ir, nullptr, none);
  const Emitted seven = emit_suricata7(ir, sids, Profile::kPrecise);
  const Emitted eight = emit_suricata8(ir, sids, Profile::kPrecise);
  EXPECT_EQ(eight.text, seven.text);
  EXPECT_EQ(eight.verdicts[0].reasons,
            std::vector<std::string>{"narrower: app: on TCP the parser loses a request that comes "
                                     "between the segments of one answer"});
  EXPECT_NE(eight.verdicts[0].reasons, seven.verdicts[0].reasons);
}

TEST(Suricata7, RulesThatDoNotLoadAreNotWritten) {
  Rule detection = Rule("a").call(test::kLsarpc).transports(kTcp);
  detection.title(std::string(8192, 'x'));
  const Emitted emitted = emit({detection}, Profile::kCoverage);
  EXPECT_EQ(emitted.text, "");
  EXPECT_EQ(summary(emitted), "refused: ");
  EXPECT_EQ(emitted.verdicts[0].reasons.back(),
            "refused: raw-bind-n: longer than 8191 bytes, which Suricata does not load");
}

TEST(Suricata7, LongestRuleIsAsLongAsSuricataTakes) {
  Rule detection = Rule("a").call(test::kLsarpc).transports(kTcp);
  const std::size_t rest = emit({detection.title("")}, Profile::kPrecise).text.size() - 1;
  EXPECT_EQ(emit({detection.title(std::string(8191 - rest, 'x'))}, Profile::kPrecise).text.size(),
            8192U);
  EXPECT_EQ(emit({detection.title(std::string(8192 - rest, 'x'))}, Profile::kPrecise).text, "");
}

TEST(Suricata7, ConfigurationFilesNameWhatRulesUse) {
  EXPECT_EQ(suricata_classification_config(),
            "config classification: attempted-admin,Attempted Administrator Privilege Gain,1\n"
            "config classification: bad-unknown,Potentially Bad Traffic,2\n"
            "config classification: misc-activity,Misc activity,3\n"
            "config classification: not-suspicious,Not Suspicious Traffic,3\n");
  EXPECT_EQ(suricata_reference_config(),
            "config reference: url http://\n"
            "config reference: cve http://cve.mitre.org/cgi-bin/cvename.cgi?name=\n");
}

}  // namespace
}  // namespace rpcsieve::compiler

#include "compiler/backend/wireshark.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/rules.h"

namespace rpcsieve::compiler {
namespace {

using test::Rule;

// filter gives the line of the one detection's filter.
std::string filter(const Ir& ir, Profile profile = Profile::kCoverage) {
  const std::string text = emit_wireshark(ir, profile).text;
  const std::size_t from = text.find('\n');
  return from == std::string::npos ? "" : text.substr(from + 1, text.size() - from - 2);
}

TEST(Wireshark, Calls) {
  struct {
    std::string_view name;
    Rule rule;
    std::string_view want;  // behind "dcerpc.pkt_type == 0 && "
  } cases[] = {
      {"operations", Rule("a").call(test::kLsarpc, {{28, 28}, {30, 32}}),
       "lsarpc.opnum in {28, 30..32}"},
      {"every operation", Rule("a").call(test::kLsarpc), "lsarpc.opnum"},
      {"no dissector", Rule("a").call(test::kForeign, {{1, 1}}),
       "dcerpc.unknown_if_id && dcerpc.opnum == 1"},
      {"no dissector for the version", Rule("a").call(test::kLsarpc).versions(7, 7),
       "dcerpc.unknown_if_id"},
      {"shared field", Rule("a").call("00000143-0000-0000-c000-000000000046", {{3, 3}}),
       "remunk2 && remunk.opnum == 3"},
      {"smb", Rule("a").call(test::kLsarpc).transports(kSmb), "(smb || smb2) && lsarpc.opnum"},
      {"tcp", Rule("a").call(test::kLsarpc).transports(kTcp),
       "dcerpc.ver == 5 && !smb && !smb2 && lsarpc.opnum"},
      {"object", Rule("a").call(test::kLsarpc).object("00112233-4455-6677-8899-aabbccddeeff"),
       "dcerpc.obj_id == 00112233-4455-6677-8899-aabbccddeeff && lsarpc.opnum"},
      {"stub", Rule("a").call(test::kLsarpc, {{3, 3}}).stub(test::text("ab")),
       "lsarpc.opnum == 3 && (dcerpc.encrypted_stub_data || lsarpc contains 61:62)"},
      {"one byte",
       Rule("a").call(test::kLsarpc).stub(test::text("a")).sealed(database::Sealed::kIgnore),
       R"x(lsarpc.opnum && !dcerpc.encrypted_stub_data && lsarpc matches r"(?s-i)(?:\x61)")x"},
      {"groups",
       Rule("a")
           .call(test::kLsarpc)
           .stub_any({test::regex("^\"a$"), test::nocase(test::text("bc"))})
           .stub_not(test::text("de")),
       R"x(lsarpc.opnum && (dcerpc.encrypted_stub_data || ((lsarpc matches r"(?s-i)(?:\A\x22a\z)")x"
       R"x( || lsarpc matches r"(?s-i)(?i:\x62\x63)") && !(lsarpc contains 64:65))))x"},
      {"telling literal", Rule("a").call(test::kLsarpc, {{3, 3}}).stub(test::text("abcdefgh")),
       "((lsarpc.opnum == 3 && (dcerpc.encrypted_stub_data || lsarpc contains "
       "61:62:63:64:65:66:67:68)) || (dcerpc.cn_ctx_id.no_bind && dcerpc.opnum == 3 && "
       "dcerpc.stub_data contains 61:62:63:64:65:66:67:68))"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(filter(test::ir({c.rule})), "dcerpc.pkt_type == 0 && " + std::string(c.want))
        << c.name;
}

TEST(Wireshark, Addresses) {
  const Ir ir = test::ir(
      {Rule("a").call(test::kLsarpc).from_not({"10.0.0.0/8", "fe80::/10"}).to({"192.0.2.1/32"})});
  EXPECT_EQ(filter(ir),
            "!(ip.src == 10.0.0.0/8 || ipv6.src == fe80::/10) && ip.dst == 192.0.2.1/32 && "
            "dcerpc.pkt_type == 0 && lsarpc.opnum");
  EXPECT_EQ(filter(test::ir({Rule("a").call(test::kLsarpc).from({})})), "");
}

// with gives an Ir of one detection with these steps.
Ir with(std::vector<Step> steps) {
  Ir ir = test::ir({Rule("a").call(test::kLsarpc)});
  ir.detections[0].steps = std::move(steps);
  return ir;
}

BindCondition bind(BindResult result) {
  BindCondition condition;
  condition.interface = *parse_uuid(test::kLsarpc);
  condition.result = result;
  return condition;
}

TEST(Wireshark, Binds) {
  const Ir any = with({{{}, {bind(BindResult::kAny)}, {}}});
  EXPECT_EQ(filter(any),
            "dcerpc.pkt_type in {11, 14} && dcerpc.ver == 5 && "
            "dcerpc.cn_bind_to_uuid == 12345778-1234-abcd-ef00-0123456789ab");
  EXPECT_EQ(emit_wireshark(any, Profile::kPrecise).verdicts[0].fidelity, Fidelity::kExact);
  const Ir rejected = with({{{}, {bind(BindResult::kRejected)}, {}}});
  EXPECT_EQ(emit_wireshark(rejected, Profile::kCoverage).verdicts[0].fidelity, Fidelity::kWider);
  EXPECT_EQ(filter(rejected, Profile::kPrecise), "");
}

TEST(Wireshark, Files) {
  const Ir ir = with({{{}, {}, {{"a?*", false, "c$", kWrite, kOpened}}}});
  EXPECT_EQ(
      filter(ir),
      "((smb2.cmd == 5 && smb2.flags.response == 0) || "
      "(smb.cmd in {0x2d, 0xa2} && smb.flags.response == 0)) && "
      R"((smb2.filename matches r"(?s-i)(?i:(?:\A|\\)\x61[^\\][^\\]*)\z" || )"
      R"(smb.file matches r"(?s-i)(?i:(?:\A|\\)\x61[^\\][^\\]*)\z") && )"
      R"((smb2.tree matches r"(?s-i)(?i:(?:\A|\\)\x63\x24)\z" || )"
      R"(smb.path matches r"(?s-i)(?i:(?:\A|\\)\x63\x24)\z") && smb.access_mask & 0x52000006)");
}

TEST(Wireshark, StepsAndCountsShowEachEvent) {
  const Step step{{}, {bind(BindResult::kAny)}, {}};
  Ir ir = with({step, step});
  EXPECT_EQ(emit_wireshark(ir, Profile::kCoverage).verdicts[0].fidelity, Fidelity::kWider);
  EXPECT_EQ(emit_wireshark(ir, Profile::kPrecise).verdicts[0].fidelity, Fidelity::kRefused);
  ir = with({step});
  ir.detections[0].count = Count{5, 1'000'000, kByClient};
  EXPECT_EQ(emit_wireshark(ir, Profile::kCoverage).verdicts[0].reasons,
            (std::vector<std::string>{"wider: each event is shown, they are not counted"}));
  EXPECT_EQ(filter(ir, Profile::kPrecise), "");
}

TEST(Wireshark, DfiltersNameTheSameFilters) {
  EXPECT_EQ(wireshark_dfilters("# one: A: title\na == 1\n# two: B\nb == \"2\"\n"),
            "\"one\" a == 1\n\"two\" b == \"2\"\n");
}

}  // namespace
}  // namespace rpcsieve::compiler

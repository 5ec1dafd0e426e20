// Cases are made of a detection, so they prove nothing unless a detection that is a little wrong
// fails some of them: each row below is what was meant, what was written, and a case that tells.
#include "tools/cases/cases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/rules.h"
#include "tools/suite/native.h"

namespace rpcsieve::test {
namespace {

using cases::Case;
using cases::Cases;
using compiler::Ir;
using Names = std::vector<std::string>;

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::uint8_t kClient = compiler::kByClient, kBoth = kClient | compiler::kByServer;

std::unique_ptr<suite::Native> native_of(const Ir& rules) {
  compiler::Diagnostics out;
  std::string error;
  auto native =
      suite::Native::create({rules, compiler::Sids::assign(rules, nullptr, out), {}}, error);
  EXPECT_NE(native, nullptr) << error;
  return native;
}

// Made is the cases of a rule, and the matcher that has it.
struct Made {
  std::unique_ptr<suite::Native> native;
  Cases cases;
};

Made make(const Rule& rule) {
  const Ir rules = ir({rule});
  Made made{native_of(rules), {}};
  cases::Judge judge(made.native->database(), made.native->matcher());
  made.cases = cases::CaseMaker(rules, judge).cases_of(rules.detections.front());
  return made;
}

Cases cases_of(const Rule& rule) { return make(rule).cases; }

std::size_t alerts_on(const Case& one, suite::Native& native) {
  const auto frames = forge::tell(one.story, Timestamp{1'700'000'000'000'000});
  std::vector<Captured> views;
  for (const forge::Frame& frame : frames)
    views.push_back({frame.time, static_cast<std::uint32_t>(frame.bytes.size()), frame.bytes});
  return native.run(views).alerts.size();
}

// failing runs cases and names those that do not end as they must.
Names failing(const Cases& cases, suite::Native& native) {
  Names names;
  for (const Case& one : cases.all)
    if (alerts_on(one, native) != (one.alerts ? 1U : 0U)) names.push_back(one.name);
  return names;
}

// names_of gives the names of one transport's cases, without it.
Names names_of(const Cases& cases, forge::Transport transport) {
  Names names;
  for (const Case& one : cases.all)
    if (one.transport == transport)
      names.push_back(one.name.substr(forge::name(transport).size() + 1));
  return names;
}

Rule rule() { return Rule("example"); }
Rule secret() { return rule().call(kLsarpc, {{43, 43}}); }

Rule two_steps() {
  return rule()
      .file("*.exe", "admin$", compiler::kWrite)
      .next_step()
      .call(kSvcctl, {{12, 12}})
      .within(kMinute, kBoth);
}

TEST(Cases, AreNamedAfterWhatTheyAre) {
  EXPECT_EQ(names_of(cases_of(secret().stub(utf16("G$")).from_not({"10.0.0.0/8"})),
                     forge::Transport::kTcp),
            (Names{"alerts", "alerts-lsarpc-43-sealed", "quiet-lsarpc-43-other-interface",
                   "quiet-lsarpc-43-content-1-1-other", "quiet-lsarpc-43-no-content",
                   "quiet-lsarpc-43-rejected-bind", "quiet-lsarpc-43-neighbour-operation",
                   "quiet-lsarpc-43-neighbour-operation-2", "quiet-other-from"}));
  EXPECT_EQ(names_of(cases_of(two_steps()), forge::Transport::kTcp),
            (Names{"alerts", "alerts-svcctl-12-sealed", "quiet-svcctl-12-other-interface",
                   "quiet-svcctl-12-rejected-bind", "quiet-svcctl-12-neighbour-operation",
                   "quiet-svcctl-12-neighbour-operation-2", "quiet-without-step-1",
                   "quiet-without-step-2", "quiet-too-late", "quiet-other-client",
                   "quiet-other-server", "quiet-wrong-order"}));
  EXPECT_EQ(names_of(cases_of(rule().bind(kLsarpc)), forge::Transport::kSmb2Ioctl),
            (Names{"alerts", "alerts-lsarpc-bind-rejected", "quiet-lsarpc-bind-other-interface"}));
}

TEST(Cases, CoverWhatADetectionClaimsAndNoMore) {
  const Cases cases = cases_of(secret().transports(compiler::kTcp));
  EXPECT_EQ(names_of(cases, forge::Transport::kUdp), Names{"quiet-lsarpc-43-other-transport"});
  EXPECT_TRUE(names_of(cases, forge::Transport::kSmb311).empty());
  EXPECT_TRUE(names_of(cases_of(rule().bind(kLsarpc)), forge::Transport::kUdp).empty());
  EXPECT_TRUE(names_of(cases_of(rule().file("a")), forge::Transport::kTcp).empty());
}

TEST(Cases, ShareNoAddress) {
  std::vector<std::string> hosts;
  const Cases cases = cases_of(two_steps().from_not({"10.0.0.0/24"}));
  for (const Case& one : cases.all) {
    std::vector<std::string> own;
    for (const forge::Visit& visit : one.story) {
      own.push_back(visit.hosts.client);
      own.push_back(visit.hosts.server);
    }
    std::sort(own.begin(), own.end());
    hosts.insert(hosts.end(), own.begin(), std::unique(own.begin(), own.end()));
  }
  std::sort(hosts.begin(), hosts.end());
  EXPECT_EQ(std::adjacent_find(hosts.begin(), hosts.end()), hosts.end());
}

struct Slip {
  std::string name;
  Rule meant, written;
  std::string told_by;  // one of the cases that fail
};

std::vector<Slip> slips_about_calls() {
  using compiler::bit;
  using database::Result;
  const Rule named = secret().stub(utf16("G$BCK"));
  return {
      {"another operation", secret(), rule().call(kLsarpc, {{42, 42}}), "tcp-alerts"},
      {"a range that is too long", rule().call(kLsarpc, {{3, 5}}), rule().call(kLsarpc, {{3, 6}}),
       "udp-quiet-lsarpc-3-neighbour-operation-2"},
      {"a range that begins too early", rule().call(kLsarpc, {{3, 5}}),
       rule().call(kLsarpc, {{2, 5}}), "udp-quiet-lsarpc-3-neighbour-operation"},
      {"a range that is too short", rule().call(kLsarpc, {{3, 5}}), rule().call(kLsarpc, {{3, 4}}),
       "smb1-trans-alerts-lsarpc-5"},
      {"another interface", secret(),
       rule().call(kLsarpc, {{43, 43}}).call("12345778-1234-abcd-ef00-0123456789aa", {{43, 43}}),
       "tcp-quiet-lsarpc-43-other-interface"},
      {"every version", secret().versions(0, 0), secret(), "tcp-quiet-lsarpc-43-later-version"},
      {"every transport", secret().transports(compiler::kSmb), secret(),
       "udp-quiet-lsarpc-43-other-transport"},
      {"every pipe", secret().pipes({"lsass"}), secret(), "smb2-ioctl-quiet-lsarpc-43-other-pipe"},
      {"any object", secret().object(kForeign), secret(), "tcp-quiet-lsarpc-43-no-object"},
      {"a name that is too short", named, secret().stub(utf16("G$BC")),
       "udp-quiet-lsarpc-43-content-1-1-other"},
      {"a name that is too long", named, secret().stub(utf16("G$BCKU")), "tcp-alerts"},
      {"no name", named, secret(), "tcp-quiet-lsarpc-43-no-content"},
      {"a wish that is forgotten", secret().stub_any({text("one"), text("two")}),
       secret().stub(text("one")), "smb2-ioctl-alerts-lsarpc-43-content-1-2"},
      {"a class that goes on too long", secret().stub(regex("x[0-9]$")),
       secret().stub(regex("x[0-9:]$")), "tcp-quiet-lsarpc-43-content-1-1-beyond"},
      {"a class that begins too early", secret().stub(regex("x[0-9]$")),
       secret().stub(regex("x[/-9]$")), "tcp-quiet-lsarpc-43-content-1-1-other"},
      {"what must be absent", secret().stub_not(text("sysvol")), secret(),
       "tcp-quiet-lsarpc-43-content-1-1-present"},
      {"sealed calls", secret().stub(utf16("G$BCK")).sealed(database::Sealed::kIgnore), named,
       "udp-quiet-lsarpc-43-sealed"},
      {"any outcome", secret().outcomes(bit(Result::kSuccess)), secret(),
       "smb1-trans-quiet-lsarpc-43-other-outcome"},
      {"another outcome", secret().outcomes(bit(Result::kDenied)),
       secret().outcomes(bit(Result::kFailed)), "udp-alerts"},
      {"any security", secret().auth({}, 1), secret(), "tcp-quiet-lsarpc-43-auth-10-level-2"},
      {"another security", secret().auth({16}), secret().auth({10}), "udp-alerts"},
      {"every client", secret().from_not({"192.0.2.0/24"}), secret(), "tcp-quiet-other-from"},
      {"every server", secret().to({"192.0.2.0/24"}), secret(), "tcp-quiet-other-to"},
  };
}

std::vector<Slip> slips_about_events() {
  using compiler::BindResult;
  using compiler::bit;
  const Rule accepted = rule().bind(kLsarpc, BindResult::kAccepted);
  const Rule file = rule().file("*.exe", "admin$", compiler::kWrite);
  const Rule many = secret().count(5, kMinute, kBoth);
  const Rule swapped = rule()
                           .call(kSvcctl, {{12, 12}})
                           .next_step()
                           .file("*.exe", "admin$", compiler::kWrite)
                           .within(kMinute, kBoth);
  const auto steps = [](std::int64_t within, std::uint8_t by) {
    return rule()
        .file("*.exe", "admin$", compiler::kWrite)
        .next_step()
        .call(kSvcctl, {{12, 12}})
        .within(within, by);
  };
  return {
      {"any result", accepted, rule().bind(kLsarpc), "tcp-quiet-lsarpc-bind-other-result"},
      {"the other result", rule().bind(kLsarpc, BindResult::kRejected), accepted, "smb311-alerts"},
      {"a bind of another interface", accepted, rule().bind(kSvcctl), "smb1-trans-alerts"},
      {"any name", file, rule().file("*.ex*", "admin$", compiler::kWrite),
       "smb2-ioctl-quiet-file-1-other-name"},
      {"any folder", rule().file("temp\\*.exe"), rule().file("*.exe"),
       "smb1-trans-quiet-file-1-other-folder"},
      {"any share", file, rule().file("*.exe", "", compiler::kWrite),
       "smb1-trans-quiet-file-1-other-share"},
      {"any access", file, rule().file("*.exe", "admin$"), "smb2-ioctl-quiet-file-1-other-access"},
      {"any outcome of a file", file,
       rule().file("*.exe", "admin$", compiler::kWrite).outcomes(compiler::kEveryOutcome),
       "smb2-ioctl-quiet-file-1-other-outcome"},
      {"one less", many, secret().count(4, kMinute, kBoth), "udp-quiet-one-short"},
      {"one more", many, secret().count(6, kMinute, kBoth), "udp-alerts"},
      {"a longer window", many, secret().count(5, kMinute + 1'000'000, kBoth),
       "tcp-quiet-too-seldom"},
      {"a much shorter window", many, secret().count(5, kMinute / 4, kBoth), "tcp-alerts"},
      {"by nothing", many, secret().count(5, kMinute, 0), "tcp-quiet-other-client"},
      {"by the client alone", many, secret().count(5, kMinute, kClient), "tcp-quiet-other-server"},
      {"by the server as well", secret().count(5, kMinute, kClient), many,
       "tcp-alerts-other-server"},
      {"one step", two_steps(), rule().call(kSvcctl, {{12, 12}}), "tcp-quiet-without-step-1"},
      {"the order", two_steps(), swapped, "smb2-ioctl-quiet-wrong-order"},
      {"a longer sequence", two_steps(), steps(2 * kMinute, kBoth), "udp-quiet-too-late"},
      {"a sequence by nothing", two_steps(), steps(kMinute, 0), "tcp-quiet-other-server"},
  };
}

TEST(Cases, PassWithTheirOwnRuleAndTellOfEverySlip) {
  std::vector<Slip> slips = slips_about_calls();
  for (Slip& slip : slips_about_events()) slips.push_back(std::move(slip));
  for (const Slip& slip : slips) {
    const Made meant = make(slip.meant);
    EXPECT_EQ(failing(meant.cases, *meant.native), Names{}) << slip.name;
    EXPECT_TRUE(meant.cases.refused.empty()) << slip.name;
    const Names names = failing(meant.cases, *native_of(ir({slip.written})));
    const bool told = std::find(names.begin(), names.end(), slip.told_by) != names.end();
    EXPECT_TRUE(told) << slip.name << ": " << ::testing::PrintToString(names);
  }
}

TEST(Cases, SayWhatCannotBeForged) {
  const auto why = [](const Rule& refused) {
    const Names reasons = cases_of(refused).refused;
    return reasons.empty() ? "" : reasons.front();
  };
  EXPECT_EQ(why(secret().to({})), "no address fits from and to: an empty variable matches nobody");
  EXPECT_EQ(why(two_steps().count(3, kMinute, 0)), "a counted sequence");
  EXPECT_EQ(why(secret().count(20000, kMinute, 0)), "a count of more than 10000");
  EXPECT_EQ(why(secret().stub(text("abc")).stub_not(text("b"))),
            "lsarpc-43: none of the stubs that were tried fulfils all stub conditions together");
  EXPECT_EQ(why(rule().file("*").outcomes(compiler::kEveryOutcome)),
            "no case on smb1-trans that is quiet");
}

}  // namespace
}  // namespace rpcsieve::test

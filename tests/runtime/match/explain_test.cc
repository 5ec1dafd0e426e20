#include "runtime/match/explain.h"

#include <gtest/gtest.h>

#include "tests/support/calls.h"
#include "tests/support/rules.h"

namespace rpcsieve::match {
namespace {

using dcerpc::KnownBy;
using test::CallBuilder;
using test::Rule;

std::string_view name(Step step) {
  constexpr std::string_view kNames[] = {"interface",   "version",   "operation", "rejected",
                                         "uninferable", "transport", "pipe",      "object",
                                         "auth",        "client",    "server",    "stub",
                                         "unread",      "share",     "access",    "outcome"};
  return kNames[static_cast<std::size_t>(step)];
}

// The one detection asks for something of every kind.
database::Database database_of(Rule rule) {
  std::string error;
  return database::Database::load(test::compile(test::ir({std::move(rule)})), error).value();
}

Rule choosy() {
  Rule rule("choosy");
  rule.call(test::kLsarpc, {{28, 28}, {43, 44}}).versions(0, 1);
  rule.transports(compiler::kSmb | compiler::kTcp).pipes({"lsarpc", "lsass"});
  rule.object(test::kForeign).stub(test::text("first")).stub(test::utf16("BackupKey"));
  rule.stub_not(test::text("never"));
  return rule.from_not({"10.0.0.9/32"}).to({"10.0.0.0/24"});
}

test::Buffer stub() { return test::Wire().text("first").utf16("BackupKey").build(); }

// print gives "step", with the clause for those that have one, and "+" where the stub holds.
std::string explain(const database::Database& database, const CallBuilder& call) {
  std::string error, out;
  const auto explainer = Explainer::create(database, error);
  for (const Miss& miss : explainer->explain(call.subject())) {
    out += name(miss.step);
    if (miss.step >= Step::kStub) out += std::to_string(miss.clause);
    if (miss.stub_holds) out += '+';
  }
  return out;
}

CallBuilder fitting(test::Buffer bytes = stub()) {
  CallBuilder call(test::kLsarpc, 43, std::move(bytes));
  return call.pipe("lsarpc").object(test::kForeign);
}

TEST(Explain, NamesTheFirstConditionThatFails) {
  struct Case {
    const char* name;
    CallBuilder call;
    const char* want;
  };
  const test::Buffer second = test::Wire().utf16("BackupKey").build();
  const test::Buffer never = test::Wire().text("first").utf16("BackupKey").text("never").build();
  const Case cases[] = {
      {"it fits", fitting(), ""},
      {"another interface", CallBuilder(test::kSvcctl, 43), "interface"},
      {"... but the stub is right", CallBuilder(test::kSvcctl, 43, stub()), "interface+"},
      {"another version", fitting().version(2), "version+"},
      {"another operation", CallBuilder(test::kLsarpc, 29), "operation"},
      {"... but the stub is right", CallBuilder(test::kLsarpc, 29, stub()), "operation+"},
      {"a rejected context", fitting().known_by(KnownBy::kRejected), "rejected+"},
      {"another transport", fitting().transport(Transport::kUdp), "transport+"},
      {"another pipe", fitting().pipe("samr"), "pipe+"},
      {"no object", CallBuilder(test::kLsarpc, 43, stub()), "object+"},
      {"another object", fitting().object(test::kLsarpc), "object+"},
      {"a client that is left out", fitting().from("10.0.0.9"), "client+"},
      {"a server elsewhere", fitting().to("10.0.1.1"), "server+"},
      {"the first word is missing", fitting(second), "stub0"},
      {"both words are", fitting({1, 2, 3}), "stub0"},
      {"the second is", fitting(test::Wire().text("first").build()), "stub1"},
      {"a word that must not be there", fitting(never), "stub2"},
      {"sealed: an alert all the same", fitting().sealed(), ""},
      {"an interface that is not known", fitting().known_by(KnownBy::kUnknown), ""},
      {"... and another operation", CallBuilder(test::kLsarpc, 29).known_by(KnownBy::kUnknown),
       "interface"},
      {"... and a sealed stub", fitting().known_by(KnownBy::kUnknown).sealed(), "unread0"},
      {"... and a stub that is cut", fitting().known_by(KnownBy::kUnknown).cut(), "unread2"},
  };
  const auto database = database_of(choosy());
  for (const Case& c : cases) EXPECT_EQ(explain(database, c.call), c.want) << c.name;
}

TEST(Explain, KnowsWhatIsNotEnoughForAnAlert) {
  Rule short_word("short");
  short_word.call(test::kLsarpc, {{43, 43}}).stub(test::text("short"));
  const CallBuilder unknown = CallBuilder(test::kLsarpc, 43, test::Wire().text("short").build())
                                  .known_by(KnownBy::kUnknown);
  EXPECT_EQ(explain(database_of(short_word), unknown), "uninferable+");
  short_word.sealed(database::Sealed::kIgnore);
  EXPECT_EQ(explain(database_of(short_word), CallBuilder(test::kLsarpc, 43).sealed()), "unread0");
}

TEST(Explain, KnowsAuthentication) {
  const auto database = database_of(Rule("a").call(test::kLsarpc).auth({10}, 1U << 5));
  const auto with = [&](dcerpc::AuthType type, dcerpc::AuthLevel level) {
    return explain(database, CallBuilder(test::kLsarpc, 43).auth(type, level));
  };
  EXPECT_EQ(with(dcerpc::AuthType::kNtlm, dcerpc::AuthLevel::kIntegrity), "");
  EXPECT_EQ(with(dcerpc::AuthType::kNtlm, dcerpc::AuthLevel::kPrivacy), "auth");
  EXPECT_EQ(with(dcerpc::AuthType::kSpnego, dcerpc::AuthLevel::kIntegrity), "auth");
  EXPECT_EQ(explain(database, CallBuilder(test::kLsarpc, 43)), "auth");
}

// What a miss of a bind or a file says; those of other interfaces and names are none.
TEST(Explain, TellsOfBindsAndFiles) {
  Rule rule("a");
  rule.bind(test::kLsarpc, compiler::BindResult::kAccepted).versions(0, 1).next_step();
  rule.file("ntds.dit", "c$", compiler::kWrite).within(1, 0);
  const auto database = database_of(rule);
  std::string error;
  const auto explainer = Explainer::create(database, error);
  const IpAddress nobody;
  const auto told = [](const std::vector<Miss>& misses) {
    return misses.empty() ? std::string() : std::string(name(misses.front().step));
  };
  const auto bind = [&](std::string_view interface, std::uint16_t version, std::uint8_t result) {
    const dcerpc::InterfaceId id{parse_uuid(interface).value(), version, 0};
    return told(explainer->explain(Offer{id, Transport::kTcp, "", nobody, nobody}, result));
  };
  EXPECT_EQ(bind(test::kLsarpc, 0, database::kAccepted), "");
  EXPECT_EQ(bind(test::kLsarpc, 2, database::kAccepted), "version");
  EXPECT_EQ(bind(test::kLsarpc, 0, database::kRejected), "outcome");
  EXPECT_EQ(bind(test::kSvcctl, 0, database::kRejected), "");
  const auto file = [&](std::string_view path, std::string_view share, std::uint8_t access,
                        database::Result result) {
    return told(explainer->explain(File{share, path, access, result, nobody, nobody}));
  };
  using database::Result;
  EXPECT_EQ(file("a\\ntds.dit", "\\\\dc\\C$", database::kWrite, Result::kSuccess), "");
  EXPECT_EQ(file("a\\ntds.dit", "\\\\dc\\D$", database::kWrite, Result::kSuccess), "share");
  EXPECT_EQ(file("a\\ntds.dit", "\\\\dc\\C$", database::kRead, Result::kSuccess), "access");
  EXPECT_EQ(file("a\\ntds.dit", "\\\\dc\\C$", database::kWrite, Result::kDenied), "outcome");
  EXPECT_EQ(file("a\\other", "\\\\dc\\C$", database::kWrite, Result::kDenied), "");
}

TEST(Explain, TellsTheAlternativeThatIsNearest) {
  Rule two("two");
  two.call(test::kSvcctl, {{1, 1}}).call(test::kLsarpc, {{43, 43}}).stub(test::text("word"));
  const auto database = database_of(two);
  std::string error;
  const auto explainer = Explainer::create(database, error);
  const auto misses = explainer->explain(CallBuilder(test::kLsarpc, 43, {1}).subject());
  ASSERT_EQ(misses.size(), 1U);
  EXPECT_EQ(misses[0].condition, 1U);
  EXPECT_EQ(misses[0].step, Step::kStub);
}

TEST(Explain, GivesTheOperationsOfACondition) {
  Rule rule("all");
  rule.call(test::kLsarpc).call(test::kLsarpc, {{28, 28}, {43, 44}}).call(test::kForeign);
  const auto database = database_of(rule);
  std::string error;
  const auto explainer = Explainer::create(database, error);
  const auto print = [&](std::uint32_t condition) {
    std::string text;
    for (const auto& run : explainer->operations(condition))
      text += std::to_string(run.first) + '-' + std::to_string(run.last) + ' ';
    return text;
  };
  EXPECT_EQ(print(0), "0-65535 ");
  EXPECT_EQ(print(1), "28-28 43-44 ");
  EXPECT_EQ(print(2), "0-65535 ");
}

}  // namespace
}  // namespace rpcsieve::match

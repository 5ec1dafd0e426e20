#include "runtime/match/matcher.h"

#include <gtest/gtest.h>

#include "tests/support/calls.h"
#include "tests/support/rules.h"

namespace rpcsieve::match {
namespace {

using database::Sealed;
using dcerpc::KnownBy;
using test::CallBuilder;
using test::kLsarpc;
using test::kSvcctl;
using test::Rule;

// Bench is a matcher with everything that it stands on.
class Bench {
 public:
  explicit Bench(const std::vector<Rule>& rules)
      : database_(load(test::compile(test::ir(rules)))), matcher_(create(database_)) {
    scratch_ = matcher_->make_scratch();
  }

  std::string match(const CallBuilder& call) {
    std::vector<Hit> hits;
    matcher_->match(call.subject(), *scratch_, counters_, hits);
    return test::print_hits(database_, hits);
  }
  [[nodiscard]] bool watches(const CallBuilder& call) const {
    return matcher_->watches(call.call());
  }
  [[nodiscard]] std::uint64_t count(Counter counter) const { return counters_[counter]; }

 private:
  static database::Database load(std::vector<std::uint8_t> file) {
    std::string error;
    return database::Database::load(std::move(file), error).value();
  }
  static std::unique_ptr<Matcher> create(const database::Database& database) {
    std::string error;
    auto matcher = Matcher::create(database, error);
    EXPECT_EQ(error, "");
    return matcher;
  }

  database::Database database_;
  std::unique_ptr<Matcher> matcher_;
  std::unique_ptr<Scratch> scratch_;
  Counters counters_;
};

struct MatchCase {
  std::string_view name;
  Rule rule;
  CallBuilder call;
  std::string_view want;
};

void expect_matches(const std::vector<MatchCase>& cases) {
  for (const MatchCase& c : cases) EXPECT_EQ(Bench({c.rule}).match(c.call), c.want) << c.name;
}

Rule lsarpc(std::vector<compiler::OpnumRange> opnums = {{43, 43}}) {
  return Rule("a").call(kLsarpc, std::move(opnums));
}
CallBuilder op43(test::Buffer stub = {}) { return {kLsarpc, 43, std::move(stub)}; }
test::Buffer ascii(std::string_view text) { return test::Wire().text(text).build(); }
test::Buffer wide(std::string_view text) { return test::Wire().utf16(text).build(); }

TEST(Matcher, ComparesInterfaceAndOperation) {
  expect_matches({
      {"the operation", lsarpc(), op43(), "a none"},
      {"another operation", lsarpc(), CallBuilder(kLsarpc, 44), ""},
      {"every operation", lsarpc({{}}), CallBuilder(kLsarpc, 0xffff), "a none"},
      {"another interface", lsarpc(), CallBuilder(kSvcctl, 43), ""},
      {"an interface nobody knows", lsarpc(), CallBuilder(test::kForeign, 43), ""},
      {"an interface only the rule knows", Rule("a").call(test::kForeign),
       CallBuilder(test::kForeign, 1), "a none"},
      {"any version", lsarpc(), op43().version(7), "a none"},
      {"the version", lsarpc().versions(1, 2), op43().version(2), "a none"},
      {"another version", lsarpc().versions(1, 2), op43().version(3), ""},
      {"the version, of an interface that has two",
       Rule("a").call(test::kTwoVersions).versions(3, 3),
       CallBuilder(test::kTwoVersions, 0).version(3), "a none"},
      {"the other version of it", Rule("a").call(test::kTwoVersions).versions(3, 3),
       CallBuilder(test::kTwoVersions, 0).version(1), ""},
  });
}

TEST(Matcher, ComparesTransportAndPipe) {
  const Rule piped = lsarpc().pipes({"lsarpc", "lsass"});
  expect_matches({
      {"the transport", lsarpc().transports(compiler::kTcp), op43().transport(Transport::kTcp),
       "a none"},
      {"another transport", lsarpc().transports(compiler::kTcp), op43(), ""},
      {"one of the pipes", piped, op43().pipe("lsass"), "a none"},
      {"another pipe", piped, op43().pipe("netlogon"), ""},
      {"a pipe not seen", piped, op43(), "a none"},
      {"pipes do not restrict TCP", piped, op43().transport(Transport::kTcp).pipe("netlogon"),
       "a none"},
      {"no pipe given", lsarpc(), op43().pipe("netlogon"), "a none"},
  });
}

TEST(Matcher, ComparesTheObject) {
  const Rule rule = lsarpc().object(test::kForeign);
  expect_matches({
      {"the object", rule, op43().object(test::kForeign), "a none"},
      {"another object", rule, op43().object(kLsarpc), ""},
      {"no object", rule, op43(), ""},
      {"no object asked for", lsarpc(), op43().object(kLsarpc), "a none"},
  });
}

TEST(Matcher, ComparesAddresses) {
  const std::vector<std::string_view> nets = {"10.0.0.0/30", "10.0.0.8/32", "2001:db8::/32"};
  const auto from = [](std::string_view address) { return op43().from(address); };
  expect_matches({
      {"below", lsarpc().from(nets), from("9.255.255.255"), ""},
      {"first", lsarpc().from(nets), from("10.0.0.0"), "a none"},
      {"last", lsarpc().from(nets), from("10.0.0.3"), "a none"},
      {"between", lsarpc().from(nets), from("10.0.0.4"), ""},
      {"one", lsarpc().from(nets), from("10.0.0.8"), "a none"},
      {"IPv6", lsarpc().from(nets), from("2001:db8:ffff::1"), "a none"},
      {"above", lsarpc().from(nets), from("2001:db9::"), ""},
      {"not listed", lsarpc().from_not(nets), from("10.0.0.4"), "a none"},
      {"listed", lsarpc().from_not(nets), from("10.0.0.1"), ""},
      {"nobody", lsarpc().from({}), op43(), ""},
      {"not nobody", lsarpc().from_not({}), op43(), "a none"},
      {"the server", lsarpc().to({"10.0.0.1/32"}), op43().from("10.0.0.5"), "a none"},
      {"not the client", lsarpc().to({"10.0.0.1/32"}), op43().from("10.0.0.1").to("10.0.0.5"), ""},
  });
}

TEST(Matcher, LooksIntoTheStub) {
  const Rule key = lsarpc().stub(test::utf16("G$BCKUPKEY_"));
  const Rule loose = lsarpc().stub(test::nocase(test::text("Key")));
  const Rule both = lsarpc().stub(test::text("one")).stub_not(test::text("two"));
  const Rule either = lsarpc().stub_any({test::text("one"), test::text("two")});
  expect_matches({
      {"there", key, op43(wide("G$BCKUPKEY_P")), "a matched"},
      {"not there", key, op43(wide("G$OTHER")), ""},
      {"another case", key, op43(wide("g$bckupkey_p")), ""},
      {"case does not count", loose, op43(ascii("kEY")), "a matched"},
      {"bytes above ASCII have no case", lsarpc().stub(test::nocase(test::bytes("e9"))),
       op43(test::hex("c9")), ""},
      {"metacharacters are bytes", lsarpc().stub(test::text("a.c")), op43(ascii("abc")), ""},
      {"zeros are bytes", lsarpc().stub(test::bytes("00 01 00")), op43(test::hex("ff000100")),
       "a matched"},
      {"one without two", both, op43(ascii("one")), "a matched"},
      {"one with two", both, op43(ascii("one two")), ""},
      {"the second of two", either, op43(ascii("two")), "a matched"},
      {"neither", either, op43(ascii("three")), ""},
      {"an empty stub holds nothing", key, op43(), ""},
      {"an empty stub lacks everything", lsarpc().stub_not(test::text("one")), op43(), "a matched"},
  });
}

TEST(Matcher, TakesAnchorsForTheEndsOfTheStub) {
  const Rule begins = lsarpc().stub(test::regex("^ab"));
  const Rule ends = lsarpc().stub(test::regex("ab$"));
  expect_matches({
      {"begins", begins, op43(ascii("abc")), "a matched"},
      {"begins later", begins, op43(ascii("\nab")), ""},
      {"ends", ends, op43(ascii("cab")), "a matched"},
      {"ends before a line feed", ends, op43(ascii("cab\n")), ""},
      {"multiline changes nothing", lsarpc().stub(test::regex("(?m)^ab$")), op43(ascii("x\nab\nx")),
       ""},
      {"dot matches a line feed", lsarpc().stub(test::regex("a.b")), op43(ascii("a\nb")),
       "a matched"},
      {"a dollar in a class", lsarpc().stub(test::regex("[$]b")), op43(ascii("$bc")), "a matched"},
  });
}

TEST(Matcher, SaysWhenTheStubIsSealed) {
  const Rule key = lsarpc().stub(test::text("key"));
  const Rule ignoring = lsarpc().stub(test::text("key")).sealed(Sealed::kIgnore);
  const auto sealed = [] { return op43(ascii("key")).sealed(); };
  expect_matches({
      {"sealed", key, sealed(), "a unread"},
      {"sealed, ignored", ignoring, sealed(), ""},
      {"sealed, without stub conditions", lsarpc().sealed(Sealed::kIgnore), sealed(), "a none"},
      {"sealed, something must be missing", lsarpc().stub_not(test::text("key")), sealed(),
       "a unread"},
      {"offered", key, sealed().known_by(KnownBy::kOffered), "a unread"},
      {"pipe", key, sealed().known_by(KnownBy::kPipe), "a unread"},
      {"endpoint", key, sealed().known_by(KnownBy::kEndpoint), "a unread"},
      {"unknown", key, sealed().known_by(KnownBy::kUnknown), ""},
      {"rejected", key, sealed().known_by(KnownBy::kRejected), ""},
  });
}

TEST(Matcher, SaysWhenTheStubIsCut) {
  const Rule key = lsarpc().stub(test::text("key"));
  const Rule two = lsarpc().stub(test::text("one")).stub(test::text("two"));
  const Rule without = lsarpc().stub(test::text("one")).stub_not(test::text("two"));
  expect_matches({
      {"found before the cut", key, op43(ascii("key")).cut(), "a matched"},
      {"may follow", key, op43(ascii("ke")).cut(), "a unread"},
      {"nothing is left", key, op43().cut(), "a unread"},
      {"may follow, ignored", lsarpc().stub(test::text("key")).sealed(Sealed::kIgnore),
       op43().cut(), ""},
      {"half of it found", two, op43(ascii("one")).cut(), "a unread"},
      {"must not follow", without, op43(ascii("one")).cut(), "a unread"},
      {"must not be there, but is", without, op43(ascii("one two")).cut(), ""},
  });
}

TEST(Matcher, DoesNotTakeACutForTheEnd) {
  const Rule zeros = lsarpc().stub(test::regex("\\x00{8}$"));
  const Rule word = lsarpc().stub(test::regex("ab\\b"));
  expect_matches({
      {"at the end", zeros, op43(test::Buffer(8)), "a matched"},
      {"at the cut", zeros, op43(test::Buffer(8)).cut(), "a unread"},
      {"must not end so", lsarpc().stub_not(test::regex("\\x00{8}$")), op43(test::Buffer(8)).cut(),
       "a unread"},
      {"a word before the cut", word, op43(ascii("ab c")).cut(), "a matched"},
      {"a word at the cut", word, op43(ascii("ab")).cut(), "a unread"},
  });
}

TEST(Matcher, InfersAnUnknownInterfaceFromItsStub) {
  const Rule key = lsarpc().stub(test::utf16("G$BC"));
  const auto unknown = [](test::Buffer stub, std::uint16_t opnum = 43) {
    return CallBuilder(kLsarpc, opnum, std::move(stub)).known_by(KnownBy::kUnknown);
  };
  expect_matches({
      {"eight bytes", key, unknown(wide("G$BC")), "a matched inferred"},
      {"not there", key, unknown(wide("G$")), ""},
      {"another operation", key, unknown(wide("G$BC"), 44), ""},
      {"without stub conditions", lsarpc(), unknown(wide("G$BC")), ""},
      {"seven bytes", lsarpc().stub(test::text("1234567")), unknown(ascii("1234567")), ""},
      {"eight equal bytes", lsarpc().stub(test::bytes("0000000000000000")),
       unknown(test::Buffer(8)), ""},
      {"versions do not count", lsarpc().versions(3, 3).stub(test::utf16("G$BC")),
       unknown(wide("G$BC")), "a matched inferred"},
      {"the pipe still does", lsarpc().pipes({"lsarpc"}).stub(test::utf16("G$BC")),
       unknown(wide("G$BC")).pipe("spoolss"), ""},
      {"found before the cut", key, unknown(wide("G$BC")).cut(), "a matched inferred"},
      {"may follow the cut", key, unknown(wide("G$")).cut(), ""},
      {"must not follow the cut", lsarpc().stub(test::utf16("G$BC")).stub_not(test::text("x")),
       unknown(wide("G$BC")).cut(), ""},
  });
}

TEST(Matcher, NeverAlertsOnARejectedContext) {
  expect_matches({
      {"rejected", lsarpc(), op43().known_by(KnownBy::kRejected), ""},
      {"rejected, stub holds", lsarpc().stub(test::utf16("G$BC")),
       op43(wide("G$BC")).known_by(KnownBy::kRejected), ""},
  });
}

TEST(Matcher, GivesTheBestAlternativeOnce) {
  const auto with = [](std::vector<std::string_view> stubs) {
    Rule rule("a");
    for (const std::string_view stub : stubs) {
      rule.call(kLsarpc);
      if (!stub.empty()) rule.stub(test::text(stub));
    }
    return rule;
  };
  expect_matches({
      {"matched before unread", with({"one", "two"}), op43(ascii("one")).cut(), "a matched"},
      {"unread before matched", with({"two", "one"}), op43(ascii("one")).cut(), "a/1 matched"},
      {"none before unread", with({"two", ""}), op43(ascii("one")).cut(), "a/1 none"},
      {"the first of equals", with({"one", "one"}), op43(ascii("one")), "a matched"},
      {"matched before none", with({"", "one"}), op43(ascii("one")), "a/1 matched"},
  });
}

TEST(Matcher, GivesHitsInTheOrderOfTheDetections) {
  Bench bench({Rule("a").call(kLsarpc, {{43, 43}}), Rule("b").call(kSvcctl),
               Rule("c").call(kSvcctl).call(kLsarpc), Rule("d").call(kLsarpc, {{0, 43}}),
               Rule("e").call(kLsarpc, {{44, 44}})});
  EXPECT_EQ(bench.match(op43()), "a none; c/1 none; d none");
}

TEST(Matcher, ForgetsTheStubBefore) {
  Bench bench({lsarpc().stub(test::text("one")), Rule("b").call(kLsarpc).stub(test::text("two"))});
  EXPECT_EQ(bench.match(op43(ascii("one"))), "a matched");
  EXPECT_EQ(bench.match(op43(ascii("two"))), "b matched");
  EXPECT_EQ(bench.match(op43(ascii("one")).sealed()), "a unread; b unread");
  EXPECT_EQ(bench.match(op43(ascii("three"))), "");
}

TEST(Matcher, AppendsToTheHitsOfEarlierCalls) {
  std::string error;
  const auto database = database::Database::load(test::compile(test::ir({lsarpc()})), error);
  const auto matcher = Matcher::create(*database, error);
  const auto scratch = matcher->make_scratch();
  Counters counters;
  std::vector<Hit> hits;
  const CallBuilder call = op43();
  matcher->match(call.subject(), *scratch, counters, hits);
  matcher->match(call.subject(), *scratch, counters, hits);
  EXPECT_EQ(test::print_hits(*database, hits), "a none; a none");
}

TEST(Matcher, WatchesWhatARuleMayFit) {
  const Bench bench({lsarpc().stub(test::utf16("G$BC")), Rule("b").call(kSvcctl, {{1, 2}})});
  EXPECT_TRUE(bench.watches(op43()));
  EXPECT_TRUE(bench.watches(CallBuilder(kSvcctl, 2)));
  EXPECT_FALSE(bench.watches(CallBuilder(kSvcctl, 3)));
  EXPECT_FALSE(bench.watches(CallBuilder(test::kForeign, 43)));
  EXPECT_TRUE(bench.watches(op43().known_by(KnownBy::kUnknown)));
  EXPECT_FALSE(bench.watches(CallBuilder(kSvcctl, 2).known_by(KnownBy::kUnknown)));
  EXPECT_FALSE(bench.watches(op43().known_by(KnownBy::kRejected)));
}

TEST(Matcher, ScansOnlyIfAConditionWithPatternsStands) {
  Bench bench(
      {lsarpc().transports(compiler::kTcp).stub(test::text("one")),
       Rule("b").call(kLsarpc, {{43, 43}}).transports(compiler::kTcp).stub(test::text("two")),
       Rule("c").call(kLsarpc)});
  EXPECT_EQ(bench.match(op43(ascii("one two"))), "c none");
  EXPECT_EQ(bench.count(Counter::stubs_scanned), 0U);
  EXPECT_EQ(bench.match(op43(ascii("one two")).transport(Transport::kTcp)),
            "a matched; b matched; c none");
  EXPECT_EQ(bench.count(Counter::stubs_scanned), 1U);
  EXPECT_EQ(bench.count(Counter::stub_bytes_scanned), 7U);
}

TEST(Matcher, CountsUnreadStubsOncePerCall) {
  Bench bench({lsarpc().stub(test::text("one")).sealed(Sealed::kIgnore),
               Rule("b").call(kLsarpc).stub(test::text("two"))});
  EXPECT_EQ(bench.match(op43(ascii("one")).sealed()), "b unread");
  EXPECT_EQ(bench.count(Counter::stubs_unread), 1U);
  EXPECT_EQ(bench.count(Counter::stubs_scanned), 0U);
  EXPECT_EQ(bench.match(op43(ascii("one"))), "a matched");
  EXPECT_EQ(bench.count(Counter::stubs_unread), 1U);
}

}  // namespace
}  // namespace rpcsieve::match

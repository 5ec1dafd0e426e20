// Random rules and calls: the matcher, with its tables and Hyperscan, must say what the oracle
// says, which has neither. The words are few, so that most conditions nearly fit.
#include "tests/support/oracle.h"

#include <gtest/gtest.h>

#include <random>

#include "runtime/match/explain.h"
#include "tests/support/calls.h"
#include "tests/support/rules.h"

namespace rpcsieve::match {
namespace {

using compiler::Pattern;
using dcerpc::KnownBy;
using test::CallBuilder;
using test::Rule;

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  // below gives a number from 0 up to n - 1; one_in is true once in n times.
  std::size_t below(std::size_t n) { return random_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class List>
  auto one_of(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::mt19937 random_;
};

constexpr std::string_view kInterfaces[] = {test::kLsarpc, test::kSvcctl, test::kTwoVersions,
                                            test::kForeign};
constexpr std::string_view kPipes[] = {"lsarpc", "lsass", "svcctl"};
constexpr std::string_view kObjects[] = {test::kForeign, test::kLsarpc};
constexpr std::string_view kAddresses[] = {"10.0.0.1", "10.0.0.2", "10.0.1.1", "2001:db8::1"};
constexpr std::string_view kNets[] = {"10.0.0.0/24", "10.0.0.2/32", "2001:db8::/32", "0.0.0.0/0"};
constexpr std::string_view kWords[] = {"a", "Ab", "bca", "BackupKey", "00000000", "\n"};
constexpr std::string_view kRegexes[] = {"^a", "a$", "b[a-c]+B", "^Ab[\\s\\S]*a$", "(Ab|ca){2}"};
constexpr std::uint16_t kOpnums[] = {0, 1, 2, 3, 0xffff};

Pattern random_pattern(Dice& dice) {
  if (dice.one_in(4)) return test::regex(dice.one_of(kRegexes));
  const std::string_view word = dice.one_of(kWords);
  Pattern pattern = dice.one_in(3) ? test::utf16(word) : test::text(word);
  return dice.one_in(4) ? test::nocase(std::move(pattern)) : pattern;
}

std::vector<compiler::OpnumRange> random_opnums(Dice& dice) {
  if (dice.one_in(3)) return {{0, 0xffff}};
  if (dice.one_in(3)) return {{0, 0}, {2, 2}};
  const auto first = static_cast<std::uint16_t>(dice.below(3));
  return {{first, static_cast<std::uint16_t>(first + dice.below(3))}};
}

void add_stub(Rule& rule, Dice& dice) {
  for (std::size_t clauses = dice.below(4); clauses > 0; --clauses) {
    if (dice.one_in(3))
      rule.stub_any({random_pattern(dice), random_pattern(dice)});
    else if (dice.one_in(3))
      rule.stub_not(random_pattern(dice));
    else
      rule.stub(random_pattern(dice));
  }
}

void add_call(Rule& rule, Dice& dice) {
  rule.call(dice.one_of(kInterfaces), random_opnums(dice));
  if (dice.one_in(4)) rule.versions(1, static_cast<std::uint16_t>(1 + dice.below(3)));
  if (dice.one_in(3)) rule.transports(static_cast<std::uint8_t>(1 + dice.below(7)));
  if (dice.one_in(3)) rule.pipes({std::string(dice.one_of(kPipes))});
  if (dice.one_in(6)) rule.object(dice.one_of(kObjects));
  add_stub(rule, dice);
}

Rule random_rule(std::size_t number, Dice& dice) {
  Rule rule("rule-" + std::to_string(number));
  for (std::size_t calls = 1 + dice.below(3); calls > 0; --calls) add_call(rule, dice);
  if (dice.one_in(4)) rule.from({dice.one_of(kNets)});
  if (dice.one_in(4)) rule.from_not({dice.one_of(kNets), "192.0.2.0/24"});
  if (dice.one_in(6)) rule.to({dice.one_of(kNets), "192.0.2.0/24"});
  if (dice.one_in(30)) rule.to({});
  if (dice.one_in(3)) rule.sealed(database::Sealed::kIgnore);
  return rule;
}

test::Buffer random_stub(Dice& dice) {
  test::Wire wire;
  for (std::size_t words = dice.below(6); words > 0; --words) {
    const std::string_view word = dice.one_of(kWords);
    dice.one_in(3) ? wire.utf16(word) : wire.text(word);
  }
  return wire.build();
}

CallBuilder random_call(Dice& dice) {
  constexpr Transport kTransports[] = {Transport::kSmb, Transport::kTcp, Transport::kUdp};
  constexpr KnownBy kKnownBy[] = {KnownBy::kBound,   KnownBy::kBound,   KnownBy::kPipe,
                                  KnownBy::kUnknown, KnownBy::kUnknown, KnownBy::kRejected};
  CallBuilder call(dice.one_of(kInterfaces), dice.one_of(kOpnums), random_stub(dice));
  call.version(static_cast<std::uint16_t>(dice.below(5))).known_by(dice.one_of(kKnownBy));
  call.transport(dice.one_of(kTransports)).from(dice.one_of(kAddresses));
  call.to(dice.one_of(kAddresses));
  if (dice.one_in(2)) call.pipe(dice.one_of(kPipes));
  if (dice.one_in(2)) call.object(dice.one_of(kObjects));
  if (dice.one_in(4)) call.cut();
  if (dice.one_in(6)) call.sealed();
  return call;
}

// Tally counts what the random calls came to, so that the test notices if its dice go stale.
struct Tally {
  std::size_t hits = 0, matched = 0, unread = 0, inferred = 0;

  void add(const std::vector<Hit>& all) {
    hits += all.size();
    for (const Hit& hit : all) {
      matched += hit.stub_match == StubMatch::kMatched ? 1 : 0;
      unread += hit.stub_match == StubMatch::kUnread ? 1 : 0;
      inferred += hit.inferred ? 1 : 0;
    }
  }
};

std::vector<std::uint32_t> conditions(const std::vector<Hit>& hits) {
  std::vector<std::uint32_t> all;
  for (const Hit& hit : hits) all.push_back(hit.condition);
  return all;
}

// expect_misses: a detection is missed if and only if it is not hit.
void expect_misses(const database::Database& database, Explainer& explainer,
                   const CallBuilder& call, const std::vector<Hit>& hits) {
  std::vector<std::uint32_t> want, got;
  for (std::uint32_t i = 0; i < database.detections().size(); ++i) want.push_back(i);
  for (const Hit& hit : hits) want.erase(std::find(want.begin(), want.end(), hit.detection));
  for (const Miss& miss : explainer.explain(call.subject())) {
    got.push_back(miss.detection);
    ASSERT_EQ(database.conditions()[miss.condition].detection, miss.detection);
  }
  ASSERT_EQ(got, want);
}

void compare(const compiler::Ir& ir, Dice& dice, Tally& tally) {
  std::string error;
  const auto database = database::Database::load(test::compile(ir), error);
  ASSERT_EQ(error, "");
  const auto matcher = Matcher::create(*database, error);
  const auto scratch = matcher->make_scratch();
  const auto explainer = Explainer::create(*database, error);
  Counters counters;
  for (int i = 0; i < 200; ++i) {
    const CallBuilder call = random_call(dice);
    std::vector<Hit> hits;
    matcher->match(call.subject(), *scratch, counters, hits);
    const auto want = test::oracle(ir, call.subject());
    ASSERT_EQ(test::print_hits(*database, hits), test::print_hits(*database, want))
        << "call " << i << " op " << call.call().opnum;
    ASSERT_EQ(conditions(hits), conditions(want)) << "call " << i;
    ASSERT_TRUE(want.empty() || matcher->watches(call.call()));
    ASSERT_NO_FATAL_FAILURE(expect_misses(*database, *explainer, call, want)) << "call " << i;
    tally.add(want);
  }
}

TEST(Oracle, AgreesWithTheMatcher) {
  Tally tally;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    Dice dice(seed);
    std::vector<Rule> rules;
    for (std::size_t n = 0; n < 12; ++n) rules.push_back(random_rule(n, dice));
    ASSERT_NO_FATAL_FAILURE(compare(test::ir(rules), dice, tally)) << "seed " << seed;
  }
  EXPECT_GT(tally.hits, 2000U);
  EXPECT_GT(tally.matched, 500U);
  EXPECT_GT(tally.unread, 100U);
  EXPECT_GT(tally.inferred, 20U);
}

}  // namespace
}  // namespace rpcsieve::match

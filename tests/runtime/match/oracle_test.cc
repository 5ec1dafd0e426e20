// Random rules and calls: the matcher, with its tables and Hyperscan, must say what the oracle
// says, which has neither. The words are few, so that most conditions nearly fit.
#include "tests/support/oracle.h"

#include <gtest/gtest.h>

#include "runtime/match/explain.h"
#include "tests/support/random_rules.h"

namespace rpcsieve::match {
namespace {

using test::CallBuilder;
using test::Dice;
using test::Rule;

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
    const CallBuilder call = test::random_call(dice);
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
    for (std::size_t n = 0; n < 12; ++n) rules.push_back(test::random_rule(n, dice));
    ASSERT_NO_FATAL_FAILURE(compare(test::ir(rules), dice, tally)) << "seed " << seed;
  }
  EXPECT_GT(tally.hits, 2000U);
  EXPECT_GT(tally.matched, 500U);
  EXPECT_GT(tally.unread, 100U);
  EXPECT_GT(tally.inferred, 20U);
}

}  // namespace
}  // namespace rpcsieve::match

// Random rules and events of every kind: the engine, from a request on the wire's side of the
// Tracker to the Correlator's alert, must say what the oracle says, which keeps no tables and no
// state.
#include <gtest/gtest.h>

#include "tests/support/events.h"
#include "tests/support/random_rules.h"

namespace rpcsieve::test {
namespace {

// Tally counts what the events came to, so that the test notices if its dice go stale.
struct Tally {
  std::size_t events = 0, alerts = 0, histories = 0, binds = 0;

  void add(const std::vector<std::string>& all) {
    alerts += all.size();
    for (const std::string& alert : all) {
      histories += alert.find(" events=") != std::string::npos ? 1 : 0;
      binds += alert.find(" bind") != std::string::npos ? 1 : 0;
    }
  }
};

void compare(std::uint32_t seed, Tally& tally) {
  Dice dice(seed);
  std::vector<Rule> rules;
  for (std::size_t n = 0; n < 10; ++n) rules.push_back(random_history(n, dice));
  const compiler::Ir rule_set = ir(rules);
  std::string error;
  const auto database = database::Database::load(compile(rule_set), error);
  ASSERT_TRUE(database) << error;
  for (int run = 0; run < 10; ++run) {
    const auto events = random_events(140, dice);
    const auto want = events_oracle(rule_set, events);
    ASSERT_EQ(play_events(*database, events), want) << "run " << run;
    tally.events += events.size();
    tally.add(want);
  }
}

TEST(Oracle, AgreesWithTheEngine) {
  Tally tally;
  for (std::uint32_t seed = 1; seed <= 75; ++seed)
    ASSERT_NO_FATAL_FAILURE(compare(seed, tally)) << "seed " << seed;
  // The dice fall differently with each compiler: the floors only say that they were thrown.
  EXPECT_GE(tally.events, 100'000U);
  EXPECT_GT(tally.alerts, 5'000U);
  EXPECT_GT(tally.histories, 500U);
  EXPECT_GT(tally.binds, 500U);
}

}  // namespace
}  // namespace rpcsieve::test

#include "runtime/base/counters.h"

#include <gtest/gtest.h>

#include <set>

namespace rpcsieve::test {
namespace {

TEST(Counters, AddMergesThreads) {
  Counters one;
  Counters two;
  one.count(Counter::packets);
  two.count(Counter::packets, 2);
  two.count(Counter::alerts);
  one.add(two);
  EXPECT_EQ(one[Counter::packets], 3U);
  EXPECT_EQ(one[Counter::alerts], 1U);
  EXPECT_EQ(one[Counter::calls], 0U);
}

TEST(Counters, EachHasItsOwnName) {
  const std::set<std::string_view> names(kCounterNames.begin(), kCounterNames.end());
  EXPECT_EQ(names.size(), kCounterNames.size());
  EXPECT_EQ(kCounterNames[static_cast<std::size_t>(Counter::alerts)], "alerts");
}

}  // namespace
}  // namespace rpcsieve::test

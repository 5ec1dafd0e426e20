#include "runtime/flow/table.h"

#include <gtest/gtest.h>

namespace rpcsieve::flow {
namespace {

Endpoint end(std::string_view address, std::uint16_t port) {
  return {parse_address(address).value(), port};
}

TEST(Table, BothDirectionsAreOneFlow) {
  Counters counters;
  Table table(Limits{}, counters);
  EXPECT_EQ(table.find(end("10.0.0.1", 1025), end("10.0.0.2", 445)).index, kNone);
  table.add(end("10.0.0.1", 1025), end("10.0.0.2", 445));
  const auto there = table.find(end("10.0.0.1", 1025), end("10.0.0.2", 445));
  table[there.index].state = Flow::State::kIgnored;
  const auto back = table.find(end("10.0.0.2", 445), end("10.0.0.1", 1025));
  EXPECT_EQ(there.index, back.index);
  EXPECT_NE(there.side, back.side);
  EXPECT_EQ(table[back.index].state, Flow::State::kIgnored);
  EXPECT_EQ(table[there.index].ends[there.side], end("10.0.0.1", 1025));
  EXPECT_EQ(counters[Counter::flows], 1U);
}

TEST(Table, EveryPartOfAnEndpointCounts) {
  Counters counters;
  Table table(Limits{}, counters);
  table.add(end("10.0.0.1", 1025), end("10.0.0.2", 445));
  EXPECT_EQ(kNone, table.find(end("10.0.0.1", 1026), end("10.0.0.2", 445)).index);
  EXPECT_EQ(kNone, table.find(end("10.0.0.3", 1025), end("10.0.0.2", 445)).index);
  EXPECT_EQ(kNone, table.find(end("10.0.0.1", 445), end("10.0.0.2", 1025)).index);
  EXPECT_EQ(kNone, table.find(end("fd00::1", 1025), end("fd00::2", 445)).index);
}

// A full table gives up idle flows and never loses one that is in use.
TEST(Table, KeepsWorkingWhenItIsFull) {
  Limits limits;
  limits.flows = 64;
  Counters counters;
  Table table(limits, counters);
  const auto use = [&](std::uint16_t port, std::int64_t now) {
    std::uint32_t index = table.find(end("10.0.0.1", port), end("10.0.0.2", 445)).index;
    const bool known = index != kNone;
    if (!known && table.is_full()) table.remove(table.victim());
    if (!known) index = table.add(end("10.0.0.2", 445), end("10.0.0.1", port));
    table[index].see({now * 1000});
    return known;
  };
  use(1, 0);
  for (std::uint16_t n = 0; n < 5000; ++n) {
    EXPECT_FALSE(use(static_cast<std::uint16_t>(1000 + n), n));
    EXPECT_TRUE(use(1, n)) << n;
  }
  EXPECT_GE(counters[Counter::flows_evicted], 4900U);
}

}  // namespace
}  // namespace rpcsieve::flow

// Windows that slide, keys, silence, and limits: events by hand, "step@time" or "step@time/client".
#include "runtime/engine/histories.h"

#include <gtest/gtest.h>

#include <string>

namespace rpcsieve::engine {
namespace {

struct Seen {
  std::uint8_t step = 0;
  std::int64_t time = 0;
  std::uint8_t client = 1, server = 1;
};

IpAddress address(std::uint8_t last) {
  IpAddress ip;
  ip.bytes.back() = last;
  return ip;
}

// told gives the times of the alerts, each with how many events and since when: "5(3 since 1)".
class Teller {
 public:
  Teller(std::uint8_t steps, const database::HistoryRow& row, const Limits& limits = {})
      : limits_(limits), histories_(limits_, counters_), steps_(steps), row_(row) {}

  Teller& see(const std::vector<Seen>& events) {
    for (const Seen& seen : events) {
      const IpAddress client = address(seen.client), server = address(seen.server);
      const auto history =
          histories_.join({0, seen.step, steps_, {seen.time}, client, server}, row_);
      if (!history) continue;
      text_ += (text_.empty() ? "" : " ") + std::to_string(seen.time) + '(' +
               std::to_string(history->events) + " since " + std::to_string(history->first.us) +
               ')';
    }
    return *this;
  }
  Teller& clear() { return histories_.clear(), *this; }
  [[nodiscard]] const std::string& told() const { return text_; }
  [[nodiscard]] std::uint64_t dropped() const { return counters_[Counter::history_keys_dropped]; }

 private:
  Limits limits_;
  Counters counters_;
  Histories histories_;
  std::uint8_t steps_;
  database::HistoryRow row_;
  std::string text_;
};

using database::kByClient;
using database::kByServer;

database::HistoryRow count(std::uint32_t at_least, std::int64_t within, std::uint8_t by = 0) {
  return {0, within, at_least, 0, by, 0};
}
database::HistoryRow sequence(std::int64_t within, std::uint8_t by = 0) {
  return {within, 0, 0, by, 0, 0};
}

TEST(Histories, CountInASlidingWindow) {
  const auto row = count(3, 10);
  struct Case {
    const char* name;
    std::vector<Seen> events;
    const char* want;
  };
  const Case cases[] = {
      {"too few", {{0, 1}, {0, 2}}, ""},
      {"enough", {{0, 1}, {0, 2}, {0, 3}}, "3(3 since 1)"},
      {"at the window's edge", {{0, 1}, {0, 2}, {0, 11}}, "11(3 since 1)"},
      {"beyond it", {{0, 1}, {0, 2}, {0, 12}}, ""},
      {"it slides", {{0, 1}, {0, 9}, {0, 12}, {0, 19}}, "19(3 since 9)"},
      {"all at once", {{0, 5}, {0, 5}, {0, 5}}, "5(3 since 5)"},
      {"then silence", {{0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 13}}, "3(3 since 1)"},
      {"until the window has passed",
       {{0, 1}, {0, 2}, {0, 3}, {0, 12}, {0, 13}, {0, 14}},
       "3(3 since 1) 14(3 since 12)"},
  };
  for (const Case& c : cases) EXPECT_EQ(Teller(1, row).see(c.events).told(), c.want) << c.name;
}

TEST(Histories, OneIsEnoughButNotTooOften) {
  EXPECT_EQ(Teller(1, count(1, 10)).see({{0, 1}, {0, 11}, {0, 12}}).told(),
            "1(1 since 1) 12(1 since 12)");
}

TEST(Histories, FollowSequences) {
  struct Case {
    const char* name;
    std::vector<Seen> events;
    const char* want;
  };
  const Case cases[] = {
      {"in order", {{0, 1}, {1, 2}, {2, 3}}, "3(3 since 1)"},
      {"out of order", {{0, 1}, {2, 2}, {1, 3}}, ""},
      {"without the beginning", {{1, 1}, {2, 2}}, ""},
      {"at the window's edge", {{0, 1}, {1, 2}, {2, 11}}, "11(3 since 1)"},
      {"beyond it", {{0, 1}, {1, 2}, {2, 12}}, ""},
      {"with a later beginning", {{0, 1}, {1, 2}, {0, 5}, {1, 6}, {2, 12}}, "12(3 since 5)"},
      {"a beginning that leads to nothing", {{0, 1}, {1, 2}, {0, 5}, {2, 11}}, "11(3 since 1)"},
      {"silence", {{0, 1}, {1, 2}, {2, 3}, {0, 4}, {1, 5}, {2, 6}}, "3(3 since 1)"},
      {"and again",
       {{0, 1}, {1, 2}, {2, 3}, {0, 4}, {1, 5}, {2, 14}},
       "3(3 since 1) 14(3 since 4)"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(Teller(3, sequence(10)).see(c.events).told(), c.want) << c.name;
}

TEST(Histories, KeepKeysApart) {
  const std::vector<Seen> events = {{0, 1, 1, 1}, {0, 2, 1, 2}, {0, 3, 2, 2}, {0, 4, 2, 2}};
  EXPECT_EQ(Teller(1, count(2, 10, kByClient)).see(events).told(), "2(2 since 1) 4(2 since 3)");
  EXPECT_EQ(Teller(1, count(2, 10, kByServer)).see(events).told(), "3(2 since 2)");
  EXPECT_EQ(Teller(1, count(2, 10, kByClient | kByServer)).see(events).told(), "4(2 since 3)");
  EXPECT_EQ(Teller(1, count(2, 10)).see(events).told(), "2(2 since 1)");
}

// What is counted is what the sequence alone would alert on.
TEST(Histories, CountSequences) {
  const database::HistoryRow row{2, 20, 2, 0, 0, 0};
  EXPECT_EQ(Teller(2, row).see({{0, 1}, {1, 2}, {0, 3}, {1, 4}, {0, 5}, {1, 6}}).told(),
            "6(2 since 2)");
}

TEST(Histories, OfALimitTheOldestMakesRoom) {
  Limits limits;
  limits.history_keys = 1;
  const auto row = count(2, 10, kByClient);
  EXPECT_EQ(Teller(1, row, limits).see({{0, 1, 1}, {0, 2, 2}, {0, 3, 1}}).told(), "");
  EXPECT_EQ(Teller(1, row, limits).see({{0, 1, 1}, {0, 2, 2}, {0, 3, 1}}).dropped(), 2U);
  // Nobody misses a key whose window has passed.
  EXPECT_EQ(Teller(1, row, limits).see({{0, 1, 1}, {0, 22, 2}}).dropped(), 0U);

  limits = {};
  limits.history_times = 3;
  const auto few = count(3, 10, kByClient);
  Teller crowded(1, few, limits);
  crowded.see({{0, 1, 1}, {0, 2, 1}, {0, 3, 2}, {0, 4, 2}, {0, 5, 1}, {0, 6, 2}, {0, 7, 2}});
  EXPECT_GT(crowded.dropped(), 0U);
  EXPECT_EQ(crowded.told(), "6(3 since 3)");
}

TEST(Histories, BeginEmptyAgain) {
  EXPECT_EQ(Teller(1, count(2, 10)).see({{0, 1}}).clear().see({{0, 2}}).told(), "");
}

}  // namespace
}  // namespace rpcsieve::engine

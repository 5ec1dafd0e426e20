#include "compiler/backend/watch.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rpcsieve::compiler {
namespace {

constexpr std::size_t kNoLimit = 1000;

std::string printed(const std::vector<WatchRun>& runs) {
  std::string text;
  for (const WatchRun& run : runs) {
    text += fmt::format("{}-{}:", run.opnums.first, run.opnums.last);
    for (const std::uint32_t condition : run.conditions) text += fmt::format(" {}", condition);
    text += "; ";
  }
  return text;
}

struct WatchCase {
  std::string_view name;
  std::vector<Watch> watches;
  std::string_view want;
};

const WatchCase kWatchCases[] = {
    {"nothing", {}, ""},
    {"one number", {{{43, 43}, 0}}, "43-43: 0; "},
    {"every number", {{{0, 0xffff}, 0}}, "0-65535: 0; "},
    {"apart", {{{9, 9}, 1}, {{1, 2}, 0}}, "1-2: 0; 9-9: 1; "},
    {"inside", {{{0, 9}, 0}, {{3, 4}, 1}}, "0-2: 0; 3-4: 0 1; 5-9: 0; "},
    {"overlapping", {{{3, 9}, 0}, {{0, 4}, 1}}, "0-2: 1; 3-4: 0 1; 5-9: 0; "},
    {"touching", {{{0, 3}, 0}, {{4, 5}, 1}}, "0-3: 0; 4-5: 1; "},
    {"touching ranges of one condition", {{{0, 3}, 0}, {{4, 5}, 0}}, "0-3: 0; 4-5: 0; "},
    {"overlapping ranges of one condition", {{{0, 4}, 0}, {{4, 5}, 0}}, "0-3: 0; 4-4: 0; 5-5: 0; "},
    {"at the last number",
     {{{0xffff, 0xffff}, 0}, {{0, 0xffff}, 1}},
     "0-65534: 1; 65535-65535: 0 1; "},
};

TEST(SplitWatches, CutsWhereTheConditionsChange) {
  for (const WatchCase& c : kWatchCases)
    EXPECT_EQ(printed(split_watches(c.watches, kNoLimit).value()), c.want) << c.name;
}

TEST(SplitWatches, StopsAtTheLimit) {
  const std::vector<Watch> watches = {{{0, 9}, 0}, {{3, 4}, 1}};
  EXPECT_TRUE(split_watches(watches, 4));
  EXPECT_FALSE(split_watches(watches, 3));
}

}  // namespace
}  // namespace rpcsieve::compiler

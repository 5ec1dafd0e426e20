#include "runtime/engine/told.h"

#include <gtest/gtest.h>

namespace rpcsieve::engine {
namespace {

using Cause = alert::BlindSpot::Cause;

IpAddress host(std::uint32_t n) {
  const std::array<std::uint8_t, 4> bytes = {10, 0, static_cast<std::uint8_t>(n >> 8),
                                             static_cast<std::uint8_t>(n)};
  return make_v4(bytes);
}

TEST(Told, IsEachCauseOnceForTwoAddresses) {
  Told told{Limits()};
  EXPECT_TRUE(told.first(host(5), host(1), Cause::kEsp));
  EXPECT_FALSE(told.first(host(5), host(1), Cause::kEsp));
  EXPECT_FALSE(told.first(host(1), host(5), Cause::kEsp)) << "the answer";
  EXPECT_TRUE(told.first(host(5), host(1), Cause::kStubsSealed));
  EXPECT_TRUE(told.first(host(5), host(2), Cause::kEsp));
  told.reset();
  EXPECT_TRUE(told.first(host(5), host(1), Cause::kEsp));
}

// A flood of pairs makes it tell them again, but holds no more memory, nor silences a new pair.
TEST(Told, ForgetsTheLongestUnusedOfTooMany) {
  Limits limits;
  limits.told_pairs = 64;
  Told told(limits);
  for (std::uint32_t n = 0; n < 10'000; ++n)
    EXPECT_TRUE(told.first(host(n), host(60'000), Cause::kEsp));
  EXPECT_TRUE(told.first(host(0), host(60'000), Cause::kEsp)) << "long forgotten";
  EXPECT_FALSE(told.first(host(0), host(60'000), Cause::kEsp));
}

}  // namespace
}  // namespace rpcsieve::engine

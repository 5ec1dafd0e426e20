#include "runtime/engine/esp.h"

#include <gtest/gtest.h>

namespace rpcsieve::engine {
namespace {

IpAddress host(std::uint32_t n) {
  const std::array<std::uint8_t, 4> bytes = {10, 0, static_cast<std::uint8_t>(n >> 8),
                                             static_cast<std::uint8_t>(n)};
  return make_v4(bytes);
}

TEST(Esp, IsToldOnceForTwoAddresses) {
  Esp esp{Limits()};
  const auto spot = esp.see(host(5), host(1), {7});
  ASSERT_TRUE(spot);
  EXPECT_EQ(spot->cause, alert::BlindSpot::Cause::kEsp);
  EXPECT_EQ(spot->client.address, host(5));
  EXPECT_EQ(spot->server.address, host(1));
  EXPECT_EQ(spot->time, Timestamp{7});
  EXPECT_LT(spot->flow_id, 1ULL << 53);
  EXPECT_FALSE(esp.see(host(5), host(1), {8}));
  EXPECT_FALSE(esp.see(host(1), host(5), {9})) << "the answer";
  EXPECT_TRUE(esp.see(host(5), host(2), {10}));
  esp.reset();
  EXPECT_TRUE(esp.see(host(5), host(1), {11}));
}

// A flood of pairs makes it tell them again, but holds no more memory, nor silences a new pair.
TEST(Esp, ForgetsTheLongestUnusedOfTooMany) {
  Limits limits;
  limits.esp_pairs = 64;
  Esp esp(limits);
  for (std::uint32_t n = 0; n < 10'000; ++n) EXPECT_TRUE(esp.see(host(n), host(60'000), {}));
  EXPECT_TRUE(esp.see(host(0), host(60'000), {})) << "long forgotten";
  EXPECT_FALSE(esp.see(host(0), host(60'000), {}));
}

}  // namespace
}  // namespace rpcsieve::engine

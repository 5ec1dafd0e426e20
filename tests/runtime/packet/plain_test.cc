#include "runtime/packet/plain.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/runtime/packet/print.h"
#include "tests/support/forge.h"

namespace rpcsieve::packet {
namespace {

using namespace test;

TcpPacket usual() {
  return tcp("10.0.0.1", 1025, "10.0.0.2", 445).sequence(7).payload(hex("0102030405060708"));
}

TEST(Plain, ReadsTheUsualFrameAndNoOther) {
  const Buffer frame = usual().ethernet();
  Segment segment;
  EXPECT_TRUE(read_plain(frame, segment));
  EXPECT_EQ(print(Verdict::kTcp, segment), "10.0.0.1/1025>10.0.0.2/445 seq=7 0102030405060708");
  EXPECT_FALSE(read_plain(usual().ethernet({0x8100}), segment));
  EXPECT_FALSE(read_plain(tcp("fd00::1", 1, "fd00::2", 2).ethernet(), segment));
}

// Whatever it takes, descend takes for the same: a bit is turned here and there, and bytes are
// taken from the end, as a short snaplen does.
TEST(Plain, SaysWhatTheLayersSay) {
  std::mt19937 random(20);
  const Buffer whole = usual().ethernet();
  std::size_t taken = 0;
  for (int round = 0; round < 200'000; ++round) {
    Buffer frame = whole;
    for (auto n = random() % 3; n > 0; --n)
      frame[12 + random() % (frame.size() - 12)] ^= static_cast<std::uint8_t>(1U << random() % 8);
    const auto sent = static_cast<std::uint32_t>(frame.size());
    if (random() % 4 == 0) frame.resize(frame.size() - random() % 12);
    Segment plain, layered;
    if (!read_plain(frame, plain)) continue;
    ++taken;
    const Verdict verdict = decode(LinkType::kEthernet, frame, sent, layered);
    ASSERT_EQ(print(Verdict::kTcp, plain), print(verdict, layered)) << round;
    ASSERT_EQ(plain.payload_len, layered.payload_len) << round;
    ASSERT_EQ(plain.acknowledgment, layered.acknowledgment) << round;
  }
  EXPECT_GT(taken, 50'000U);
}

}  // namespace
}  // namespace rpcsieve::packet

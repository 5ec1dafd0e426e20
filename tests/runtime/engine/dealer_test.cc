#include "runtime/engine/dealer.h"

#include <gtest/gtest.h>

#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

// many has conversations between many pairs of addresses, all at once.
Capture many() {
  Capture all;
  for (int client = 1; client <= 12; ++client) {
    for (Conversation& c : conversations()) {
      c.ends.client = "10.1.0." + std::to_string(client);
      const Capture one = TcpSession(c.ends).segment_bytes(200).open().say(c.talk).capture();
      all = client == 1 ? join(std::move(all), one) : interleave(all, one);
    }
  }
  return all;
}

TEST(Dealer, GivesTheSameRecordsWithAnyNumberOfThreads) {
  const Capture capture = many();
  const Records want = sorted(play(capture));
  EXPECT_EQ(want.size(), 12U * 26U);
  for (const std::size_t threads : {1U, 2U, 4U}) {
    Records records;
    engine::Dealer dealer(sensor_database(), sensor_matcher(), all_calls(), threads,
                          [&](const alert::Record& record) { records.push_back(print(record)); });
    for (int round = 0; round < 2; ++round) {  // finish() makes it as new
      for (const Sent& sent : capture) {
        const Buffer frame = sent.packet.ethernet();
        dealer.push(packet::LinkType::kEthernet, frame, static_cast<std::uint32_t>(frame.size()),
                    sent.time);
      }
      dealer.finish();
      EXPECT_EQ(sorted(std::exchange(records, {})), want) << threads << " threads";
    }
    EXPECT_EQ(dealer.counters()[Counter::packets], 2 * capture.size());
    EXPECT_EQ(dealer.counters()[Counter::calls], 2U * 12U * 13U);
  }
}

// Without finish() the threads still end.
TEST(Dealer, CanBeDroppedAtAnyTime) {
  for (const std::size_t packets : {0U, 1U, 2000U}) {
    engine::Dealer dealer(sensor_database(), sensor_matcher(), all_calls(), 4,
                          [](const alert::Record&) {});
    const Buffer frame = tcp("10.0.0.5", 1, "10.0.0.1", 2).syn().ethernet();
    for (std::size_t i = 0; i < packets; ++i)
      dealer.push(packet::LinkType::kEthernet, frame, static_cast<std::uint32_t>(frame.size()), {});
  }
}

}  // namespace
}  // namespace rpcsieve::test

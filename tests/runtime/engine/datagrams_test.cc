// Connectionless RPC, from packets to records.
#include <gtest/gtest.h>

#include <random>

#include "runtime/engine/dealer.h"
#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

Buffer from_client(const Buffer& pdu, const char* client = "10.0.0.5") {
  return ethernet(udp(client, 1025, "10.0.0.1", 135, pdu));
}
Buffer from_server(const Buffer& pdu, const char* client = "10.0.0.5") {
  return ethernet(udp("10.0.0.1", 49152, client, 1025, pdu));
}

Records play(const std::vector<Buffer>& frames) {
  Sensor sensor;
  std::int64_t time = 0;
  for (const Buffer& frame : frames)
    sensor.push(packet::LinkType::kEthernet, frame, Timestamp{++time});
  return sensor.finish().records();
}

Buffer key_read(std::uint32_t sequence) {
  return datagram::request(sequence).opnum(43).stub(key_stub()).build();
}

TEST(Datagrams, GiveCallsAndAlerts) {
  const Buffer denied = datagram::response(7).stub(answer(kStatusDenied)).build();
  EXPECT_EQ(play({from_client(key_read(7)), from_client(key_read(7)), from_server(denied)}),
            (Records{"alert key-read matched bound 10.0.0.5:1025 > 10.0.0.1:135 udp lsarpc 43 "
                     "bound stub=42: denied c0000022",
                     "call 10.0.0.5:1025 > 10.0.0.1:135 udp lsarpc 43 bound stub=42: "
                     "denied c0000022"}));
}

TEST(Datagrams, OverIpv6) {
  EXPECT_EQ(
      play({ethernet(udp("fd00::5", 1025, "fd00::1", 135, datagram::request(1).build())),
            ethernet(udp("fd00::1", 135, "fd00::5", 1025, datagram::fault(1).status(5).build()))}),
      (Records{"call fd00::5:1025 > fd00::1:135 udp lsarpc 0 bound stub=0: denied "
               "status=00000005"}));
}

TEST(Datagrams, InFragments) {
  const Buffer stub = key_stub();
  const Buffer head(stub.begin(), stub.begin() + 30), tail(stub.begin() + 30, stub.end());
  const auto part = [](std::uint16_t number, bool last, const Buffer& bytes) {
    return from_client(datagram::request(7).opnum(43).fragment(number, last).stub(bytes).build());
  };
  const Records want = play({part(0, false, head), part(1, true, tail)});
  EXPECT_EQ(want.size(), 2U);
  EXPECT_EQ(want.back(),
            "call 10.0.0.5:1025 > 10.0.0.1:135 udp lsarpc 43 bound stub=42 frags=2: unanswered");
  EXPECT_EQ(play({part(1, true, tail), part(0, false, head)}), want);
}

TEST(Datagrams, SealedAndCut) {
  EXPECT_EQ(
      play({from_client(
          datagram::request(7).opnum(43).stub("0102").verifier(kNtlmAuth, kPrivacyLevel).build())}),
      (Records{"blind stubs_sealed 10.0.0.5:1025 > 10.0.0.1:135 udp",
               "alert key-read unread bound 10.0.0.5:1025 > 10.0.0.1:135 udp lsarpc 43 bound "
               "stub=2 auth=ntlm/privacy sealed: unanswered",
               "call 10.0.0.5:1025 > 10.0.0.1:135 udp lsarpc 43 bound stub=2 "
               "auth=ntlm/privacy sealed: unanswered"}));
  Sensor sensor;
  sensor.push(packet::LinkType::kEthernet, from_client(key_read(7)), {}, 20).finish();
  EXPECT_EQ(sensor.records().back(),
            "call 10.0.0.5:1025 > 10.0.0.1:135 udp lsarpc 43 bound stub=42 cut: unanswered");
}

// Calls of many pairs of addresses, their datagrams shuffled and doubled: the same records, with
// any number of threads.
TEST(Datagrams, AnyOrderAndAnyNumberOfThreads) {
  std::vector<Buffer> frames;
  for (int i = 1; i <= 12; ++i) {
    const std::string client = "10.1.0." + std::to_string(i);
    for (std::uint32_t sequence = 0; sequence < 20; ++sequence) {
      frames.push_back(from_client(key_read(sequence), client.c_str()));
      const Buffer denied = datagram::response(sequence).stub(answer(kStatusDenied)).build();
      frames.push_back(from_server(denied, client.c_str()));
    }
  }
  const Records want = sorted(play(frames));
  EXPECT_EQ(want.size(), 12U * 20U * 2U);
  std::mt19937 random(1);
  for (const std::size_t threads : {1U, 2U, 4U}) {
    std::vector<Buffer> shuffled = frames;
    shuffled.insert(shuffled.end(), frames.begin(), frames.end());
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    Records records;
    engine::Dealer dealer(sensor_database(), sensor_matcher(), all_calls(), threads,
                          [&](const alert::Record& record) { records.push_back(print(record)); });
    for (const Buffer& frame : shuffled)
      dealer.push(packet::LinkType::kEthernet, frame, static_cast<std::uint32_t>(frame.size()), {});
    dealer.finish();
    EXPECT_EQ(sorted(std::move(records)), want) << threads << " threads";
  }
}

}  // namespace
}  // namespace rpcsieve::test

// However small its tables and however large the flood: what comes afterwards is inspected.
#include <gtest/gtest.h>

#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

const Records kKeyRead = {
    "alert key-read matched bound 10.0.0.5:49152 > 10.0.0.1:49664 tcp lsarpc 43 bound stub=42: "
    "success 00000000"};

engine::Options small() {
  engine::Options options;
  options.limits.flows = 4;
  options.limits.conversations = 4;
  return options;
}

// another is one of a flood of connections: from ever new ports, each later than the one before.
TcpSession another(std::uint16_t number) {
  return TcpSession({"10.0.0.66", number, "10.0.0.1", 49664}).pause(std::int64_t{number} * 1000);
}

// later is a session behind the flood.
TcpSession later() { return TcpSession().pause(2'000'000); }

TEST(Limits, OfFlowsStopNoLaterOne) {
  Sensor sensor(small());
  for (std::uint16_t n = 1; n <= 1000; ++n) sensor.push(another(n).syn().capture());
  sensor.push(later().open().say(key_read_over_tcp()).capture()).finish();
  EXPECT_EQ(sensor.records(), kKeyRead);
  EXPECT_EQ(sensor.count(Counter::flows), 1001U);
  EXPECT_EQ(sensor.count(Counter::flows_evicted), 997U);
}

TEST(Limits, OfConversationsStopNoLaterOne) {
  engine::Options options = small();
  options.limits.flows = 2000;
  Sensor sensor(options);
  for (std::uint16_t n = 1; n <= 1000; ++n) sensor.push(another(n).open().say(bound()).capture());
  sensor.push(later().open().say(key_read_over_tcp()).capture()).finish();
  EXPECT_EQ(sensor.records(), kKeyRead);
  EXPECT_EQ(sensor.count(Counter::conversations), 1001U);
  EXPECT_EQ(sensor.count(Counter::conversations_evicted), 997U);
}

TEST(Limits, OfWaitingCallsGiveOutTheOldest) {
  engine::Options options = all_calls();
  options.limits.waiting_calls = 2;
  Sensor sensor(options);
  TcpSession session = TcpSession().open().say(bound());
  for (std::uint32_t id = 2; id < 5; ++id)
    session.client(request(id).opnum(7).stub(other_stub()).build());
  sensor.push(session.capture());
  const std::string call = "call 10.0.0.5:49152 > 10.0.0.1:49664 tcp lsarpc 7 bound stub=42: ";
  EXPECT_EQ(sensor.records(), Records{call + "unanswered"});
  const Capture asked = session.capture();
  for (const std::uint32_t id : {4U, 2U, 3U}) session.server(response(id).stub(answer(0)).build());
  const Capture& all = session.capture();
  sensor.push(Capture(all.begin() + static_cast<std::ptrdiff_t>(asked.size()), all.end()));
  EXPECT_EQ(sensor.records(), (Records{call + "answered", call + "answered"}));
  EXPECT_EQ(sensor.count(Counter::calls_not_awaited), 1U);
  EXPECT_EQ(sensor.count(Counter::calls_late_answer), 1U);
}

// A conversation that has to go gives out what it knows, and is followed again if it goes on.
TEST(Limits, LoseNoCall) {
  const Capture capture = TcpSession()
                              .open()
                              .say(bound())
                              .client(request(2).opnum(43).stub(key_stub()).build())
                              .server(response(2).stub(answer(0)).build())
                              .client(request(3).opnum(43).stub(key_stub()).build())
                              .server(response(3).stub(answer(0)).build())
                              .capture();
  constexpr std::ptrdiff_t kAsked = 6;
  for (const std::size_t flows : {std::size_t{4}, std::size_t{2000}}) {
    engine::Options options = small();
    options.limits.flows = flows;
    Sensor sensor(options);
    sensor.push(Capture(capture.begin(), capture.begin() + kAsked));
    for (std::uint16_t n = 1; n <= 100; ++n) sensor.push(another(n).open().say(bound()).capture());
    const std::string who = "10.0.0.5:49152 > 10.0.0.1:49664 tcp ";
    EXPECT_EQ(sensor.records(), Records{"alert key-read matched bound " + who +
                                        "lsarpc 43 bound stub=42: unanswered"});
    sensor.push(Capture(capture.begin() + kAsked, capture.end())).finish();
    EXPECT_EQ(sensor.records(), Records{"alert key-read matched inferred " + who +
                                        "- 43 unknown stub=42: success 00000000"});
  }
}

// Bytes that claim to be far ahead carry nobody away, even if a conversation has to go for others.
TEST(Limits, DoNotLoseTheirPlace) {
  TcpSession session;
  session.open().say(bound()).forge(Forged::kData, Side::kClient, 1'000'000'000, Buffer(9, 'x'));
  const std::size_t before = session.capture().size();
  session.pause(1'000'000).say(called(2, 43, key_stub(), 0));
  const auto split = session.capture().begin() + static_cast<std::ptrdiff_t>(before);
  engine::Options options = small();
  options.limits.flows = 2000;
  Sensor sensor(options);
  sensor.push(Capture(session.capture().begin(), split));
  for (std::uint16_t n = 1; n <= 100; ++n) sensor.push(another(n).open().say(bound()).capture());
  sensor.push(Capture(split, session.capture().end())).finish();
  EXPECT_EQ(sensor.records(), Records{"alert key-read matched inferred 10.0.0.5:49152 > "
                                      "10.0.0.1:49664 tcp - 43 unknown stub=42: success 00000000"});
}

// The same with time: who was silent for long has ended, and gives room.
TEST(Limits, OfSilenceEndAConversation) {
  const Limits limits;
  const Capture capture = TcpSession()
                              .open()
                              .say(bound())
                              .client(request(2).opnum(43).stub(key_stub()).build())
                              .capture();
  engine::Options options;
  options.limits.outcome_wait_us = 10 * limits.flow_idle_us;
  Sensor sensor(options);
  sensor.push(capture);
  const auto unrelated = tcp("10.9.9.9", 1, "10.9.9.8", 2).syn().ethernet();
  const std::int64_t last = capture.back().time.us;
  for (int i = 0; i < 200; ++i)
    sensor.push(packet::LinkType::kEthernet, unrelated, {last + limits.flow_idle_us});
  EXPECT_EQ(sensor.records(), Records());
  for (int i = 0; i < 200; ++i)
    sensor.push(packet::LinkType::kEthernet, unrelated, {last + limits.flow_idle_us + 1});
  EXPECT_EQ(sensor.records().size(), 1U);
}

}  // namespace
}  // namespace rpcsieve::test

// The endpoint mapper's word: for whom it counts, from when on, and what it cannot say.
#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/engine/dealer.h"
#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

using epm::Answer;

const Ends kMapper = {"10.0.0.5", 49200, "10.0.0.1", 135};
const std::string kCall = "10.0.0.5:49152 > 10.0.0.1:49664 tcp ";

Talk asked(const Buffer& stub, std::uint16_t opnum = 3, std::uint32_t id = 2) {
  return {c(request(id).opnum(opnum).stub(Buffer(60)).build()), s(response(id).stub(stub).build())};
}

// mapped is a connection to the mapper with one answer.
Capture mapped(const Buffer& stub, const Ends& ends = kMapper) {
  return said(bound(kEpm) + asked(stub), ends);
}

// midstream is a connection whose beginning was not captured, with one request that alerts.
Capture midstream(const Ends& ends = {}) {
  return TcpSession(ends).say(called(7, 43, key_stub(), 0)).capture();
}

// The last record is that of the call to the mapped port.
std::string last(const Capture& capture) {
  const Records records = play(capture);
  return records.empty() ? "" : records.back();
}

Buffer lsarpc_at(std::uint16_t port, std::string_view address = "0.0.0.0") {
  return Answer().tower(epm::tcp_tower(kLsarpc, port, address)).map();
}

const std::string kKnown = "call " + kCall + "lsarpc 43 endpoint stub=42: success 00000000";
const std::string kUnknown = "call " + kCall + "- 43 unknown stub=42: answered";

TEST(Endpoints, NameTheInterfaceOfAPort) {
  const struct {
    std::string_view name;
    Buffer answer;
    std::string want;
  } kCases[] = {
      {"the server that was asked", lsarpc_at(49664), kKnown},
      {"its address", lsarpc_at(49664, "10.0.0.1"), kKnown},
      {"another address", lsarpc_at(49664, "10.0.0.2"), kUnknown},
      {"another port", lsarpc_at(49665), kUnknown},
      {"UDP", Answer().tower(epm::udp_tower(kLsarpc, 49664)).map(), kUnknown},
      {"two ports",
       Answer().tower(epm::tcp_tower(kLsarpc, 5000)).tower(epm::tcp_tower(kLsarpc, 49664)).map(),
       kKnown},
      {"the same twice",
       Answer().tower(epm::tcp_tower(kLsarpc, 49664)).tower(epm::tcp_tower(kLsarpc, 49664)).map(),
       kKnown},
      {"two interfaces on one port",
       Answer().tower(epm::tcp_tower(kLsarpc, 49664)).tower(epm::tcp_tower(kSamr, 49664)).map(),
       kUnknown},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(last(join(mapped(c.answer), midstream())), c.want) << c.name;
}

TEST(Endpoints, RaiseAlertsOfThatConfidence) {
  const Records records = play(join(mapped(lsarpc_at(49664)), midstream()));
  EXPECT_EQ(records.at(1), "alert key-read matched endpoint " + kCall +
                               "lsarpc 43 endpoint stub=42: success "
                               "00000000");
}

TEST(Endpoints, AreAskedInManyWays) {
  const Buffer wide = Answer().ndr64().tower(epm::tcp_tower(kLsarpc, 49664)).map();
  const Buffer stub = lsarpc_at(49664);
  const Buffer head(stub.begin(), stub.begin() + 50), tail(stub.begin() + 50, stub.end());
  const Talk in_fragments = {c(request(2).opnum(3).build()),
                             s(response(2).first().stub(head).build()),
                             s(response(2).last().stub(tail).build())};
  const Ends smb = {"10.0.0.5", 49200, "10.0.0.1", 445};
  const Buffer lookup = Answer().entry({}, "LSA", epm::tcp_tower(kLsarpc, 49664)).ndr64().lookup();
  const struct {
    std::string_view name;
    Capture capture;
  } kCases[] = {
      {"no bind captured", TcpSession(kMapper).say(asked(stub)).capture()},
      {"no bind captured, NDR64", TcpSession(kMapper).say(asked(wide)).capture()},
      {"in fragments", said(bound(kEpm) + in_fragments, kMapper)},
      {"ept_lookup", TcpSession(kMapper).say(asked(lookup, 2)).capture()},
      {"over a pipe", said(over_smb2_ioctl(bound(kEpm) + asked(stub), "epmapper"), smb)},
  };
  for (const auto& c : kCases) EXPECT_EQ(last(join(c.capture, midstream())), kKnown) << c.name;
}

TEST(Endpoints, OverUdp) {
  Sensor sensor;
  const auto push = [&](const Buffer& frame) {
    sensor.push(packet::LinkType::kEthernet, frame, Timestamp{1});
  };
  push(ethernet(udp("10.0.0.5", 1025, "10.0.0.1", 135,
                    datagram::request(1).interface(kEpm).opnum(3).stub(Buffer(60)).build())));
  push(
      ethernet(udp("10.0.0.1", 135, "10.0.0.5", 1025,
                   datagram::response(1).interface(kEpm).opnum(3).stub(lsarpc_at(49664)).build())));
  EXPECT_EQ(sensor.push(midstream()).finish().records().back(), kKnown);
}

TEST(Endpoints, AreNotBelievedWhenTheyShouldNot) {
  const Capture answer = mapped(lsarpc_at(49664));
  // Learned later, by another client, or before the capture that is read now.
  EXPECT_EQ(play(join(midstream(), answer)).at(1), kUnknown);
  const Ends other = {"10.0.0.6", 49200, "10.0.0.1", 135};
  EXPECT_EQ(last(join(mapped(lsarpc_at(49664), other), midstream())), kUnknown);
  Sensor sensor;
  sensor.push(answer).finish();
  EXPECT_EQ(sensor.push(midstream()).finish().records().back(), kUnknown);
  // A bind is a better witness, also one that did not offer the context that is used.
  const Talk bound_to_samr = bound(kSamr) + called(7, 43, key_stub(), 0);
  EXPECT_NE(last(join(answer, said(bound_to_samr))).find(" 43 bound "), std::string::npos);
  const Talk never_offered =
      bound() + Talk{c(request(7).context_id(5).opnum(43).stub(key_stub()).build())};
  EXPECT_NE(last(join(answer, said(never_offered))).find("- 43 unknown"), std::string::npos);
  // A mapper that was not asked: another interface on its port, another operation, a fault.
  EXPECT_EQ(last(join(said(bound() + asked(lsarpc_at(49664)), kMapper), midstream())), kUnknown);
  EXPECT_EQ(last(join(said(bound(kEpm) + asked(lsarpc_at(49664), 4), kMapper), midstream())),
            kUnknown);
}

// Bytes of the answer that were lost are not made up for.
TEST(Endpoints, AreNotLearnedFromDamagedAnswers) {
  const Buffer stub = lsarpc_at(49664);
  const Buffer head(stub.begin(), stub.begin() + 50), tail(stub.begin() + 50, stub.end());
  TcpSession session(kMapper);
  session.open().say(bound(kEpm)).client(request(2).opnum(3).build());
  session.server(response(2).first().stub(head).build()).lose(Side::kServer, 400);
  session.server(response(2).last().stub(tail).build()).ack(Side::kClient).finish();
  const Records records = play(join(session.capture(), midstream()));
  EXPECT_EQ(std::count(records.begin(), records.end(), kUnknown), 1);
}

TEST(Endpoints, AreBounded) {
  engine::Options options = all_calls();
  options.limits.endpoints = 4;
  Answer many;
  for (std::uint16_t port = 1; port <= 500; ++port) many.tower(epm::tcp_tower(kLsarpc, port));
  many.tower(epm::tcp_tower(kLsarpc, 49664));
  Sensor sensor(options);
  sensor.push(join(mapped(many.map()), midstream())).finish();
  EXPECT_EQ(sensor.records().back(), kKnown);
  EXPECT_EQ(sensor.count(Counter::endpoints_dropped), 497U);
  EXPECT_EQ(sensor.count(Counter::endpoints_read), 501U);
}

TEST(Endpoints, GiveRecordsIfAsked) {
  engine::Options options = only_alerts();
  options.every_endpoint = true;
  const Buffer stub = Answer()
                          .tower(epm::tcp_tower(kLsarpc, 49664))
                          .tower(epm::udp_tower(kSamr, 1025, "10.0.0.9"))
                          .tower(epm::pipe_tower(kSamr, "\\PIPE\\SamR", "\\\\DC"))
                          .map();
  EXPECT_EQ(play(mapped(stub), options),
            (Records{"endpoint ept_map 10.0.0.1 12345778-1234-abcd-ef00-0123456789ab v0 tcp "
                     "10.0.0.1:49664",
                     "endpoint ept_map 10.0.0.1 12345778-1234-abcd-ef00-0123456789ac v1 udp "
                     "10.0.0.9:1025",
                     "endpoint ept_map 10.0.0.1 12345778-1234-abcd-ef00-0123456789ac v1 smb DC:0 "
                     "pipe=samr"}));
}

// What a mapper told one client says nothing to another one, whichever thread reads it.
TEST(Endpoints, AreTheSameWithAnyNumberOfThreads) {
  Capture all;
  for (int i = 1; i <= 12; ++i) {
    const std::string client = "10.1.0." + std::to_string(i);
    if (i % 2 == 0)
      all = join(std::move(all), mapped(lsarpc_at(49664), {client, 49200, "10.0.0.1", 135}));
    all = join(std::move(all), midstream({client, 49152, "10.0.0.1", 49664}));
  }
  const Records want = sorted(play(all));
  for (const std::size_t threads : {1U, 2U, 4U}) {
    Records records;
    engine::Dealer dealer(sensor_database(), sensor_matcher(), all_calls(), threads,
                          [&](const alert::Record& record) { records.push_back(print(record)); });
    for (const Sent& sent : all) {
      const Buffer frame = sent.packet.ethernet();
      dealer.push(packet::LinkType::kEthernet, frame, static_cast<std::uint32_t>(frame.size()),
                  sent.time);
    }
    dealer.finish();
    EXPECT_EQ(sorted(std::move(records)), want) << threads << " threads";
  }
}

}  // namespace
}  // namespace rpcsieve::test

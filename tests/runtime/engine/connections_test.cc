// Where connections begin and end, and what is none: what a forged packet must not change.
#include <gtest/gtest.h>

#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

const std::string kTcp = "10.0.0.5:49152 > 10.0.0.1:49664 tcp ";
const Records kKeyRead = {"alert key-read matched bound " + kTcp +
                          "lsarpc 43 bound stub=42: success 00000000"};

// key_read is a call that alerts, as its connection's number `id`.
Talk key_read(std::uint32_t id) { return called(id, 43, key_stub(), 0); }

TcpSession bound_session() { return TcpSession().open().say(bound()); }

constexpr std::int64_t kLongAfter = 400'000'000;

struct Case {
  const char* name;
  Capture capture;
  Records want;
};

Records twice(const Records& records) { return {records[0], records[0]}; }

TEST(Connections, BeginAndEnd) {
  const std::string unanswered =
      "alert key-read matched bound " + kTcp + "lsarpc 43 bound stub=42: unanswered";
  const Records inferred = {"alert key-read matched inferred " + kTcp +
                            "- 43 unknown stub=42: success 00000000"};
  const Case cases[] = {
      {"no SYN was captured", TcpSession().say(key_read_over_tcp()).capture(), kKeyRead},
      {"... nor the bind", TcpSession().say(key_read(2)).capture(), inferred},
      {"... and it begins in the middle of a PDU",
       TcpSession().server(Buffer(700, 'x')).say(key_read(2)).capture(), inferred},
      {"sequence numbers wrap",
       TcpSession().begin_at(0xffffffc0, 0xffffffd0).open().say(key_read_over_tcp()).capture(),
       kKeyRead},
      {"only the client's side was captured",
       only(Side::kClient, said(key_read_over_tcp())),
       {"alert key-read matched offered " + kTcp + "lsarpc 43 offered stub=42: unanswered"}},
      {"only the server's",
       only(Side::kServer, said(key_read_over_tcp())),
       {"blind stream_lost_bytes 10.0.0.5:49152 > 10.0.0.1:49664 tcp"}},
      {"the whole of it twice: retransmissions",
       TcpSession().open().say(key_read_over_tcp()).repeat().capture(), kKeyRead},
      {"the same after it has ended",
       TcpSession().open().say(key_read_over_tcp()).finish().pause(kLongAfter).repeat().capture(),
       kKeyRead},
      {"an answer comes after the FIN",
       bound_session()
           .client(request(2).opnum(43).stub(key_stub()).build())
           .fin(Side::kClient)
           .server(response(2).stub(answer(0)).build())
           .fin(Side::kServer)
           .capture(),
       kKeyRead},
      {"ended by FIN, and the ports used again",
       TcpSession()
           .open()
           .say(key_read_over_tcp())
           .finish()
           .begin_at(900'000, 7)
           .open()
           .say(key_read_over_tcp())
           .capture(),
       twice(kKeyRead)},
      {"ended by RST, and the ports used again",
       TcpSession()
           .open()
           .say(key_read_over_tcp())
           .reset(Side::kServer)
           .begin_at(900'000, 7)
           .open()
           .say(key_read_over_tcp())
           .capture(),
       twice(kKeyRead)},
      {"neither was captured",
       TcpSession()
           .open()
           .say(key_read_over_tcp())
           .begin_at(900'000, 7)
           .open()
           .say(key_read_over_tcp())
           .capture(),
       twice(kKeyRead)},
      {"... and only the client's side was",
       only(Side::kClient, TcpSession()
                               .open()
                               .say(key_read_over_tcp())
                               .begin_at(900'000, 7)
                               .open()
                               .say(key_read_over_tcp())
                               .capture()),
       {"alert key-read matched offered " + kTcp + "lsarpc 43 offered stub=42: unanswered",
        "alert key-read matched offered " + kTcp + "lsarpc 43 offered stub=42: unanswered"}},
      {"the ports used again before the answer",
       bound_session()
           .client(request(2).opnum(43).stub(key_stub()).build())
           .reset(Side::kClient)
           .begin_at(900'000, 7)
           .open()
           .capture(),
       {unanswered}},
      {"the ports used again, by the other side",
       join(TcpSession().open().say(bound()).finish().capture(),
            TcpSession({"10.0.0.1", 49664, "10.0.0.5", 49152})
                .begin_at(900'000, 7)
                .open()
                .say(key_read_over_tcp())
                .capture()),
       {"alert key-read matched bound 10.0.0.1:49664 > 10.0.0.5:49152 tcp lsarpc 43 bound "
        "stub=42: success 00000000"}},
  };
  for (const Case& c : cases) EXPECT_EQ(play(c.capture, only_alerts()), c.want) << c.name;
}

// A receiver takes none of these for what they seem to be [RFC 9293 §3.10.7, RFC 5961], so neither
// may the engine: a client could hide all that it does next behind one.
TEST(Connections, AreNotEndedByForgedPackets) {
  struct Forgery {
    const char* name;
    Forged kind;
    std::int32_t off;
    std::size_t bytes = 0;
  };
  const Forgery forgeries[] = {
      {"a reset from nowhere", Forged::kReset, 5000},
      {"an old reset", Forged::kReset, -50},
      {"a reset that carries bytes", Forged::kReset, 1, 10},
      {"a FIN from nowhere", Forged::kFin, 5000},
      {"a SYN that nobody answers", Forged::kSyn, 1'000'000},
      {"a SYN with an older number", Forged::kSyn, -1'000'000},
      {"a SYN that carries bytes to the right place", Forged::kSyn, -1, 10},
      {"an answer to a SYN that nobody sent", Forged::kSynAck, 1'000'000},
      {"data without an acknowledgment", Forged::kWithoutAck, 0, 10},
      {"data far beyond any window", Forged::kData, 1'000'000'000, 10},
  };
  const auto forge = [](TcpSession session, const Forgery& f) {
    return session.forge(f.kind, Side::kClient, f.off, Buffer(f.bytes, 'x'));
  };
  for (const Forgery& f : forgeries) {
    const auto alerts = [](const TcpSession& session) {
      return play(session.capture(), only_alerts());
    };
    EXPECT_EQ(alerts(forge(bound_session(), f).say(key_read(2))), kKeyRead) << f.name;
    EXPECT_EQ(alerts(forge(bound_session(), f).pause(kLongAfter / 2).say(key_read(2))), kKeyRead)
        << f.name << ", then silence";
    EXPECT_EQ(alerts(forge(TcpSession().open(), f).say(key_read_over_tcp())), kKeyRead)
        << f.name << ", before the first data";
    for (const Forgery& second : forgeries)
      EXPECT_EQ(alerts(forge(forge(bound_session(), f), second).say(key_read(2))), kKeyRead)
          << f.name << " and " << second.name;
  }
  const Capture before_syn_ack = TcpSession()
                                     .syn()
                                     .forge(Forged::kSyn, Side::kClient, 1'000'000)
                                     .syn_ack()
                                     .say(key_read_over_tcp())
                                     .capture();
  EXPECT_EQ(play(before_syn_ack, only_alerts()), kKeyRead);
}

// Bytes beyond the window are dropped by the receiver. Holding them must neither fill what a
// connection may hold, nor carry it away to where they claim to be when a packet is lost.
TEST(Connections, AreNotCarriedAwayByDataBeyondTheWindow) {
  TcpSession session = bound_session();
  for (int i = 0; i < 1000; ++i)
    session.forge(Forged::kData, Side::kClient, 1'000'000'000 + 3 * i, Buffer(2, 'x'));
  session.say(key_read(2));
  EXPECT_EQ(play(session.capture(), only_alerts()), kKeyRead) << "many";

  TcpSession lossy = bound_session();
  lossy.forge(Forged::kData, Side::kClient, 1'000'000'000, Buffer(2, 'x'));
  lossy.lose(Side::kClient, 60).ack(Side::kServer);  // captured by the receiver only
  for (int i = 0; i < 20; ++i) lossy.pause(100'000).ack(Side::kServer);
  lossy.say(key_read(2));
  EXPECT_EQ(without_blind_spots(play(lossy.capture(), only_alerts())), kKeyRead) << "and a loss";
}

TEST(Connections, ThatAreNotRpcAreIgnored) {
  const auto http = Wire().text("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n").build();
  Sensor sensor;
  sensor.push(said({c(http), s(Wire().text("HTTP/1.1 200 OK\r\n\r\n").build())}));
  EXPECT_EQ(sensor.count(Counter::flows_ignored), 1U);
  EXPECT_EQ(sensor.count(Counter::conversations), 0U);
  // Its ports used again by RPC.
  sensor.push(TcpSession().begin_at(900'000, 7).open().say(key_read_over_tcp()).capture());
  EXPECT_EQ(sensor.finish().records().size(), 2U);

  // Begins as RPC does, and goes on otherwise.
  Sensor false_start;
  false_start.push(said({c(hex("05")), c(Buffer(100, 'x'))}));
  EXPECT_EQ(false_start.count(Counter::conversations), 1U);
  EXPECT_EQ(false_start.count(Counter::flows_ignored), 1U);
}

// A capture may begin in the middle of a file copy: what comes behind it counts.
TEST(Connections, AreTriedForEverIfTheirBeginningWasNotCaptured) {
  TcpSession bulk;
  for (int i = 0; i < 100; ++i) bulk.server(Buffer(1400, 'x'));
  Sensor sensor;
  sensor.push(bulk.say(key_read_over_tcp()).capture());
  EXPECT_EQ(sensor.finish().records().size(), 2U);
  EXPECT_EQ(sensor.count(Counter::flows_ignored), 0U);
}

// A packet that the server drops (its checksum is wrong) must not decide what a connection holds.
TEST(Connections, AreJudgedAgainByOtherFirstBytes) {
  const auto decoy = TcpSession().open().client(Wire().text("GET / HTTP/1.1").build()).capture();
  Sensor sensor;
  sensor.push(decoy);
  EXPECT_EQ(sensor.count(Counter::flows_ignored), 1U);
  sensor.push(said(key_read_over_tcp()));
  EXPECT_EQ(sensor.finish().records().size(), 2U);
}

// What pretends to be the server's answer, and comes from the client, is dropped by the server: it
// neither refuses a bind nor says how a call ended.
TEST(Connections, TakeNoAnswersFromTheClient) {
  Talk talk = bound();
  talk.insert(talk.begin() + 1, c(bind_nak(1).build()));
  const Talk call = key_read(2);
  talk = talk + Talk{call[0], c(fault(2).status(5).build()), call[1]};
  Sensor sensor;
  sensor.push(said(talk));
  EXPECT_EQ(sensor.count(Counter::dcerpc_malformed), 2U);
  Sensor alerts(only_alerts());
  EXPECT_EQ(alerts.push(said(talk)).finish().records(), kKeyRead);
}

TEST(Connections, WithoutDataCostNoConversation) {
  Sensor sensor;
  for (std::uint16_t port = 1; port <= 1000; ++port)
    sensor.push(
        TcpSession({"10.0.0.5", 49152, "10.0.0.1", port}).syn().reset(Side::kServer).capture());
  EXPECT_EQ(sensor.finish().records(), Records());
  EXPECT_EQ(sensor.count(Counter::flows), 1000U);
  EXPECT_EQ(sensor.count(Counter::conversations), 0U);
}

// An engine that finished a capture is as new for the next one.
TEST(Connections, DoNotOutliveTheCapture) {
  Sensor sensor(only_alerts());
  const Capture capture = said(key_read_over_tcp());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sensor.push(capture).finish().records(), kKeyRead) << i;
  sensor.push(TcpSession().open().say(bound()).capture()).finish();
  sensor.push(TcpSession().say(key_read(2)).capture()).finish();
  EXPECT_EQ(sensor.records(), Records{"alert key-read matched inferred " + kTcp +
                                      "- 43 unknown stub=42: success 00000000"});
}

}  // namespace
}  // namespace rpcsieve::test

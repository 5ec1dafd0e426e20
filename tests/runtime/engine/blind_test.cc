// What could not be inspected: each cause is said once for a connection, counted every time, and
// summed up by server.
#include <gtest/gtest.h>

#include "runtime/engine/dealer.h"
#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

const Ends kSmbEnds = {"10.0.0.5", 49152, "10.0.0.1", 445};
const std::string kOverTcp = " 10.0.0.5:49152 > 10.0.0.1:49664 tcp";
const std::string kOverSmb = " 10.0.0.5:49152 > 10.0.0.1:445 smb";

Records blind_spots(const Records& records) {
  Records out;
  for (const std::string& record : records)
    if (record.rfind("blind ", 0) == 0) out.push_back(record);
  return out;
}

Talk sealed_association(std::uint16_t opnum, int calls) {
  Talk talk = {c(bind(1).context(0, kLsarpc).verifier(kNtlmAuth, kPrivacyLevel).build()),
               s(bind_ack(1).result(kAccepted).verifier(kNtlmAuth, kPrivacyLevel).build())};
  for (std::uint32_t id = 2; calls > 0; --calls, ++id) {
    talk.push_back(
        c(request(id).opnum(opnum).stub(other_stub()).verifier(kNtlmAuth, kPrivacyLevel).build()));
    talk.push_back(s(response(id).stub(answer(0)).verifier(kNtlmAuth, kPrivacyLevel).build()));
  }
  return talk;
}

// snapped plays a capture of which only the first bytes of each packet were kept.
Records snapped(const Capture& capture, std::size_t snaplen, Sensor& sensor) {
  for (const Sent& sent : capture) {
    const Buffer frame = sent.packet.ethernet();
    sensor.push(packet::LinkType::kEthernet, frame, sent.time,
                frame.size() - std::min(frame.size(), snaplen));
  }
  return blind_spots(sensor.finish().records());
}

TEST(BlindSpots, AreSaidOnceAndCountedEveryTime) {
  struct Case {
    const char* name;
    Capture capture;
    Counter counter;
    std::uint64_t count;
    Records want;
  };
  // SMB_COM_READ_RAW and WRITE_RAW [MS-CIFS §2.2.4.22, §2.2.4.25]
  const Talk raw = {c(smb1::raw(0x1a, Buffer(20)).build()), c(smb1::raw(0x1d, Buffer(20)).build())};
  const Case cases[] = {
      {"sealed calls that a detection has conditions on",
       said(sealed_association(43, 3)),
       Counter::stubs_sealed,
       3,
       {"blind stubs_sealed" + kOverTcp}},
      {"... over a pipe",
       said(over_smb2_ioctl(sealed_association(28, 2)), kSmbEnds),
       Counter::stubs_sealed,
       2,
       {"blind stubs_sealed" + kOverSmb}},
      {"sealed calls that nothing watches",
       said(sealed_association(7, 3)),
       Counter::stubs_sealed,
       0,
       {}},
      {"a sealed call without conditions on its stub",
       said(bound(kSvcctl) + called(2, 12, other_stub(), 0)),
       Counter::stubs_sealed,
       0,
       {}},
      {"stubs that are cut where the words may have been",
       TcpSession()
           .open()
           .say(bound())
           .client(request(2).opnum(43).first().stub(other_stub()).build())
           .server(response(2).stub(answer(0)).build())
           .client(request(3).opnum(43).first().stub(other_stub()).build())
           .capture(),
       Counter::stubs_cut,
       2,
       {"blind stubs_cut" + kOverTcp}},
      {"lost bytes, twice",
       TcpSession()
           .open()
           .say(bound())
           .lose(Side::kClient, 10)
           .server(response(2).stub(answer(0)).build())
           .say(called(3, 7, other_stub(), 0))
           .lose(Side::kClient, 20)
           .server(response(4).stub(answer(0)).build())
           .capture(),
       Counter::stream_lost_bytes,
       30,
       {"blind stream_lost_bytes" + kOverTcp}},
      {"raw modes of SMB1",
       said(raw, kSmbEnds),
       Counter::smb_unsupported,
       2,
       {"blind smb_unsupported" + kOverSmb}},
      {"SMB that is encrypted",
       said({c(smb2::encrypted(7)), s(smb2::encrypted(7))}, kSmbEnds),
       Counter::smb_encrypted,
       2,
       {"blind smb_encrypted 10.0.0.5:49152 > 10.0.0.1:445 session=7"}},
  };
  for (const Case& c : cases) {
    Sensor sensor;
    EXPECT_EQ(blind_spots(sensor.push(c.capture).finish().records()), c.want) << c.name;
    EXPECT_EQ(sensor.count(c.counter), c.count) << c.name;
  }
}

TEST(BlindSpots, TellASnaplenFromLostPackets) {
  Sensor sensor;
  const Capture capture = said(bound() + called(2, 43, Buffer(200, 'x'), 0));
  EXPECT_EQ(snapped(capture, 150, sensor),
            (Records{"blind stubs_cut" + kOverTcp, "blind stream_cut_segments" + kOverTcp}));
  EXPECT_EQ(sensor.count(Counter::stream_cut_segments), 1U);
  EXPECT_EQ(sensor.count(Counter::stream_lost_bytes), 0U);
}

TEST(BlindSpots, AreNotMadeByWhatWasNeverSent) {
  Sensor sensor;
  TcpSession session = TcpSession().open().say(bound());
  session.forge(Forged::kData, Side::kClient, 1'000'000'000, Buffer(10, 'x'));
  EXPECT_EQ(blind_spots(sensor.push(session.capture()).finish().records()), Records());
}

// print gives one line for each server: what of its traffic was seen, and how.
Records print(const alert::CoverageTable& table) {
  Records out;
  for (const auto& [service, coverage] : table.services()) {
    std::string line = rpcsieve::print(service.server.address) + ":" +
                       std::to_string(service.server.port) + " " +
                       std::to_string(alert::inspectable(coverage)) + "%";
    for (const alert::CoverageField& field : alert::kCoverageFields)
      if (coverage.*field.value != 0 && field.name != "bytes")
        line += ' ' + std::string(field.name) + '=' + std::to_string(coverage.*field.value);
    out.push_back(line);
  }
  return out;
}

Capture many() {
  Capture all = said(sealed_association(43, 2));
  const Talk encrypted = {c(smb2::encrypted(7)), s(smb2::encrypted(7))};
  for (const char* client : {"10.0.0.6", "10.0.0.7", "10.0.0.8"}) {
    all = interleave(all, said(key_read_over_tcp(), {client, 50000, "10.0.0.1", 49664}));
    all = interleave(all, said(encrypted, {client, 50001, "10.0.0.2", 445}));
  }
  return all;
}

TEST(Coverage, IsTheSameWithAnyNumberOfThreads) {
  const Capture capture = many();
  const Records want = {
      "10.0.0.1:49664 60% calls=5 calls_read=3 calls_sealed=2 calls_sealed_watched=2",
      "10.0.0.2:445 0% messages=6 messages_encrypted=6 bytes_encrypted=" +
          std::to_string(6 * smb2::encrypted(7).size())};
  for (const std::size_t threads : {1U, 2U, 4U}) {
    engine::Dealer dealer(sensor_database(), sensor_matcher(), only_alerts(), threads,
                          [](const alert::Record&) {});
    for (const Sent& sent : capture) {
      const Buffer frame = sent.packet.ethernet();
      dealer.push(packet::LinkType::kEthernet, frame, static_cast<std::uint32_t>(frame.size()),
                  sent.time);
    }
    dealer.finish();
    EXPECT_EQ(print(dealer.coverage()), want) << threads << " threads";
  }
}

// The ports speak for the wrong side; the bind tells who the server is.
TEST(Coverage, NamesTheServerThatThePdusShow) {
  Sensor sensor(only_alerts());
  const Ends odd = {"10.0.0.5", 1025, "10.0.0.1", 60000};
  sensor.push(TcpSession(odd).say(key_read_over_tcp()).capture()).finish();
  EXPECT_EQ(print(sensor.coverage()), (Records{"10.0.0.1:60000 100% calls=1 calls_read=1"}));
}

TEST(Coverage, CountsLostBytesAgainstThoseThatCame) {
  Sensor sensor(only_alerts());
  TcpSession session = TcpSession().open().say(bound());
  session.lose(Side::kClient, 100000).server(response(2).stub(answer(0)).build());
  sensor.push(session.capture()).finish();
  EXPECT_EQ(print(sensor.coverage()), (Records{"10.0.0.1:49664 0% bytes_lost=100000"}));
}

}  // namespace
}  // namespace rpcsieve::test

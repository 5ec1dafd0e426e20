// What is missing from a capture makes records poorer, never wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

const std::string kTcp = "10.0.0.5:49152 > 10.0.0.1:49664 tcp ";

// tally counts records by what a loss must not add to: kind, detection and operation.
//   "alert key-read 43", "call 43"
std::map<std::string, int> tally(const Records& records) {
  std::map<std::string, int> counts;
  for (const std::string& record : records) {
    const auto word = [&](std::size_t n) {
      std::size_t from = 0;
      while (n-- > 0) from = record.find(' ', from) + 1;
      return record.substr(from, record.find(' ', from) - from);
    };
    const bool alert = word(0) == "alert";
    ++counts[alert ? "alert " + word(1) + ' ' + word(9) : "call " + word(6)];
  }
  return counts;
}

void expect_no_more(const Records& records, const Records& whole, const std::string& name) {
  const auto most = tally(whole);
  for (const auto& [what, count] : tally(without_blind_spots(records))) {
    const auto allowed = most.find(what);
    EXPECT_LE(count, allowed == most.end() ? 0 : allowed->second) << name << ": " << what;
  }
}

TEST(Losses, AddNothing) {
  for (const Conversation& c : conversations()) {
    const Capture capture = TcpSession(c.ends).segment_bytes(100).open().say(c.talk).capture();
    const Records whole = play(capture);
    for (std::size_t run = 1; run <= 4; ++run) {
      for (std::size_t lost = 0; lost + run <= capture.size(); ++lost) {
        Capture rest = capture;
        const auto from = rest.begin() + static_cast<std::ptrdiff_t>(lost);
        rest.erase(from, from + static_cast<std::ptrdiff_t>(run));
        expect_no_more(play(rest), whole, std::string(c.name) + " without " + std::to_string(lost));
      }
    }
  }
}

// What comes behind the lost beginning of a stream may be the middle of anything: it is looked
// through for where a message begins.
TEST(Losses, OfTheBeginningHideNothingElse) {
  Talk talk = key_read_over_tcp();
  const Buffer first = bind(1).context(0, kLsarpc).verifier(kNtlmAuth, kConnectLevel).build();
  TcpSession session = TcpSession().open().lose(Side::kClient, 60);
  session.client({first.begin() + 60, first.end()});
  talk.erase(talk.begin());
  Records records = play(session.say(talk).finish().capture());
  EXPECT_EQ(
      without_blind_spots(records),
      (Records{"alert key-read matched inferred " + kTcp + "- 43 unknown stub=42: success 00000000",
               "call " + kTcp + "- 43 unknown stub=42: answered"}));
  EXPECT_EQ(records.size(), 3U) << "the loss is a blind spot";
}

TEST(Losses, OfAnyEndAddNothing) {
  for (const Conversation& c : conversations()) {
    const Capture capture = TcpSession(c.ends).segment_bytes(100).open().say(c.talk).capture();
    const Records whole = play(capture);
    for (std::size_t n = 0; n < capture.size(); ++n) {
      const auto cut = capture.begin() + static_cast<std::ptrdiff_t>(n);
      expect_no_more(play(Capture(capture.begin(), cut)), whole, c.name);
      expect_no_more(play(Capture(cut, capture.end())), whole, c.name);
    }
  }
}

TEST(Losses, OfASnaplenAddNothing) {
  for (const Conversation& c : conversations()) {
    const Capture capture = TcpSession(c.ends).open().say(c.talk).capture();
    const Records whole = play(capture);
    for (const std::size_t snaplen : {20U, 54U, 60U, 96U, 128U, 150U, 256U, 1000U}) {
      Sensor sensor;
      for (const Sent& sent : capture) {
        const Buffer frame = sent.packet.ethernet();
        const std::size_t cut = frame.size() - std::min(frame.size(), snaplen);
        sensor.push(packet::LinkType::kEthernet, frame, sent.time, cut);
      }
      expect_no_more(sensor.finish().records(), whole, c.name);
    }
  }
}

struct Case {
  const char* name;
  Capture capture;
  Records want;
};

TEST(Losses, AreSaid) {
  const Buffer asked = request(2).opnum(43).stub(key_stub() + Buffer(100, 'z')).build();
  const Buffer early = request(2).opnum(43).stub(Buffer(100, 'z') + key_stub()).build();
  const auto part = [](const Buffer& bytes, std::size_t from, std::size_t to) {
    return Buffer(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                  bytes.begin() + static_cast<std::ptrdiff_t>(to));
  };
  const Buffer answered = response(2).stub(answer(0)).build();
  const auto session = [] { return TcpSession().open().say(bound()); };
  const Case cases[] = {
      {"the stub's end, behind what was looked for",
       session()
           .client(part(asked, 0, 100))
           .lose(Side::kClient, asked.size() - 100)
           .server(answered)
           .capture(),
       {"alert key-read matched bound " + kTcp + "lsarpc 43 bound stub=142 cut: success 00000000",
        "call " + kTcp + "lsarpc 43 bound stub=142 cut: success 00000000"}},
      {"the stub's end, where it may have been",
       session()
           .client(part(early, 0, 100))
           .lose(Side::kClient, early.size() - 100)
           .server(answered)
           .capture(),
       {"alert key-read unread bound " + kTcp + "lsarpc 43 bound stub=142 cut: success 00000000",
        "call " + kTcp + "lsarpc 43 bound stub=142 cut: success 00000000"}},
      {"the capture ends before the stub does",
       session().client(part(asked, 0, 100)).capture(),
       {"alert key-read matched bound " + kTcp + "lsarpc 43 bound stub=142 cut: unanswered",
        "call " + kTcp + "lsarpc 43 bound stub=142 cut: unanswered"}},
      {"the header, before the opnum",
       session()
           .lose(Side::kClient, 23)
           .client(part(asked, 23, asked.size()))
           .server(answered)
           .capture(),
       {}},
      {"the answer's end",
       session()
           .client(request(2).opnum(43).stub(other_stub()).build())
           .server(part(answered, 0, 30))
           .lose(Side::kServer, answered.size() - 30)
           .ack(Side::kClient)
           .capture(),
       {"call " + kTcp + "lsarpc 43 bound stub=42: answered"}},
      {"a whole exchange, and the next is found again",
       session()
           .lose(Side::kClient, 1000)
           .lose(Side::kServer, 2000)
           .say(called(3, 43, other_stub(), 0))
           .capture(),
       {"call " + kTcp + "lsarpc 43 bound stub=42: success 00000000"}},
      {"... and of the same call id",
       session()
           .client(request(3).opnum(28).stub(other_stub()).build())
           .lose(Side::kServer, 1000)
           .say(called(3, 43, other_stub(), 0))
           .capture(),
       {"call " + kTcp + "lsarpc 28 bound stub=42: unanswered",
        "call " + kTcp + "lsarpc 43 bound stub=42: success 00000000"}},
  };
  for (const Case& c : cases) EXPECT_EQ(without_blind_spots(play(c.capture)), c.want) << c.name;
}

}  // namespace
}  // namespace rpcsieve::test

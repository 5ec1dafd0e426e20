// The same conversation gives the same records in every link, tunnel and cutting into IP fragments,
// with any number of threads.
#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/engine/dealer.h"
#include "tests/runtime/engine/talks.h"
#include "tests/support/encapsulations.h"

namespace rpcsieve::test {
namespace {

using packet::LinkType;

// Frame is what a capture without TCP's structure holds.
struct Frame {
  Buffer bytes;
  Timestamp time;
};
using Frames = std::vector<Frame>;

Capture said(const Conversation& c) {
  return TcpSession(c.ends).open().say(c.talk).finish().capture();
}

Records play_frames(const Frames& frames, LinkType link) {
  Sensor sensor;
  for (const Frame& frame : frames) sensor.push(link, frame.bytes, frame.time);
  return sensor.finish().records();
}

TEST(Wrapping, MayBeAnyEncapsulation) {
  for (const Conversation& c : conversations()) {
    const Capture capture = said(c);
    const Records want = play(capture);
    ASSERT_EQ(want.size(), c.records);
    std::vector<std::pair<std::string, LinkType>> ways;
    std::vector<Frames> wrapped;
    for (const Sent& sent : capture) {
      const auto all = encapsulations(sent.packet.ip());
      wrapped.resize(all.size());
      ways.clear();
      for (std::size_t i = 0; i < all.size(); ++i) {
        ways.emplace_back(all[i].name, static_cast<LinkType>(all[i].link));
        wrapped[i].push_back({all[i].frame, sent.time});
      }
    }
    for (std::size_t i = 0; i < ways.size(); ++i)
      EXPECT_EQ(play_frames(wrapped[i], ways[i].second), want) << c.name << " in " << ways[i].first;
  }
}

// in_fragments cuts every packet; `wrap` may put it into a tunnel before.
template <class Wrap>
Frames in_fragments(const Capture& capture, std::size_t size, bool backwards, Wrap wrap,
                    std::uint32_t identification = 0) {
  Frames out;
  for (const Sent& sent : capture) {
    auto pieces = fragments(wrap(sent.packet.ip()), size, identification++);
    if (backwards) std::reverse(pieces.begin(), pieces.end());
    for (const Buffer& piece : pieces) out.push_back({ethernet(piece), sent.time});
  }
  return out;
}

Buffer bare(const Buffer& packet) { return packet; }
Buffer overlay(const Buffer& packet) { return vxlan(ethernet(packet)); }

TEST(Wrapping, MayBeFragments) {
  for (Conversation c : conversations()) {
    for (const bool v6 : {false, true}) {
      if (v6) c.ends.client = "fd00::5", c.ends.server = "fd00::1";
      const Capture capture = said(c);
      const Records want = play(capture);
      for (const std::size_t size : {8U, 64U, 1000U}) {
        for (const bool backwards : {false, true}) {
          EXPECT_EQ(play_frames(in_fragments(capture, size, backwards, bare), LinkType::kEthernet),
                    want)
              << c.name << ' ' << size;
          EXPECT_EQ(
              play_frames(in_fragments(capture, size, backwards, overlay), LinkType::kEthernet),
              want)
              << c.name << ' ' << size;
        }
      }
    }
  }
}

// merged puts the frames of all into the order of their times.
Frames merged(const std::vector<Frames>& all) {
  Frames out;
  for (const Frames& some : all) out.insert(out.end(), some.begin(), some.end());
  std::stable_sort(out.begin(), out.end(),
                   [](const Frame& a, const Frame& b) { return a.time.us < b.time.us; });
  return out;
}

// wrapped_differently has conversations between many addresses in tunnels between the same two, in
// fragments, and in fragments of those tunnels; the last datagram of each is not whole.
Frames wrapped_differently() {
  std::vector<Frames> all;
  for (int client = 1; client <= 12; ++client) {
    Conversation c = conversations()[static_cast<std::size_t>(client) % 3];
    c.ends.client = "10.1.0." + std::to_string(client);
    const Capture capture = TcpSession(c.ends).open().say(c.talk).capture();
    const auto wrap = client % 2 == 0 ? bare : overlay;
    Frames frames = in_fragments(capture, client % 4 == 0 ? 16 : 8, client % 3 == 0, wrap,
                                 static_cast<std::uint32_t>(client) * 1000);
    frames.pop_back();
    all.push_back(std::move(frames));
  }
  return merged(all);
}

TEST(Wrapping, GivesTheSameWithAnyNumberOfThreads) {
  const Frames frames = wrapped_differently();
  const Records want = sorted(play_frames(frames, LinkType::kEthernet));
  EXPECT_GT(want.size(), 90U);
  for (const std::size_t threads : {1U, 2U, 4U}) {
    Records records;
    engine::Dealer dealer(sensor_database(), sensor_matcher(), all_calls(), threads,
                          [&](const alert::Record& record) { records.push_back(print(record)); });
    for (const Frame& frame : frames)
      dealer.push(LinkType::kEthernet, frame.bytes, static_cast<std::uint32_t>(frame.bytes.size()),
                  frame.time);
    dealer.finish();
    EXPECT_EQ(sorted(records), want) << threads << " threads";
    EXPECT_EQ(dealer.counters()[Counter::packets], frames.size());
    EXPECT_EQ(dealer.counters()[Counter::packet_fragments_unfinished], 12U);
  }
}

// The first fragment of a request is a call that was cut, once the capture ends.
TEST(Wrapping, CallsThatAFragmentBeginsAreCalls) {
  const Talk talk = bound() + Talk{c(request(2).opnum(7).stub(Buffer(600, 'x')).build())};
  const Capture capture = TcpSession().open().say(talk).capture();
  Sensor sensor;
  for (const Sent& sent : capture) {
    const Buffer packet = sent.packet.ip();
    sensor.push(LinkType::kEthernet, ethernet(fragment(packet, 0, 400)), sent.time);
  }
  EXPECT_EQ(sensor.finish().records(),
            Records{"call 10.0.0.5:49152 > 10.0.0.1:49664 tcp lsarpc 7 bound stub=600 cut: "
                    "unanswered"});
}

}  // namespace
}  // namespace rpcsieve::test

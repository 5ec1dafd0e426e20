// The same conversation gives the same records, however the network cut, mixed and repeated it.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

constexpr std::size_t kSegmentBytes[] = {1, 2, 3, 5, 7, 16, 100, 1460, 60000};

Capture cut(const Conversation& c, std::size_t segment_bytes, std::size_t overlap = 0) {
  return TcpSession(c.ends)
      .segment_bytes(segment_bytes)
      .overlap(overlap)
      .open()
      .say(c.talk)
      .finish()
      .capture();
}

// The handshake, whose packets are a round trip apart, keeps its place.
constexpr std::ptrdiff_t kHandshake = 3;

// in_order gives the packets the times of their new places.
Capture in_order(Capture capture) {
  for (std::size_t i = 0; i < capture.size(); ++i)
    capture[i].time.us = 1'000'000 + static_cast<std::int64_t>(i) * 100;
  return capture;
}

Capture each_twice(const Capture& capture) {
  Capture out;
  for (const Sent& sent : capture) out.insert(out.end(), {sent, sent});
  return in_order(std::move(out));
}

Capture swapped(Capture capture) {
  for (std::size_t i = kHandshake; i + 1 < capture.size(); i += 2)
    std::swap(capture[i], capture[i + 1]);
  return in_order(std::move(capture));
}

// shuffled mixes packets within windows of so many.
Capture shuffled(Capture capture, std::ptrdiff_t window, std::mt19937& random) {
  for (auto from = capture.begin() + kHandshake; from < capture.end();) {
    const auto to = from + std::min(window, capture.end() - from);
    std::shuffle(from, to, random);
    from = to;
  }
  return in_order(std::move(capture));
}

TEST(Invariance, OfTheCutting) {
  for (const Conversation& c : conversations()) {
    const Records want = play(cut(c, 1460));
    EXPECT_EQ(want.size(), c.records) << c.name;
    for (const std::size_t n : kSegmentBytes) EXPECT_EQ(play(cut(c, n)), want) << c.name << n;
  }
}

TEST(Invariance, OfRepetition) {
  for (const Conversation& c : conversations()) {
    const Records want = play(cut(c, 1460));
    for (const std::size_t n : kSegmentBytes) {
      EXPECT_EQ(play(each_twice(cut(c, n))), want) << c.name << " each twice " << n;
      EXPECT_EQ(play(join(cut(c, n), cut(c, 100))), want) << c.name << " all twice " << n;
      for (const std::size_t overlap : {1U, 4U, 99U})
        EXPECT_EQ(play(cut(c, n, overlap)), want) << c.name << " overlap " << overlap << ' ' << n;
    }
  }
}

TEST(Invariance, OfOrder) {
  std::mt19937 random(1);
  for (const Conversation& c : conversations()) {
    const Records want = play(cut(c, 1460));
    for (const std::size_t n : kSegmentBytes) {
      EXPECT_EQ(play(swapped(cut(c, n))), want) << c.name << " swapped " << n;
      for (int round = 0; round < 5; ++round)
        EXPECT_EQ(play(shuffled(cut(c, n), 8, random)), want) << c.name << " shuffled " << n;
      EXPECT_EQ(play(shuffled(each_twice(cut(c, n)), 8, random)), want)
          << c.name << " shuffled, each twice " << n;
    }
  }
}

Records frames(const Capture& capture, Buffer (*frame)(const TcpPacket&), packet::LinkType link) {
  Sensor sensor;
  for (const Sent& sent : capture) sensor.push(link, frame(sent.packet), sent.time);
  return sensor.finish().records();
}

TEST(Invariance, OfTheLink) {
  using packet::LinkType;
  for (const Conversation& c : conversations()) {
    const Capture capture = cut(c, 100);
    const Records want = play(capture);
    EXPECT_EQ(
        frames(
            capture, [](const TcpPacket& p) { return p.ethernet({0x8100}); }, LinkType::kEthernet),
        want);
    EXPECT_EQ(frames(
                  capture,
                  [](const TcpPacket& p) {
                    return p.ethernet({0x88a8, 0x8100});
                  },
                  LinkType::kEthernet),
              want);
    EXPECT_EQ(frames(
                  capture, [](const TcpPacket& p) { return p.ip(); }, LinkType::kRaw),
              want);
    EXPECT_EQ(frames(
                  capture, [](const TcpPacket& p) { return p.linux_sll2(); }, LinkType::kLinuxSll2),
              want);
    EXPECT_EQ(
        frames(
            capture, [](const TcpPacket& p) { return TcpPacket(p).tcp_options(3).ethernet(); },
            LinkType::kEthernet),
        want);
  }
}

// with_addresses puts other addresses into printed records.
Records with_addresses(Records records, const Ends& from, const Ends& to) {
  const auto replace = [](std::string& text, const std::string& old, const std::string& now) {
    if (const auto at = text.find(old); at != std::string::npos) text.replace(at, old.size(), now);
  };
  for (std::string& record : records) {
    replace(record, from.client, to.client);
    replace(record, from.server, to.server);
  }
  return records;
}

TEST(Invariance, OfTheAddresses) {
  for (const Conversation& c : conversations()) {
    for (const auto& [client, server] :
         {std::pair("2001:db8::5", "2001:db8::1"), std::pair("fe80::1", "fe80::ffff"),
          std::pair("192.168.7.1", "192.168.7.200")}) {
      Conversation moved = c;
      moved.ends.client = client;
      moved.ends.server = server;
      EXPECT_EQ(play(cut(moved, 100)), with_addresses(play(cut(c, 100)), c.ends, moved.ends))
          << c.name << ' ' << client;
    }
  }
}

TEST(Invariance, OfWhatElseGoesOn) {
  const auto all = conversations();
  Conversation other = all[1];
  other.ends.client_port = 49999;
  const Records alone = play(cut(all[0], 100));
  const Records beside = play(cut(other, 100));
  Records want = alone;
  want.insert(want.end(), beside.begin(), beside.end());
  const Capture both = interleave(cut(all[0], 100), cut(other, 100));
  EXPECT_EQ(sorted(play(both)), sorted(want));
}

}  // namespace
}  // namespace rpcsieve::test

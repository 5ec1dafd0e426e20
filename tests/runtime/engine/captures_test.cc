// What invariance_test.cc asks of conversations that were made up, asked of recorded ones: real
// clients and servers, however the network had cut, mixed, repeated and interleaved their packets.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "runtime/capture/reader.h"
#include "runtime/engine/dealer.h"
#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

struct Frame {
  packet::LinkType link;
  Buffer bytes;
  Timestamp time;
};
using Frames = std::vector<Frame>;

Frames read(const std::string& path) {
  std::string error;
  const auto reader = capture::Reader::open(path, error);
  Frames frames;
  if (!reader) return frames;
  const auto link = static_cast<packet::LinkType>(reader->link_type());
  for (auto packets = reader->next(); !packets.empty(); packets = reader->next())
    for (const Captured& packet : packets)
      frames.push_back({link, {packet.bytes.begin(), packet.bytes.end()}, packet.time});
  EXPECT_EQ(reader->damage(), "") << path;
  return frames;
}

// recorded gives the lab's captures, by name. The longest are left to others, for the sake of time.
const std::map<std::string, Frames>& recorded() {
  static const auto all = [] {
    std::map<std::string, Frames> captures;
    const std::filesystem::path folder = RPCSIEVE_SOURCE_DIR "/pcaps";
    constexpr std::uintmax_t kMostBytes = 200'000;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() == ".pcap" && entry.file_size() < kMostBytes)
        captures[entry.path().lexically_relative(folder)] = read(entry.path());
    }
    return captures;
  }();
  return all;
}

engine::Options every_call() {
  engine::Options options;
  options.every_call = true;
  options.limits.flows = 4096;
  return options;
}

// play gives the records in an order of their own: flows may end in another. A packet of which many
// were made comes as late as all of them, and takes as many blocks: the limits that count packets
// and blocks are so much higher.
Records play(const Frames& frames, std::size_t pieces = 1) {
  engine::Options options = every_call();
  options.limits.hole_packets *= static_cast<std::uint32_t>(pieces);
  options.limits.stream_blocks_per_flow *= pieces;
  Sensor sensor(options);
  for (const Frame& frame : frames) sensor.push(frame.link, frame.bytes, frame.time);
  return sorted(sensor.finish().records());
}

// retimed gives the packets the times of the capture again, in their new order.
Frames retimed(Frames frames, const Frames& original) {
  for (std::size_t i = 0; i < frames.size(); ++i)
    frames[i].time = original[std::min(i, original.size() - 1)].time;
  return frames;
}

std::string text(const IpAddress& address) { return print(address); }

// cut gives a segment in pieces of at most n bytes of payload, and every other packet as it is.
void cut(const Frame& frame, std::size_t n, Frames& out) {
  packet::Segment s;
  const auto length = static_cast<std::uint32_t>(frame.bytes.size());
  const bool tcp_data =
      packet::decode(frame.link, frame.bytes, length, s) == packet::Verdict::kTcp &&
      !s.payload.empty() && s.payload.size() == s.payload_len && !s.syn && !s.rst;
  if (!tcp_data) return out.push_back(frame);
  for (std::size_t at = 0; at < s.payload.size(); at += n) {
    const Bytes piece = s.payload.subspan(at, std::min(n, s.payload.size() - at));
    TcpPacket packet =
        tcp(text(s.source.address), s.source.port, text(s.destination.address), s.destination.port);
    packet.sequence(s.sequence + static_cast<std::uint32_t>(at));
    if (s.ack) packet.acknowledgment(s.acknowledgment);
    if (s.fin && at + n >= s.payload.size()) packet.fin();
    packet.payload({piece.begin(), piece.end()});
    out.push_back({packet::LinkType::kEthernet, packet.ethernet(), frame.time});
  }
}

// What the longest of these frames holds.
constexpr std::size_t kMostPayload = 65'536;

Frames cut(const Frames& frames, std::size_t n) {
  Frames out;
  for (const Frame& frame : frames) cut(frame, n, out);
  return out;
}

// A capture that begins in the middle of a stream begins with the first segment that looks like the
// beginning of a message: which one that is may depend on cut and order.
bool begins_in_the_middle(const std::string& name) {
  return name.find("midstream") != std::string::npos;
}

// Handshakes keep their places: they are a round trip apart.
bool is_handshake(const Frame& frame) {
  packet::Segment s;
  const auto length = static_cast<std::uint32_t>(frame.bytes.size());
  return packet::decode(frame.link, frame.bytes, length, s) == packet::Verdict::kTcp &&
         (s.syn || s.payload.empty());
}

// shuffled mixes packets within windows of so many.
Frames shuffled(const Frames& frames, std::ptrdiff_t window, std::mt19937& random) {
  Frames out = frames;
  for (auto from = out.begin(); from < out.end();) {
    auto to = from;
    while (to < out.end() && to - from < window && !is_handshake(*to)) ++to;
    std::shuffle(from, to, random);
    from = to == from ? to + 1 : to;
  }
  return retimed(std::move(out), frames);
}

Frames each_twice(const Frames& frames) {
  Frames out;
  for (const Frame& frame : frames) out.insert(out.end(), {frame, frame});
  return out;
}

TEST(Captures, AreThere) { EXPECT_GT(recorded().size(), 20U); }

TEST(Captures, CutInAnyWayGiveTheSameRecords) {
  for (const auto& [name, frames] : recorded()) {
    if (begins_in_the_middle(name)) continue;
    const Records want = play(frames);
    for (const std::size_t n : {1U, 7U, 100U, 1000U})
      EXPECT_EQ(play(cut(frames, n), kMostPayload / n + 1), want) << name << ", cut to " << n;
  }
}

TEST(Captures, InAnotherOrderGiveTheSameRecords) {
  std::mt19937 random(1);
  for (const auto& [name, frames] : recorded()) {
    if (begins_in_the_middle(name)) continue;
    const Records want = play(frames);
    for (const std::ptrdiff_t window : {2, 3, 8}) {
      EXPECT_EQ(play(shuffled(frames, window, random)), want) << name << ' ' << window;
      EXPECT_EQ(play(shuffled(cut(frames, 100), window, random)), want) << name << " cut";
    }
  }
}

TEST(Captures, RepeatedGiveTheSameRecords) {
  for (const auto& [name, frames] : recorded())
    EXPECT_EQ(play(each_twice(frames)), play(frames)) << name;
}

// All captures at once, each in a network of its own: VLAN tags tell them apart, as on a mirror
// port. Where two have the same connection, which none here has, they would be one.
TEST(Captures, InterleavedGiveTheRecordsOfEach) {
  Records want;
  Frames mixed;
  std::size_t longest = 0;
  for (const auto& [name, frames] : recorded()) {
    const Records records = play(frames);
    want.insert(want.end(), records.begin(), records.end());
    longest = std::max(longest, frames.size());
  }
  for (std::size_t i = 0; i < longest; ++i) {
    for (const auto& [name, frames] : recorded()) {
      if (i < frames.size()) mixed.push_back(frames[i]);
    }
  }
  for (std::size_t i = 0; i < mixed.size(); ++i)
    mixed[i].time.us = static_cast<std::int64_t>(i) * 10;
  EXPECT_EQ(play(mixed), sorted(std::move(want)));
}

TEST(Captures, OnAnyNumberOfThreadsGiveTheSameRecords) {
  for (const std::size_t threads : {2U, 4U}) {
    Records records;
    engine::Dealer dealer(sensor_database(), sensor_matcher(), every_call(), threads,
                          [&](const alert::Record& record) { records.push_back(print(record)); });
    for (const auto& [name, frames] : recorded()) {
      for (const Frame& frame : frames) {
        dealer.push(frame.link, frame.bytes, static_cast<std::uint32_t>(frame.bytes.size()),
                    frame.time);
      }
      dealer.finish();
      EXPECT_EQ(sorted(std::exchange(records, {})), play(frames)) << name;
    }
  }
}

// settled leaves out how a call ended, and that its request was cut.
std::string settled(const std::string& record) { return record.substr(0, record.rfind(": ")); }

// A capture that ends early gives a part of the records; requests that it cuts apart.
TEST(Captures, ThatEndEarlyGiveNothingElse) {
  for (const auto& [name, frames] : recorded()) {
    std::multiset<std::string> all;
    for (const std::string& record : play(frames)) all.insert(settled(record));
    const std::size_t step = std::max<std::size_t>(1, frames.size() / 40);
    for (std::size_t n = 0; n < frames.size(); n += step) {
      const Frames some(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(n));
      std::multiset<std::string> left = all;
      for (const std::string& record : play(some)) {
        if (record.find(" cut") != std::string::npos) continue;
        if (record.rfind("blind stubs_cut", 0) == 0) continue;
        const auto found = left.find(settled(record));
        EXPECT_NE(found, left.end()) << name << " of " << n << " packets: " << record;
        if (found != left.end()) left.erase(found);
      }
    }
  }
}

}  // namespace
}  // namespace rpcsieve::test

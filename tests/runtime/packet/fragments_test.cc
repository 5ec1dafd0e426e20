// Datagrams in fragments: any order, repetition, overlap and cut of them give the same packet.
#include "runtime/packet/fragments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "runtime/packet/decoder.h"
#include "tests/runtime/packet/print.h"
#include "tests/support/allocations.h"
#include "tests/support/encapsulations.h"

namespace rpcsieve::packet {
namespace {

using namespace test;
using Frames = std::vector<Buffer>;
using Texts = std::vector<std::string>;

constexpr std::int64_t kSecond = 1'000'000;

// Probe decodes packets without a link, and prints what becomes of them, fragments that are kept
// aside.
class Probe {
 public:
  explicit Probe(const Limits& limits = {}) : decoder_(limits, counters_) {}

  Probe& push(const Buffer& packet, std::size_t cut = 0) {
    const Buffer captured(packet.begin(), packet.end() - static_cast<std::ptrdiff_t>(cut));
    now_.us += 100;
    decoder_.push(LinkType::kRaw, captured, static_cast<std::uint32_t>(packet.size()), now_);
    return drain();
  }
  Probe& push(const Frames& packets) {
    for (const Buffer& packet : packets) push(packet);
    return *this;
  }
  Probe& flush() {
    decoder_.flush();
    return drain();
  }
  Probe& wait(std::int64_t us) { return now_.us += us, *this; }
  Texts texts() { return std::exchange(texts_, {}); }
  [[nodiscard]] std::uint64_t count(Counter counter) const { return counters_[counter]; }

 private:
  Probe& drain() {
    while (const Packet* packet = decoder_.next()) {
      EXPECT_EQ(packet->time.us, now_.us);
      if (packet->verdict == Verdict::kFragment) continue;
      texts_.push_back(packet::print(packet->verdict, packet->segment));
    }
    return *this;
  }

  Counters counters_;
  Decoder decoder_;
  Timestamp now_{kSecond};
  Texts texts_;
};

// counted is bytes of which no two neighbours are alike.
Buffer counted(std::size_t n) {
  Buffer bytes(n);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

TcpPacket v4(std::size_t n = 60) {
  return tcp("10.0.0.1", 1025, "10.0.0.2", 445).sequence(7).payload(counted(n));
}
TcpPacket v6(std::size_t n = 60) {
  return tcp("fd00::1", 1025, "fd00::2", 445).sequence(7).payload(counted(n));
}
Frames both() { return {v4().ip(), v6().ip()}; }

Texts whole(const Buffer& packet) { return Probe().push(packet).texts(); }

TEST(Fragments, GiveTheirDatagramInAnyOrder) {
  std::mt19937 random(1);
  for (const Buffer& packet : {v4(5000).ip(), v6(5000).ip(), v4(7).ip(),
                               udp("10.0.0.1", 1, "10.0.0.2", 2, counted(9000))}) {
    const Texts want = whole(packet);
    for (const std::size_t size : {8U, 16U, 24U, 1480U, 4096U}) {
      Frames pieces = fragments(packet, size);
      EXPECT_EQ(Probe().push(pieces).texts(), want) << size;
      std::reverse(pieces.begin(), pieces.end());
      EXPECT_EQ(Probe().push(pieces).texts(), want) << size;
      std::shuffle(pieces.begin(), pieces.end(), random);
      EXPECT_EQ(Probe().push(pieces).texts(), want) << size;
      const Frames again(pieces.begin(), pieces.end() - 1);
      pieces.insert(pieces.end() - 1, again.begin(), again.end());
      EXPECT_EQ(Probe().push(pieces).texts(), want) << size;
    }
  }
}

TEST(Fragments, OfManyDatagramsMix) {
  const Buffer first = v4().ip(), second = v4(61).ip(), third = v6().ip();
  Probe probe;
  const std::vector<Frames> pieces = {fragments(first, 24, 1), fragments(second, 24, 2),
                                      fragments(third, 24, 1)};
  for (std::size_t i = 0; i < pieces[0].size(); ++i) {
    for (const Frames& some : pieces) probe.push(some[i]);
  }
  Texts want = whole(first);
  for (const Buffer& packet : {second, third}) want.push_back(whole(packet).front());
  EXPECT_EQ(probe.texts(), want);
  EXPECT_EQ(probe.count(Counter::packet_reassembled), 3U);
}

// altered has other bytes in a packet's payload, which is what overlaps differ in.
Buffer altered(Buffer packet) {
  for (std::size_t i = packet.size() - 40; i < packet.size(); ++i) packet[i] = 0xee;
  return packet;
}

TEST(Fragments, BytesThatCameFirstCount) {
  for (const Buffer& packet : both()) {
    const Frames overlapping[] = {
        {fragment(packet, 0, 64), fragment(altered(packet), 0, 64), fragment(packet, 64, 64)},
        {fragment(packet, 0, 64), fragment(altered(packet), 40, 32), fragment(packet, 64, 64)},
        {fragment(packet, 64, 64), fragment(altered(packet), 40, 64), fragment(packet, 0, 40)},
    };
    EXPECT_EQ(Probe().push(overlapping[0]).texts(), whole(packet));
    for (const std::size_t i : {1U, 2U}) {
      const Texts got = Probe().push(overlapping[i]).texts();
      ASSERT_EQ(got.size(), 1U) << i;
      EXPECT_NE(got, whole(packet)) << i;
      EXPECT_NE(got.front().find("eeeeeeee"), std::string::npos) << i;
      EXPECT_EQ(got.front().size(), whole(packet).front().size()) << i;
    }
  }
}

// A fragment that gives its datagram another end than the others did is as if it had not come.
TEST(Fragments, AreRefusedIfTheyContradict) {
  for (TcpPacket (*make)(std::size_t) : {v4, v6}) {
    const Buffer packet = make(60).ip(), longer = make(100).ip(), shorter = make(20).ip();
    const Frames pieces = fragments(packet, 32);  // the last one ends at 80
    const std::pair<const char*, Frames> cases[] = {
        {"another end", {pieces[2], fragment(longer, 80, 40), pieces[0], pieces[1]}},
        {"beyond the end", {pieces[2], fragment(longer, 80, 16), pieces[0], pieces[1]}},
        {"end before what came", {pieces[0], pieces[1], fragment(shorter, 32, 8), pieces[2]}},
    };
    for (const auto& [name, frames] : cases) {
      const Texts want = {"bad ip", whole(packet).front()};
      EXPECT_EQ(Probe().push(frames).texts(), want) << name;
    }
  }
}

TEST(Fragments, OfNoPossibleDatagramAreRefused) {
  const auto piece = [](std::uint16_t flags_offset, std::size_t size) {
    return v4(size - 20).fragment(flags_offset).ip();
  };
  EXPECT_EQ(Probe().push(piece(0x2000, 23)).texts(), Texts{"bad ip"});  // ragged
  EXPECT_EQ(Probe().push(piece(0x1ffe, 24)).texts(), Texts{"bad ip"});  // beyond 65,535
  EXPECT_EQ(Probe().push(v4().fragment(0x2001).ip_length(20).ip()).texts(), Texts{"bad ip"});
  EXPECT_EQ(Probe().push(v6().extension(44, 1).ip_length(8).ip()).texts(), Texts{"bad ip"});
  EXPECT_EQ(Probe().push(piece(0x1ffc, 31)).texts(), Texts());  // its last byte is the 65,535th
}

TEST(Fragments, GiveTheLargestDatagram) {
  const Buffer packet = udp("fd00::1", 1, "fd00::2", 2, counted(65527));
  Frames pieces = fragments(packet, 1448);
  std::reverse(pieces.begin(), pieces.end());
  EXPECT_EQ(Probe().push(pieces).texts(), whole(packet));
}

// In each tunnel, and tunnels in fragments; the fragments of a tunnel may hold fragments.
TEST(Fragments, AreFoundInsideAndOutsideOfTunnels) {
  const Buffer packet = v4(300).ip();
  const Buffer tunnels[] = {vxlan(ethernet(packet)),
                            geneve(ethernet(packet), 0x6558, 2),
                            gre(packet, 0x0800, kGreKey),
                            erspan3(ethernet(packet), true),
                            ip_in_ip(packet),
                            ip_in_ipv6(packet)};
  for (const Buffer& tunnel : tunnels)
    EXPECT_EQ(Probe().push(fragments(tunnel, 64)).texts(), whole(packet));
  Probe probe;
  std::uint32_t identification = 10;
  for (const Buffer& inner : fragments(packet, 64)) {
    for (const Buffer& outer : fragments(vxlan(ethernet(inner)), 40, identification++))
      probe.push(fragments(gre(outer, 0x0800), 24, identification++));
  }
  EXPECT_EQ(probe.texts(), whole(packet));
}

// IPv6 may have extension headers behind the fragment header; only the first fragment's word for
// what follows counts [RFC 8200 §4.5].
TEST(Fragments, OfIpv6MayBeginWithExtensions) {
  const Buffer packet = v6().extension(60).ip();
  EXPECT_EQ(whole(packet), whole(v6().ip()));
  Frames pieces = fragments(packet, 24);
  pieces[1][40] = 17;
  std::swap(pieces[0], pieces[1]);
  EXPECT_EQ(Probe().push(pieces).texts(), whole(packet));
  Buffer again = pieces[1];
  again[40] = 17;  // the protocol, of a first fragment that comes too late
  EXPECT_EQ(Probe().push(pieces[1]).push(again).push(pieces).texts(), whole(packet));
}

TEST(Fragments, SaySnaplenCuts) {
  const Buffer packet = v4(60).ip();  // 80 bytes behind the IP header
  const Frames pieces = fragments(packet, 40);
  const std::string start = "10.0.0.1/1025>10.0.0.2/445 seq=7 ";
  EXPECT_EQ(Probe().push(pieces[0]).push(pieces[1], 39).texts(),
            Texts{start + "000102030405060708090a0b0c0d0e0f1011121314+39"});
  EXPECT_EQ(Probe().push(pieces[1]).push(pieces[0], 18).texts(), Texts{start + "0001+58"});
  // What was captured of another copy comes too late: the bytes came, uncaptured.
  EXPECT_EQ(Probe().push(pieces[0], 18).push(pieces[0]).push(pieces[1]).texts(),
            Texts{start + "0001+58"});
  EXPECT_EQ(Probe().push(pieces[0], 30).push(pieces[1]).texts(), Texts{"truncated"});
}

// What a datagram begins with is given when the rest is no longer waited for. Where it would end is
// not known: so much was sent at least, and a FIN has no place.
TEST(Fragments, ThatStayAloneAreACutPacket) {
  const Frames pieces = fragments(v4(60).fin().ip(), 40);
  const Frames three = fragments(v4(60).fin().ip(), 32);
  const std::string start =
      "10.0.0.1/1025>10.0.0.2/445 seq=7 000102030405060708090a0b0c0d0e0f10111213";
  EXPECT_EQ(Probe().push(pieces[0]).flush().texts(), Texts{start});
  EXPECT_EQ(Probe().push(pieces[1]).flush().texts(), Texts());
  const std::string short_start = "10.0.0.1/1025>10.0.0.2/445 seq=7 F000102030405060708090a0b+48";
  EXPECT_EQ(Probe().push(three[0]).push(three[2]).flush().texts(), Texts{short_start});
  const Buffer datagram = udp("10.0.0.1", 1, "10.0.0.2", 2, counted(100));
  EXPECT_EQ(Probe().push(fragment(datagram, 0, 16)).flush().texts(),
            Texts{"udp 10.0.0.1/1>10.0.0.2/2 0001020304050607+92"});
  const Buffer tunnel = vxlan(ethernet(v4(2).ip()));
  EXPECT_EQ(Probe().push(fragment(tunnel, 0, 72)).flush().texts(),
            Texts{"10.0.0.1/1025>10.0.0.2/445 seq=7 0001"});
}

TEST(Fragments, AreWaitedForSoLong) {
  const Frames pieces = fragments(v4().ip(), 40);
  const Limits limits;
  Probe in_time;
  in_time.push(pieces[0]).wait(limits.fragment_wait_us - 200).push(pieces[1]);
  EXPECT_EQ(in_time.texts(), whole(v4().ip()));
  Probe late;
  late.push(pieces[0]).wait(limits.fragment_wait_us).push(pieces[1]);
  EXPECT_EQ(late.texts(), Texts{"10.0.0.1/1025>10.0.0.2/445 seq=7 "
                                "000102030405060708090a0b0c0d0e0f10111213"});
  EXPECT_EQ(late.count(Counter::packet_fragments_unfinished), 1U);
}

// After a flush nothing is left that a following capture could complete.
TEST(Fragments, DoNotOutliveTheCapture) {
  const Frames pieces = fragments(v4().ip(), 40);
  Probe probe;
  EXPECT_EQ(probe.push(pieces[1]).flush().push(pieces[0]).texts(), Texts());
  EXPECT_EQ(probe.push(pieces[1]).texts(), whole(v4().ip()));
}

// A flood makes room for itself at the cost of the oldest, so a datagram whose fragments follow one
// another is seen in the midst of it.
TEST(Fragments, FloodsEvictTheOldest) {
  Limits limits;
  limits.fragment_datagrams = 50;
  limits.fragment_blocks = 80;
  Probe probe(limits);
  const Buffer packet = v4(3000).ip();
  for (std::uint32_t i = 0; i < 2000; ++i) {
    probe.push(fragment(v6(9000).ip(), 2048 * (i % 4), 8, i));
    if (i % 100 != 99) continue;
    EXPECT_EQ(probe.push(fragments(packet, 1480, i)).texts().back(), whole(packet).front());
  }
  EXPECT_EQ(probe.count(Counter::packet_reassembled), 20U);
  EXPECT_GT(probe.count(Counter::packet_fragments_evicted), 1900U);
}

// A datagram with a byte in each block holds them all; then the blocks are short, not the entries.
TEST(Fragments, FloodsOfBlocksEvictTheOldest) {
  Limits limits;
  limits.fragment_blocks = 3 * kBlocksPerDatagram;
  Probe probe(limits);
  const Buffer packet = udp("10.0.0.1", 1, "10.0.0.2", 2, counted(65000));
  for (std::uint32_t i = 0; i < 100; ++i) {
    for (std::size_t at = kFragmentBlockBytes; at < 65000; at += kFragmentBlockBytes)
      probe.push(fragment(packet, at, 8, i));
  }
  EXPECT_EQ(probe.push(fragments(packet, 1480, 1000)).texts(), whole(packet));
  EXPECT_GT(probe.count(Counter::packet_fragments_evicted), 90U);
}

TEST(Fragments, AllocateNothing) {
  Counters counters;
  Decoder decoder(Limits{}, counters);
  const Frames pieces = fragments(vxlan(ethernet(v4(3000).ip())), 800);
  const std::size_t before = allocations();
  for (std::int64_t i = 0; i < 1000; ++i) {
    const Buffer& piece = pieces[static_cast<std::size_t>(i) % pieces.size()];
    decoder.push(LinkType::kRaw, piece, static_cast<std::uint32_t>(piece.size()), {i});
    while (decoder.next() != nullptr) {
    }
  }
  EXPECT_EQ(allocations() - before, 0U);
  EXPECT_EQ(counters[Counter::packet_reassembled], 1000 / pieces.size());
}

}  // namespace
}  // namespace rpcsieve::packet

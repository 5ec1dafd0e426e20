// Compressed messages, through a whole channel: what is in them comes out as if it were not
// compressed, and what cannot be read is a blind spot.
#include <gtest/gtest.h>

#include <random>

#include "tests/runtime/smb/player.h"
#include "tests/support/allocations.h"

namespace rpcsieve::test {
namespace {

using smb2::compressed_chain;
using smb2::compressed_single;
using smb2::Compression;
using smb2::Message;
using smb2::ShareType;
using smb2::transceive;
using smb2::transceive_response;
using smb2::write;

constexpr auto kHuffman = Compression::kLz77Huffman;

Buffer ipc() {
  return smb2::tree_connect_response(ShareType::kPipe).build() + smb2::create("lsarpc").build() +
         smb2::create_response(7).build();
}

Buffer disk() { return smb2::tree_connect_response(ShareType::kDisk).build(); }

const Buffer kWrite = write(7, pdu(3000)).message();
const Units kWritten = {"data 0 lsarpc c>s 3000"};

// patched overwrites four bytes, counted from behind the session service header.
Buffer patched(Buffer wire, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i)
    wire.at(4 + at + i) = static_cast<std::uint8_t>(value >> 8 * i);
  return wire;
}

Buffer compound_message() {
  const Buffer wire = smb2::compound({write(7, pdu(800)), write(7, pdu(900))});
  return {wire.begin() + 4, wire.end()};
}

struct Case {
  std::string_view name;
  Buffer wire;
  Units want;
};

const Case kRead[] = {
    {"all of it, LZ77", compressed_single(kWrite, Compression::kLz77, 0), kWritten},
    {"all of it, LZNT1", compressed_single(kWrite, Compression::kLznt1, 0), kWritten},
    {"all of it, LZ77+Huffman", compressed_single(kWrite, kHuffman, 0), kWritten},
    {"all of it, LZ4", compressed_single(kWrite, Compression::kLz4, 0), kWritten},
    {"all but the header", compressed_single(kWrite, Compression::kLz77, 112), kWritten},
    {"all but the header, LZ77+Huffman", compressed_single(kWrite, kHuffman, 112), kWritten},
    {"nothing is compressed", compressed_single(kWrite, Compression::kNone, 40), kWritten},
    {"an answer",
     compressed_single(transceive_response(7, pdu(2000)).message(), Compression::kLz77, 64),
     {"data 0 lsarpc s>c 2000"}},
    {"a compound",
     compressed_single(compound_message(), Compression::kLz77, 0),
     {"data 0 lsarpc c>s 800", "data 0 lsarpc c>s 900"}},
    {"a chain of one", compressed_chain(kWrite, {{Compression::kLz77, 4000}}), kWritten},
    {"a chain of all algorithms",
     compressed_chain(kWrite, {{Compression::kNone, 112},
                               {Compression::kLz77, 300},
                               {kHuffman, 1000},
                               {Compression::kLznt1, 600},
                               {Compression::kLz4, 600},
                               {Compression::kPatternV1, 500}}),
     kWritten},
    {"a chain that begins with a pattern, in an answer's header",
     compressed_chain(transceive_response(7, pdu(900)).message(),
                      {{Compression::kNone, 24}, {Compression::kLz77, 80}, {kHuffman, 1000}}),
     {"data 0 lsarpc s>c 900"}},
};

TEST(Compression, IsRead) {
  for (const auto& c : kRead) {
    Player player;
    player(ipc());
    EXPECT_EQ(player(c.wire), c.want) << c.name;
    EXPECT_EQ(player.count(Counter::smb_decompressed), 1U) << c.name;
    EXPECT_EQ(player.count(Counter::smb_compressed), 0U) << c.name;
    EXPECT_EQ(player.count(Counter::smb_malformed), 0U) << c.name;
  }
}

TEST(Compression, IsReadInEverySplit) {
  for (const auto& c : kRead) {
    SCOPED_TRACE(c.name);
    for (const std::size_t n : {1U, 5U, 100U, 124U, 125U, 300U, 1460U}) {
      Units want = feed(Player(), ipc(), 1, 1);
      want.insert(want.end(), c.want.begin(), c.want.end());
      EXPECT_EQ(feed(Player(), ipc() + c.wire, n, n), want) << n;
    }
  }
}

const Buffer kSingle = compressed_single(kWrite, Compression::kLz77, 112);
const Buffer kChain = compressed_chain(kWrite, {{Compression::kNone, 112}, {kHuffman, 4000}});

const Case kBlind[] = {
    {"no algorithm", patched(kSingle, 8, 9), {}},
    {"CVE-2020-0796: a size that wraps with the offset", patched(kSingle, 4, UINT32_MAX), {}},
    {"CVE-2020-0796: an offset that wraps with the size",
     patched(patched(kSingle, 12, UINT32_MAX), 4, 120),
     {}},
    {"an offset beyond the message", patched(kSingle, 12, 100'000), {}},
    {"more bytes than there are", patched(kSingle, 4, 3001), {}},
    {"more than is ever sent", patched(kSingle, 4, 64 << 20), {}},
    {"a damaged segment", patched(kSingle, 16 + 112, 0xffffffff), {}},
    {"a segment longer than its message", patched(kChain, 12, 1 << 20), {}},
    {"a segment without its size", patched(kChain, 8 + 8 + 112 + 4, 3), {}},
    {"a segment that gives less than it says", patched(kChain, 8 + 8 + 112 + 8, 3001), {}},
    {"a chain that gives less than it says", patched(kChain, 4, 4000), {}},
    {"a chain that gives more than it says", patched(kChain, 4, 2000), {}},
    {"an encrypted message", compressed_single(smb2::encrypted(7), Compression::kLz77, 0), {}},
    {"SMB1", compressed_single(smb1::write_andx(7, pdu(90)).message(), Compression::kLz77, 0), {}},
    {"less than a header",
     compressed_single(hex("fe534d42") + Buffer(40), Compression::kLz77, 0),
     {}},
    {"a header alone", session_message(hex("fc534d42 00010000 0200 0000 00000000")), {}},
};

TEST(Compression, ThatCannotBeReadIsABlindSpot) {
  for (const auto& c : kBlind) {
    Player player;
    player(ipc());
    EXPECT_EQ(player(c.wire), Units{"compressed"}) << c.name;
    EXPECT_EQ(player.count(Counter::smb_compressed), 1U) << c.name;
    EXPECT_EQ(player(c.wire), Units{}) << c.name << ": it is said once";
    EXPECT_EQ(player(write(7, pdu(9)).build()), Units{"data 0 lsarpc c>s 9"}) << c.name;
  }
}

TEST(Compression, OfManyTimesItsLengthIsNotLookedAt) {
  Limits limits;
  limits.smb_plain_ratio = 100;
  const auto play_zeros = [&](std::size_t n) {
    Player player(limits);
    player(ipc());
    const Buffer message = write(7, hex("0500") + Buffer(n)).message();
    return player(
        compressed_chain(message, {{Compression::kNone, 114}, {Compression::kPatternV1, n}}));
  };
  EXPECT_EQ(play_zeros(60'000), Units{"data 0 lsarpc c>s 60002"});
  EXPECT_EQ(play_zeros(600'000), Units{"compressed"});
}

TEST(Compression, IsReadUpToTheLimitOfAMessage) {
  Limits limits;
  limits.smb_message_bytes = 1000;
  Player player(limits);
  player(ipc());
  EXPECT_EQ(player(compressed_chain(kWrite,
                                    {{Compression::kNone, 400}, {Compression::kPatternV1, 4000}})),
            Units{"data 0 lsarpc c>s 888 lost=2112"});
}

// File contents are not decompressed: damage in them is not even noticed.
TEST(Compression, OfFilesIsPassedOver) {
  const Buffer read = smb2::read_response(other(100'000)).message();
  for (const Buffer& wire :
       {compressed_single(read, Compression::kLz77, 80),
        compressed_single(read, Compression::kLz77, 0), compressed_single(read, kHuffman, 80),
        compressed_chain(read, {{Compression::kNone, 80}, {kHuffman, 200'000}})}) {
    Player player;
    player(disk());
    EXPECT_EQ(player.channel().wanted(Bytes(wire).subspan(4, 120), wire.size() - 4), 120U);
    EXPECT_EQ(player(wire), Units{});
    EXPECT_EQ(player.count(Counter::smb_decompressed), 1U);
    EXPECT_EQ(player(wire + smb2::encrypted(3)), Units{"encrypted 3"});
  }
}

TEST(Compression, ThatIsCutIsReadAsFarAsItGoes) {
  for (std::size_t n = 0; n < kSingle.size(); ++n) {
    Player player;
    player(ipc());
    const Units units = player.cut(kSingle, n);
    ASSERT_LE(units.size(), 1U);
    std::size_t got = 0, lost = 0;
    if (!units.empty() && units[0] != "compressed") {
      ASSERT_EQ(std::sscanf(units[0].c_str(), "data 0 lsarpc c>s %zu lost=%zu", &got, &lost), 2)
          << units[0];
      EXPECT_EQ(got + lost, 3000U) << n;
    }
    EXPECT_EQ(player(write(7, pdu(9)).build()), Units{"data 0 lsarpc c>s 9"}) << n;
  }
}

TEST(Compression, FlippedBitsPassNothingOutOfBounds) {
  for (const Buffer& good : {kSingle, kChain}) {
    for (std::size_t bit = 32; bit < good.size() * 8; ++bit) {
      Buffer wire = good;
      wire[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      Player player;
      player(ipc());
      EXPECT_LE(player(wire).size(), 2U);
    }
  }
}

// What a client says in the server's name is dropped, in each member of a compound too.
TEST(Compression, HidesNoForgedAnswer) {
  Counters counters;
  smb::Channel channel(Limits(), counters, begins_as_rpc);
  const auto events = [&](const Buffer& wire, smb::Channel::Sender sender) {
    channel.push({wire, wire.size(), {}, false}, sender);
    std::size_t n = 0;
    while (channel.next()) ++n;
    return n;
  };
  using Sender = smb::Channel::Sender;
  EXPECT_EQ(events(write(7, pdu(9)).build(), Sender::kClient), 1U);
  const Message forged = transceive_response(7, pdu(90));
  EXPECT_EQ(events(forged.build(), Sender::kClient), 0U);
  EXPECT_EQ(events(compressed_single(forged.message(), Compression::kLz77, 0), Sender::kClient),
            0U);
  EXPECT_EQ(events(smb2::compound({write(7, pdu(9)), forged}), Sender::kClient), 1U);
  EXPECT_EQ(counters[Counter::smb_malformed], 3U);
  EXPECT_EQ(events(write(7, pdu(9)).build(), Sender::kServer), 0U);
  EXPECT_EQ(events(forged.build(), Sender::kServer), 1U);
  EXPECT_EQ(counters[Counter::smb_malformed], 4U);
}

TEST(Compression, AllocatesNothingOnceWarm) {
  Counters counters;
  smb::Channel channel(Limits(), counters, begins_as_rpc);
  const auto round = [&] {
    for (const auto& c : kRead) {
      channel.push({c.wire, c.wire.size(), {}, false});
      while (channel.next()) {
      }
    }
  };
  round();
  const std::size_t before = allocations();
  for (int i = 0; i < 10; ++i) round();
  EXPECT_EQ(allocations(), before);
}

}  // namespace
}  // namespace rpcsieve::test

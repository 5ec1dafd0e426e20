// The algorithms of [MS-XCA]: its published examples, every form of a length and a code, and what
// is cut or damaged.
#include "runtime/smb/decoders.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "tests/support/forge.h"

namespace rpcsieve::test {
namespace {

using Decode = bool (*)(Bytes, smb::Plain&);

// Both have exactly the size that they should, so that AddressSanitizer sees a byte more.
std::optional<Buffer> decoded(Decode decode, const Buffer& in, std::size_t room_bytes) {
  const std::unique_ptr<std::uint8_t[]> copy(new std::uint8_t[in.size()]);
  std::copy(in.begin(), in.end(), copy.get());
  Buffer room(room_bytes);
  room.shrink_to_fit();
  smb::Plain plain(room);
  if (!decode(Bytes(copy.get(), in.size()), plain)) return std::nullopt;
  room.resize(plain.size());
  return room;
}

Buffer text(std::string_view value) { return {value.begin(), value.end()}; }

Buffer repeated(const Buffer& part, std::size_t n) {
  Buffer all;
  while (n-- > 0) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// huffman puts the code lengths of a few places of the table before the bits.
Buffer huffman(const std::vector<std::pair<std::size_t, Buffer>>& lengths, const Buffer& bits) {
  Buffer out(256);
  for (const auto& [at, bytes] : lengths)
    std::copy(bytes.begin(), bytes.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
  return out + bits;
}

struct Example {
  std::string_view name;
  Decode decode;
  Buffer in;
  Buffer want;
};

const Buffer kAlphabet = text("abcdefghijklmnopqrstuvwxyz");

// [MS-XCA §3.1, §3.2, §3.3], and what lz4 1.9.4 writes.
const Example kPublished[] = {
    {"LZ77: literals", smb::decode_lz77, hex("3f000000") + kAlphabet, kAlphabet},
    {"LZ77: a match", smb::decode_lz77, hex("ffffff1f 616263 1700 0f ff 2601"),
     repeated(text("abc"), 100)},
    {"LZ77+Huffman: literals", smb::decode_lz77_huffman,
     huffman({{0x30, hex("50555555555555555555554544 04")}, {0x80, hex("04")}},
             hex("d8523ed7 94115be9 195ff9d6 7cdf8d04 00000000")),
     kAlphabet},
    {"LZ77+Huffman: a match", smb::decode_lz77_huffman,
     huffman({{0x30, hex("3023")}, {0x80, hex("02")}, {0x8f, hex("20")}}, hex("a8dc0000 ff2601")),
     repeated(text("abc"), 100)},
    {"LZNT1", smb::decode_lznt1,
     hex("38b08846232000204720410010a24701a045204400084501507900c0452005241388"
         "05b4024a44ef0358028c091601484500be009e000401189000"),
     text("F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G "
          "F# D E F# G F# E D E A F# F# G A A G F# E D D E F# E D D")},
    {"LZ4", smb::decode_lz4, hex("3f6162630300ff12506263616263"), repeated(text("abc"), 100)},
};

TEST(Decoders, ReadThePublishedExamples) {
  for (const auto& c : kPublished)
    EXPECT_EQ(decoded(c.decode, c.in, c.want.size()), c.want) << c.name;
}

// Every form that a length can take, and both halves of the byte that two of them share.
TEST(Decoders, ReadMatchesOfEveryLength) {
  for (const std::uint32_t n :
       {3U,   4U,   9U,   10U,  17U,  18U,   19U,    24U,    25U,    26U,    272U,
        273U, 279U, 280U, 281U, 300U, 4000U, 65535U, 65538U, 65539U, 70000U, 200000U}) {
    const Items items = {{'a'}, {'b'}, {'c'}, {0, n, 3}, {'d'}, {0, n, 1}, {0, 20, 2}, {'e'}};
    const Buffer want = expand(items);
    EXPECT_EQ(decoded(smb::decode_lz77, lz77(items), want.size()), want) << n;
    EXPECT_EQ(decoded(smb::decode_lz77_huffman, lz77_huffman(items), want.size()), want) << n;
    EXPECT_EQ(decoded(smb::decode_lz4, lz4(items), want.size()), want) << n;
  }
}

TEST(Decoders, ReadMatchesOfEveryDistance) {
  Items items = literals(Buffer(10, 'x'));
  for (std::uint32_t i = 0; i < 70000; ++i) items.push_back({static_cast<std::uint8_t>(i * i)});
  for (std::uint32_t distance = 1; distance <= 32768; distance *= 2) {
    items.push_back({0, 5, distance});
    items.push_back({0, 5, 2 * distance - 1});
  }
  const Buffer want = expand(items);
  EXPECT_EQ(decoded(smb::decode_lz77_huffman, lz77_huffman(items), want.size()), want);
  EXPECT_EQ(decoded(smb::decode_lz4, lz4(items), want.size()), want);
  items.resize(items.size() - 6);  // plain LZ77 reaches 8192 bytes back
  const Buffer near = expand(items);
  EXPECT_EQ(decoded(smb::decode_lz77, lz77(items), near.size()), near);
}

TEST(Decoders, ReadCodesOfEveryLength) {
  Buffer all;
  for (unsigned i = 0; i < 256; ++i) all.insert(all.end(), 256 - i, static_cast<std::uint8_t>(i));
  for (unsigned skew = 0; skew <= 7; ++skew)
    EXPECT_EQ(decoded(smb::decode_lz77_huffman, lz77_huffman(literals(all), skew), all.size()), all)
        << skew;
  const Buffer few = text("aaaabbbccd");
  EXPECT_EQ(decoded(smb::decode_lz77_huffman, lz77_huffman(literals(few), 14), 10), few);
  const Buffer one = text("aaaa");
  EXPECT_EQ(decoded(smb::decode_lz77_huffman, lz77_huffman(literals(one)), 4), one);
}

// sample gives bytes of which some repeat: the larger `variety`, the fewer.
Buffer sample(std::mt19937& random, std::size_t n, std::size_t variety) {
  Buffer out;
  while (out.size() < n) {
    const std::size_t run = random() % 40;
    const std::size_t back = out.empty() ? 0 : random() % out.size();
    const bool again = !out.empty() && random() % variety == 0;
    for (std::size_t i = 0; i < run; ++i)
      out.push_back(again ? out[back + i] : static_cast<std::uint8_t>(random() % (4 * variety)));
  }
  out.resize(n);
  return out;
}

struct Coder {
  std::string_view name;
  Decode decode;
  Buffer (*encode)(const Buffer&);
};

const Coder kCoders[] = {
    {"LZ77", smb::decode_lz77, [](const Buffer& b) { return lz77(matched(b, 4096, 4096)); }},
    {"LZ77, literals", smb::decode_lz77, [](const Buffer& b) { return lz77(literals(b)); }},
    {"LZ77+Huffman", smb::decode_lz77_huffman,
     [](const Buffer& b) { return lz77_huffman(matched(b, 4096, 4096)); }},
    {"LZ77+Huffman, literals", smb::decode_lz77_huffman,
     [](const Buffer& b) { return lz77_huffman(literals(b)); }},
    {"LZ4", smb::decode_lz4, [](const Buffer& b) { return lz4(matched(b, 4096, 4096)); }},
    {"LZ4, literals", smb::decode_lz4, [](const Buffer& b) { return lz4(literals(b)); }},
    {"LZNT1", smb::decode_lznt1, [](const Buffer& b) { return lznt1(b); }},
    {"LZNT1, stored", smb::decode_lznt1, [](const Buffer& b) { return lznt1_stored(b); }},
};

TEST(Decoders, GiveBackWhatWasEncoded) {
  std::mt19937 random(7);
  for (const auto& coder : kCoders) {
    for (const std::size_t n : {1U, 2U, 3U, 31U, 32U, 33U, 200U, 4095U, 4096U, 4097U, 9000U}) {
      const Buffer plain = sample(random, n, 1 + random() % 60);
      EXPECT_EQ(decoded(coder.decode, coder.encode(plain), n), plain) << coder.name << " " << n;
    }
  }
  const Buffer blocks = sample(random, 150'000, 60);
  EXPECT_EQ(decoded(smb::decode_lz77_huffman, lz77_huffman(literals(blocks)), 150'000), blocks);
}

TEST(Decoders, StopWhereThereIsNoMoreRoom) {
  std::mt19937 random(8);
  const Buffer plain = sample(random, 700, 8);
  for (const auto& coder : kCoders) {
    const Buffer in = coder.encode(plain);
    for (std::size_t n = 0; n <= plain.size(); ++n) {
      const auto end = plain.begin() + static_cast<std::ptrdiff_t>(n);
      ASSERT_EQ(decoded(coder.decode, in, n), Buffer(plain.begin(), end)) << coder.name << n;
    }
  }
}

TEST(Decoders, GiveTheBeginningOfWhatIsCut) {
  std::mt19937 random(9);
  const Buffer plain = sample(random, 700, 8);
  for (const auto& coder : kCoders) {
    const Buffer in = coder.encode(plain);
    std::size_t before = 0;
    for (std::size_t n = 0; n < in.size(); ++n) {
      const auto got = decoded(
          coder.decode, {in.begin(), in.begin() + static_cast<std::ptrdiff_t>(n)}, plain.size());
      ASSERT_TRUE(got) << coder.name << n;
      ASSERT_TRUE(std::equal(got->begin(), got->end(), plain.begin())) << coder.name << n;
      ASSERT_GE(got->size(), before);
      before = got->size();
    }
  }
}

TEST(Decoders, AreSafeFromEveryFlippedBit) {
  std::mt19937 random(10);
  const Buffer plain = sample(random, 300, 8);
  for (const auto& coder : kCoders) {
    Buffer in = coder.encode(plain);
    for (std::size_t bit = 0; bit < in.size() * 8; ++bit) {
      in[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      const auto got = decoded(coder.decode, in, plain.size());
      ASSERT_TRUE(!got || got->size() <= plain.size());
      in[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    }
  }
}

const Example kDamaged[] = {
    {"LZ77: a match before the beginning", smb::decode_lz77, hex("00000040 61 0800 61"), {}},
    {"LZ77: a first match", smb::decode_lz77, hex("00000080 0000"), {}},
    {"LZ77: a long form of a short length",
     smb::decode_lz77,
     hex("00000040 61 0700 0f ff 1500"),
     {}},
    {"LZ77+Huffman: too many codes",
     smb::decode_lz77_huffman,
     huffman({{0x30, hex("1101")}}, hex("00000000")),
     {}},
    {"LZ77+Huffman: too few codes",
     smb::decode_lz77_huffman,
     huffman({{0x30, hex("02")}}, hex("00000000")),
     {}},
    {"LZ77+Huffman: no codes", smb::decode_lz77_huffman, Buffer(300), {}},
    {"LZ77+Huffman: a first match",
     smb::decode_lz77_huffman,
     huffman({{0x30, hex("01")}, {0x80, hex("01")}}, hex("ffffffff")),
     {}},
    {"LZ77+Huffman: a long form of a short length",
     smb::decode_lz77_huffman,
     huffman({{0x30, hex("01")}, {0x87, hex("10")}}, hex("ff7fffff ff0e00")),
     {}},
    {"LZ4: a match before the beginning", smb::decode_lz4, hex("1061 0200"), {}},
    {"LZ4: a match of nothing", smb::decode_lz4, hex("1061 0000"), {}},
    {"LZNT1: no signature", smb::decode_lznt1, hex("0080 00 61"), {}},
    {"LZNT1: a first match", smb::decode_lznt1, hex("02b0 01 0000"), {}},
    {"LZNT1: a match before its chunk",
     smb::decode_lznt1,
     lznt1_stored(Buffer(4096, 'x')) + hex("03b0 02 61 0010"),
     {}},
    {"LZNT1: a match beyond its chunk", smb::decode_lznt1, hex("05b0 06 61 ff0f ff0f"), {}},
};

TEST(Decoders, RefuseWhatIsDamaged) {
  for (const auto& c : kDamaged) EXPECT_EQ(decoded(c.decode, c.in, 9000), std::nullopt) << c.name;
}

TEST(Decoders, ReadLznt1AsItsOwnDecoderDoes) {
  EXPECT_EQ(decoded(smb::decode_lznt1, hex("0030 61 0000 0030 62"), 9000), text("a"));
  const auto short_chunk = decoded(smb::decode_lznt1, hex("0030 61 0030 62"), 9000);
  EXPECT_EQ(short_chunk, text("a") + Buffer(4095) + text("b"));
}

}  // namespace
}  // namespace rpcsieve::test

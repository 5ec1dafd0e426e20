// Encoders that favour plainness over size: what matters is that every form of the formats can be
// had, not how small it gets.
#include "tools/forge/compression.h"

#include <algorithm>
#include <array>
#include <map>

#include "tools/forge/smb_builder.h"

namespace rpcsieve::forge {
namespace {

constexpr std::size_t kSymbols = 512;
// Ends the last block; at the end of the input it is no match [MS-XCA §2.1.4.3].
constexpr unsigned kEnd = 256;
constexpr std::size_t kBlockBytes = 65536;
constexpr std::size_t kChunkBytes = 4096;

using CodeLengths = std::array<std::uint8_t, kSymbols>;

unsigned log2_of(std::uint32_t value) {
  unsigned n = 0;
  while (value >>= 1U) ++n;
  return n;
}

// long_length gives the forms of a length that the fields before could not hold: `low` is what they
// stand for in full.
void long_length(Buffer& out, std::uint32_t length, std::uint32_t low) {
  const auto put = [&](std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  };
  if (length - low < 255) return put(length - low, 1);
  put(255, 1);
  if (length < 65536) return put(length, 2);
  put(0, 2);
  put(length, 4);
}

unsigned symbol_of(const Item& item) {
  if (item.length == 0) return item.literal;
  return 256 + 16 * log2_of(item.distance) + std::min(item.length - 3, 15U);
}

// share gives a complete code to these symbols, the most used first.
CodeLengths share(std::vector<unsigned> symbols, unsigned skew) {
  if (symbols.size() < 2) symbols.push_back(symbols.front() == 0 ? 1 : 0);
  const auto short_codes = std::min<std::size_t>(skew, symbols.size() - 2);
  CodeLengths lengths{};
  for (std::size_t i = 0; i < short_codes; ++i)
    lengths[symbols[i]] = static_cast<std::uint8_t>(i + 1);
  const auto others = static_cast<std::uint32_t>(symbols.size() - short_codes);
  const unsigned depth = log2_of(others);
  const std::size_t shallow = (std::size_t{2} << depth) - others;
  for (std::size_t i = 0; i < others; ++i)
    lengths[symbols[short_codes + i]] =
        static_cast<std::uint8_t>(short_codes + depth + (i < shallow ? 0 : 1));
  return lengths;
}

CodeLengths code_of(const Items& block, unsigned skew, bool last) {
  std::map<unsigned, std::size_t> uses;
  if (last) uses[kEnd] = 1;
  for (const Item& item : block) ++uses[symbol_of(item)];
  std::vector<unsigned> symbols;
  for (const auto& use : uses) symbols.push_back(use.first);
  std::stable_sort(symbols.begin(), symbols.end(),
                   [&](unsigned a, unsigned b) { return uses[a] > uses[b]; });
  return share(symbols, skew);
}

// codes_of numbers the codes: by length, then by symbol.
std::array<std::uint32_t, kSymbols> codes_of(const CodeLengths& lengths) {
  std::array<std::uint32_t, kSymbols> codes{};
  std::uint32_t code = 0;
  for (unsigned n = 1; n <= 15; ++n, code <<= 1U)
    for (unsigned symbol = 0; symbol < kSymbols; ++symbol)
      if (lengths[symbol] == n) codes[symbol] = code++;
  return codes;
}

// BitWriter keeps two words open, as the decoder has two ahead: bytes lie behind both.
class BitWriter {
 public:
  explicit BitWriter(Buffer& out) : out_(out) {
    current_ = open();
    next_ = open();
  }
  void bits(std::uint32_t value, unsigned n) {
    while (n-- > 0) bit(value >> n & 1U);
  }
  Buffer& bytes() { return out_; }

 private:
  void bit(std::uint32_t value) {
    if (left_ == 0) {
      current_ = next_;
      next_ = open();
      left_ = 16;
    }
    --left_;
    out_[current_ + left_ / 8] |= static_cast<std::uint8_t>(value << left_ % 8);
  }
  std::size_t open() {
    out_.resize(out_.size() + 2);
    return out_.size() - 2;
  }

  Buffer& out_;
  std::size_t current_, next_;
  unsigned left_ = 16;
};

void put_block(Buffer& out, const Items& block, unsigned skew, bool last) {
  const CodeLengths lengths = code_of(block, skew, last);
  const auto codes = codes_of(lengths);
  for (std::size_t i = 0; i < kSymbols; i += 2)
    out.push_back(static_cast<std::uint8_t>(lengths[i] | lengths[i + 1] << 4));
  BitWriter writer(out);
  for (const Item& item : block) {
    const unsigned symbol = symbol_of(item);
    writer.bits(codes[symbol], lengths[symbol]);
    if (item.length == 0) continue;
    if (item.length >= 18) long_length(writer.bytes(), item.length - 3, 15);
    writer.bits(item.distance, log2_of(item.distance));
  }
  if (last) writer.bits(codes[kEnd], lengths[kEnd]);
}

unsigned lznt1_length_bits(std::size_t written) {
  unsigned bits = 12;
  while (bits > 4 && (std::size_t{1} << (16 - bits)) < written) --bits;
  return bits;
}

// longest gives the longest match for what stands at a place.
Item longest(Bytes plain, std::size_t at, std::size_t max_distance, std::size_t max_length) {
  Item best{plain[at]};
  const std::size_t most = std::min(plain.size() - at, max_length);
  for (std::size_t distance = 1; distance <= std::min(at, max_distance); ++distance) {
    std::size_t n = 0;
    while (n < most && plain[at + n] == plain[at + n - distance]) ++n;
    if (n >= 3 && n > best.length)
      best = {0, static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(distance)};
    if (n == most) break;
  }
  return best;
}

Buffer lznt1_chunk(Bytes plain) {
  Buffer out;
  for (std::size_t at = 0; at < plain.size();) {
    const std::size_t flags_at = out.size();
    out.push_back(0);
    for (unsigned i = 0; i < 8 && at < plain.size(); ++i) {
      const unsigned bits = lznt1_length_bits(at);
      const Item item =
          longest(plain, at, std::size_t{1} << (16 - bits), (std::size_t{1} << bits) + 2);
      at += std::max(item.length, 1U);
      if (item.length == 0) {
        out.push_back(item.literal);
        continue;
      }
      out[flags_at] |= static_cast<std::uint8_t>(1U << i);
      const std::uint32_t match = (item.distance - 1) << bits | (item.length - 3);
      out.push_back(static_cast<std::uint8_t>(match));
      out.push_back(static_cast<std::uint8_t>(match >> 8));
    }
  }
  return out;
}

// lznt1_chunks puts a header before each chunk; one that did not get smaller stays as it is.
Buffer lznt1_chunks(Bytes plain, bool store) {
  Wire out;
  for (; !plain.empty(); plain = plain.subspan(std::min(plain.size(), kChunkBytes))) {
    const Bytes chunk = plain.first(std::min(plain.size(), kChunkBytes));
    const Buffer packed = store ? Buffer() : lznt1_chunk(chunk);
    const bool stored = store || packed.size() >= chunk.size();
    const Bytes data = stored ? chunk : Bytes(packed);
    out.u16((stored ? 0x3000U : 0xb000U) | (data.size() - 1)).bytes(data);
  }
  return out.build();
}

}  // namespace

Items literals(Bytes plain) {
  Items items;
  for (const std::uint8_t byte : plain) items.push_back({byte});
  return items;
}

Items matched(Bytes plain, std::uint32_t max_distance, std::uint32_t max_length) {
  Items items;
  for (std::size_t at = 0; at < plain.size(); at += std::max(items.back().length, 1U))
    items.push_back(longest(plain, at, max_distance, max_length));
  return items;
}

Buffer expand(const Items& items) {
  Buffer out;
  for (const Item& item : items) {
    if (item.length == 0) out.push_back(item.literal);
    for (std::uint32_t i = 0; i < item.length; ++i) out.push_back(out[out.size() - item.distance]);
  }
  return out;
}

Buffer lz77(const Items& items) {
  Buffer out;
  std::size_t flags_at = 0, half_at = 0;
  for (std::size_t i = 0; i < items.size() || i % 32 != 0; ++i) {
    if (i % 32 == 0) {
      flags_at = out.size();
      out.resize(out.size() + 4);
    }
    // What no item is left for is said to be a match, so that the end is found [MS-XCA §2.3.4].
    const bool is_match = i >= items.size() || items[i].length > 0;
    const std::size_t bit = 31 - i % 32;
    if (is_match) out[flags_at + bit / 8] |= static_cast<std::uint8_t>(1U << bit % 8);
    if (i >= items.size()) continue;
    const Item& item = items[i];
    if (!is_match) {
      out.push_back(item.literal);
      continue;
    }
    const std::uint32_t length = item.length - 3;
    const std::uint32_t match = (item.distance - 1) << 3 | std::min(length, 7U);
    out.push_back(static_cast<std::uint8_t>(match));
    out.push_back(static_cast<std::uint8_t>(match >> 8));
    if (length < 7) continue;
    const auto half = static_cast<std::uint8_t>(std::min(length - 7, 15U));
    if (half_at == 0) {
      half_at = out.size();
      out.push_back(half);
    } else {
      out[half_at] |= static_cast<std::uint8_t>(half << 4);
      half_at = 0;
    }
    if (half == 15) long_length(out, length, 7 + 15);
  }
  return out;
}

Buffer lz77_huffman(const Items& items, unsigned skew) {
  Buffer out;
  Items block;
  std::size_t written = 0;
  for (const Item& item : items) {
    block.push_back(item);
    written += std::max(item.length, 1U);
    if (written < kBlockBytes) continue;
    put_block(out, block, skew, false);
    block.clear();
    written = 0;
  }
  put_block(out, block, skew, true);
  return out;
}

Buffer lznt1(Bytes plain) { return lznt1_chunks(plain, false); }
Buffer lznt1_stored(Bytes plain) { return lznt1_chunks(plain, true); }

Buffer lz4(const Items& items) {
  const Buffer plain = expand(items);
  Buffer out;
  std::size_t begin = 0, at = 0;  // of the bytes that no match gave yet
  const auto longer = [&](std::size_t length) {
    for (; length >= 255; length -= 255) out.push_back(255);
    out.push_back(static_cast<std::uint8_t>(length));
  };
  const auto sequence = [&](const Item& match) {
    const std::size_t bytes = at - begin, length = match.length < 4 ? 0 : match.length - 4;
    out.push_back(static_cast<std::uint8_t>(std::min<std::size_t>(bytes, 15) << 4 |
                                            std::min<std::size_t>(length, 15)));
    if (bytes >= 15) longer(bytes - 15);
    out.insert(out.end(), plain.begin() + static_cast<std::ptrdiff_t>(begin),
               plain.begin() + static_cast<std::ptrdiff_t>(at));
    if (match.length < 4) return;
    out.push_back(static_cast<std::uint8_t>(match.distance));
    out.push_back(static_cast<std::uint8_t>(match.distance >> 8));
    if (length >= 15) longer(length - 15);
    begin = at + match.length;
  };
  for (const Item& item : items) {
    if (item.length >= 4) sequence(item);
    at += std::max(item.length, 1U);
  }
  sequence({});
  return out;
}

namespace smb2 {
namespace {

// Like the distances, the lengths that an encoder looks for are a matter of its patience.
constexpr std::uint32_t kFar = 4096, kLong = 4096;

Wire header(std::size_t plain_bytes) { return Wire().u8(0xfc).text("SMB").u32(plain_bytes); }

}  // namespace

Buffer compress(Compression algorithm, Bytes plain) {
  switch (algorithm) {
    case Compression::kLznt1:
      return lznt1(plain);
    case Compression::kLz77:
      return lz77(matched(plain, kFar, kLong));
    case Compression::kLz77Huffman:
      return lz77_huffman(matched(plain, kFar, kLong));
    case Compression::kLz4:
      return lz4(matched(plain, kFar, kLong));
    case Compression::kPatternV1:
      return Wire().u8(plain.empty() ? 0 : plain[0]).zeros(3).u32(plain.size()).build();
    default:
      return Wire().bytes(plain).build();
  }
}

Buffer compressed_single(const Buffer& message, Compression algorithm, std::size_t offset) {
  const Bytes plain = message;
  Wire out = header(message.size() - offset);
  out.u16(static_cast<std::uint16_t>(algorithm)).u16(0).u32(offset).bytes(plain.first(offset));
  return session_message(out.bytes(compress(algorithm, plain.subspan(offset))).build());
}

Buffer compressed_chain(const Buffer& message, const std::vector<Segment>& segments) {
  Wire out = header(message.size());
  Bytes plain = message;
  bool first = true;
  for (const Segment& segment : segments) {
    const Bytes part = plain.first(std::min(segment.bytes, plain.size()));
    plain = plain.subspan(part.size());
    const Buffer packed = compress(segment.algorithm, part);
    const bool sized =
        segment.algorithm != Compression::kNone && segment.algorithm != Compression::kPatternV1;
    out.u16(static_cast<std::uint16_t>(segment.algorithm)).u16(first ? 1 : 0);
    out.u32(packed.size() + (sized ? 4 : 0));
    if (sized) out.u32(part.size());
    out.bytes(packed);
    first = false;
  }
  return session_message(out.build());
}

}  // namespace smb2
}  // namespace rpcsieve::forge

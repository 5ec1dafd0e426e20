// LZ77 with Huffman codes [MS-XCA §2.2.4]: blocks of 64 KB, each with the code lengths of 512
// symbols in front. 256 symbols are bytes; the others are matches, with 4 bits of length and the
// number of bits of the distance. The bits come in words of 16, of which a reader has one or two
// ahead: whole bytes, the rest of long lengths, lie between them where he has come to.
//
// Codes are canonical, so that a count per length and the symbols in order are all that is needed
// to read them: a table of all 2^15 codes would cost more to fill than a pipe's message to decode.
#include <array>

#include "runtime/base/cursor.h"
#include "runtime/smb/decoders.h"

namespace rpcsieve::smb {
namespace {

constexpr std::size_t kSymbols = 512;
constexpr std::size_t kTableBytes = kSymbols / 2;
constexpr std::size_t kBlockBytes = 65536;
constexpr unsigned kMaxCodeBits = 15;
constexpr unsigned kFirstMatch = 256;
constexpr std::uint64_t kLeast = 3;  // the shortest match

// Bits reads single bits, and whole bytes from behind the words that it has ahead.
class Bits {
 public:
  explicit Bits(Cursor in) : in_(in) {
    word_ = next_word();
    ahead_ = next_word();
  }

  // bit gives the next bit. A word is fetched when the one before the last is used up.
  unsigned bit() {
    if (left_ == 0) {
      word_ = ahead_;
      ahead_ = next_word();
      left_ = 16;
    }
    if (available_ == 0) ok_ = false;
    if (ok_) --available_;
    return word_ >> --left_ & 1U;
  }
  std::uint32_t bits(unsigned n) {
    std::uint32_t value = 0;
    while (n-- > 0) value = value << 1U | bit();
    return value;
  }

  // bytes gives access to the input behind the words that were fetched.
  Cursor& bytes() { return in_; }
  // ok is false once bits or bytes were read that are not there.
  [[nodiscard]] bool ok() const { return ok_ && in_.ok(); }

 private:
  std::uint32_t next_word() {
    if (in_.size() < 2) return 0;
    available_ += 16;
    return in_.u16();
  }

  Cursor in_;
  std::uint32_t word_ = 0;
  std::uint32_t ahead_ = 0;
  unsigned left_ = 16;      // unread bits of word_
  unsigned available_ = 0;  // bits of both that came from the input
  bool ok_ = true;
};

// Codes are those of one block.
class Codes {
 public:
  // read takes the lengths of all codes, half a byte each; false: they are not those of a complete
  // code.
  bool read(Bytes lengths) {
    count_ = {};
    for (unsigned symbol = 0; symbol < kSymbols; ++symbol) ++count_[length_of(lengths, symbol)];
    count_[0] = 0;
    std::array<std::uint16_t, kMaxCodeBits + 1> place{};
    std::uint32_t codes = 0;  // of 2^15
    for (unsigned n = 1; n <= kMaxCodeBits; ++n) {
      place[n] = static_cast<std::uint16_t>(place[n - 1] + count_[n - 1]);
      codes += std::uint32_t{count_[n]} << (kMaxCodeBits - n);
    }
    for (std::uint16_t symbol = 0; symbol < kSymbols; ++symbol) {
      const unsigned n = length_of(lengths, symbol);
      if (n != 0) symbols_[place[n]++] = symbol;
    }
    return codes == 1U << kMaxCodeBits;
  }

  // next reads the next symbol. The code is complete, so there is one.
  unsigned next(Bits& in) const {
    unsigned code = 0, first = 0, place = 0;
    for (unsigned n = 1; n <= kMaxCodeBits; ++n) {
      code |= in.bit();
      if (code < first + count_[n]) return symbols_[place + code - first];
      place += count_[n];
      first = (first + count_[n]) << 1U;
      code <<= 1U;
    }
    return 0;
  }

 private:
  static unsigned length_of(Bytes lengths, unsigned symbol) {
    return lengths[symbol / 2] >> (symbol % 2 * 4) & 15U;
  }

  std::array<std::uint16_t, kMaxCodeBits + 1> count_{};  // of codes, by length
  std::array<std::uint16_t, kSymbols> symbols_{};        // by length, then by number
};

// read_length takes the length of a match that begins with these four bits; false: it is none. The
// longer forms hold the whole length, so small ones there are no encoder's.
bool read_length(unsigned low, Cursor& in, std::uint64_t& length) {
  length = low;
  if (low == 15) {
    const std::uint8_t byte = in.u8();
    length += byte;
    if (byte == 255) {
      length = in.u16();
      if (length == 0) length = in.u32();
      if (length < 15) return false;
    }
  }
  length += kLeast;
  return in.ok();
}

bool decode_match(unsigned match, Bits& in, Plain& out) {
  std::uint64_t length = 0;
  if (!read_length(match % 16, in.bytes(), length)) return !in.bytes().ok();
  const unsigned n = match / 16;
  const std::size_t distance = (std::size_t{1} << n) + in.bits(n);
  return !in.ok() || out.repeat(distance, length);
}

// decode_block reads one block and leaves `in` where the next begins.
bool decode_block(const Codes& codes, Cursor& in, Plain& out) {
  const std::size_t begin = out.size();
  Bits bits(in);
  while (!out.full() && out.size() - begin < kBlockBytes) {
    const unsigned symbol = codes.next(bits);
    if (!bits.ok()) break;
    if (symbol < kFirstMatch) {
      out.put(static_cast<std::uint8_t>(symbol));
    } else if (!decode_match(symbol - kFirstMatch, bits, out)) {
      return false;
    }
    if (!bits.ok()) break;
  }
  in = bits.ok() ? bits.bytes() : Cursor({}, Endian::kLittle);
  return true;
}

}  // namespace

bool decode_lz77_huffman(Bytes bytes, Plain& out) {
  Cursor in(bytes, Endian::kLittle);
  Codes codes;
  while (!out.full() && in.size() >= kTableBytes) {
    if (!codes.read(in.take(kTableBytes)) || !decode_block(codes, in, out)) return false;
  }
  return true;
}

}  // namespace rpcsieve::smb

// LZNT1 [MS-XCA §2.5]: chunks of 4096 bytes, each compressed on its own or not at all. Within one,
// a byte of flags says of the next eight items whether each is a byte or a match of 16 bits, of
// which the more are distance the farther the chunk has come.
#include "runtime/base/cursor.h"
#include "runtime/smb/decoders.h"

namespace rpcsieve::smb {
namespace {

constexpr std::size_t kChunkBytes = 4096;
constexpr std::size_t kLeast = 3;  // the shortest match

// length_bits: a distance takes as many bits as the bytes written so far need, at least 4 of 16.
unsigned length_bits(std::size_t written) {
  unsigned bits = 12;
  while (bits > 4 && (std::size_t{1} << (16 - bits)) < written) --bits;
  return bits;
}

bool decode_match(unsigned match, std::size_t written, Plain& out) {
  const unsigned bits = length_bits(written);
  const std::size_t distance = (match >> bits) + 1;
  const std::size_t length = (match & ((1U << bits) - 1)) + kLeast;
  // A match stays within its chunk, at both ends.
  if (distance > written || length > kChunkBytes - written) return false;
  return out.repeat(distance, length);
}

bool decode_chunk(Cursor in, Plain& out) {
  const std::size_t begin = out.size();
  while (in.size() > 0 && !out.full()) {
    unsigned flags = in.u8();
    for (int i = 0; i < 8 && in.size() > 0 && !out.full(); ++i, flags >>= 1U) {
      const std::size_t written = out.size() - begin;
      if (written >= kChunkBytes) return false;
      if ((flags & 1U) == 0) {
        out.put(in.u8());
        continue;
      }
      const unsigned match = in.u16();
      if (!in.ok()) return true;  // cut
      if (!decode_match(match, written, out)) return false;
    }
  }
  return true;
}

}  // namespace

bool decode_lznt1(Bytes bytes, Plain& out) {
  Cursor in(bytes, Endian::kLittle);
  while (!out.full() && in.size() >= 2) {
    const unsigned header = in.u16();
    if (header == 0) break;  // the end
    if ((header >> 12U & 7U) != 3) return false;
    // A short chunk before another stands for a whole one.
    out.fill(0, (kChunkBytes - out.size() % kChunkBytes) % kChunkBytes);
    const std::size_t size = std::min<std::size_t>((header & 0xfffU) + 1, in.size());
    if ((header & 0x8000U) == 0) {
      out.append(in.take(size));
    } else if (!decode_chunk(in.sub(size), out)) {
      return false;
    }
  }
  return true;
}

}  // namespace rpcsieve::smb

// Plain LZ77 [MS-XCA §2.4.4]: words of 32 flags say of what follows whether it is a byte or a
// match. A match has 13 bits of distance and 3 of length. A length that does not fit goes on in
// half a byte (two matches share one), then a byte, then 16, then 32 bits.
#include "runtime/base/cursor.h"
#include "runtime/smb/decoders.h"

namespace rpcsieve::smb {
namespace {

// The shortest match.
constexpr std::uint64_t kLeast = 3;

// Lengths reads the lengths of matches as they grow.
class Lengths {
 public:
  // read takes the rest of a length that begins with these three bits; false: it is none.
  bool read(unsigned low, Cursor& in, std::uint64_t& length) {
    length = low;
    if (low == 7) {
      const unsigned half = half_byte(in);
      length = 7 + half;
      if (half == 15 && !read_long(in, length)) return false;
    }
    length += kLeast;
    return in.ok();
  }

 private:
  unsigned half_byte(Cursor& in) {
    if (!shared_) shared_byte_ = in.u8();
    shared_ = !shared_;
    return shared_ ? shared_byte_ & 15U : shared_byte_ >> 4U;
  }

  // The longer forms hold the whole length, so small ones there are no encoder's.
  static bool read_long(Cursor& in, std::uint64_t& length) {
    const std::uint8_t byte = in.u8();
    length += byte;
    if (byte != 255) return true;
    length = in.u16();
    if (length == 0) length = in.u32();
    return length >= 7 + 15;
  }

  std::uint8_t shared_byte_ = 0;
  bool shared_ = false;  // the high half of shared_byte_ is still to be used
};

}  // namespace

bool decode_lz77(Bytes bytes, Plain& out) {
  Cursor in(bytes, Endian::kLittle);
  Lengths lengths;
  std::uint32_t flags = 0;
  for (unsigned left = 0; !out.full() && in.size() > 0; --left) {
    if (left == 0) {
      flags = in.u32();
      left = 32;
    }
    const bool is_match = (flags >> (left - 1) & 1) != 0;
    if (in.size() == 0) break;
    if (!is_match) {
      out.put(in.u8());
      continue;
    }
    const unsigned match = in.u16();
    std::uint64_t length = 0;
    if (!lengths.read(match & 7, in, length)) return !in.ok();
    if (!out.repeat(match / 8 + 1, length)) return false;
  }
  return true;
}

}  // namespace rpcsieve::smb

// LZ4 blocks, as lz4_Block_format.md of LZ4 describes them: sequences of some bytes as they are and
// then a match; the last has no match. Lengths that do not fit in half a byte go on in whole bytes,
// which are added up until one is not 255.
#include "runtime/base/cursor.h"
#include "runtime/smb/decoders.h"

namespace rpcsieve::smb {
namespace {

constexpr std::uint64_t kLeast = 4;  // the shortest match

std::uint64_t read_length(unsigned low, Cursor& in) {
  std::uint64_t length = low;
  for (unsigned more = low == 15 ? 255 : 0; more == 255; length += more) more = in.u8();
  return length;
}

}  // namespace

bool decode_lz4(Bytes bytes, Plain& out) {
  Cursor in(bytes, Endian::kLittle);
  while (!out.full() && in.size() > 0) {
    const unsigned token = in.u8();
    const std::uint64_t literals = read_length(token >> 4U, in);
    out.append(in.take(std::min<std::uint64_t>(literals, in.size())));
    if (out.full() || in.size() == 0) break;
    const std::size_t distance = in.u16();
    const std::uint64_t length = read_length(token & 15U, in) + kLeast;
    if (!in.ok()) break;  // cut
    if (!out.repeat(distance, length)) return false;
  }
  return true;
}

}  // namespace rpcsieve::smb

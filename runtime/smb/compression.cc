// A compressed message is one segment that may have plain bytes before it, or a chain of segments.
// The sizes that it declares are the sender's word: nothing is added to them before it was
// compared, and what is written ends with the room that is there (CVE-2020-0796 was a sum that
// wrapped).
#include "runtime/smb/compression.h"

#include <algorithm>

#include "runtime/base/cursor.h"
#include "runtime/smb/decoders.h"

namespace rpcsieve::smb::compression {
namespace {

// [MS-SMB2 §2.2.3.1.3]
enum Algorithm : std::uint16_t {
  kNone = 0,
  kLznt1 = 1,
  kLz77 = 2,
  kLz77Huffman = 3,
  kPatternV1 = 4,
  kLz4 = 5,
};

constexpr std::uint16_t kChained = 0x0001;

// decode_pattern writes one byte many times [MS-SMB2 §2.2.42.2.2].
bool decode_pattern(Bytes segment, Plain& out) {
  Cursor in(segment, Endian::kLittle);
  const std::uint8_t pattern = in.u8();
  in.skip(3);
  const std::uint32_t repetitions = in.u32();
  if (in.ok()) out.fill(pattern, repetitions);
  return true;
}

bool decode_segment(std::uint16_t algorithm, Bytes segment, Plain& out) {
  switch (algorithm) {
    case kNone:
      out.append(segment);
      return true;
    case kLznt1:
      return decode_lznt1(segment, out);
    case kLz77:
      return decode_lz77(segment, out);
    case kLz77Huffman:
      return decode_lz77_huffman(segment, out);
    case kPatternV1:
      return decode_pattern(segment, out);
    case kLz4:
      return decode_lz4(segment, out);
    default:
      return false;
  }
}

bool tells_its_size(std::uint16_t algorithm) {
  return algorithm == kLznt1 || algorithm == kLz77 || algorithm == kLz77Huffman ||
         algorithm == kLz4;
}

// Chain reads the segments of a message [MS-SMB2 §2.2.42.2].
class Chain {
 public:
  explicit Chain(const Transform& transform, std::span<std::uint8_t> room)
      : in_(transform.rest.bytes, Endian::kLittle),
        missing_(transform.rest.total - transform.rest.bytes.size()),
        plain_left_(transform.plain_bytes),
        room_(room) {}

  // decode returns false if the message is damaged.
  bool decode() {
    while (size_ < room_.size() && in_.size() > 0)
      if (!decode_next()) return false;
    return true;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  bool decode_next() {
    const std::uint16_t algorithm = in_.u16();
    in_.skip(2);
    const std::uint32_t length = in_.u32();
    if (!in_.ok()) return missing_ > 0;
    if (length > in_.size() + missing_) return false;
    const bool cut = length > in_.size();
    Cursor segment = in_.sub(std::min<std::size_t>(length, in_.size()));
    std::uint64_t plain = plain_left_;
    if (tells_its_size(algorithm)) plain = segment.u32();
    if (!segment.ok()) return cut;
    return plain <= plain_left_ && take(algorithm, segment.rest(), plain, cut);
  }

  // take decodes one segment. It must give what it declared, unless it is cut or there is no room.
  bool take(std::uint16_t algorithm, Bytes segment, std::uint64_t plain, bool cut) {
    const std::size_t room = std::min<std::uint64_t>(plain, room_.size() - size_);
    Plain out(room_.subspan(size_, room));
    if (!decode_segment(algorithm, segment, out)) return false;
    if (tells_its_size(algorithm) && !out.full() && !cut) return false;
    size_ += out.size();
    plain_left_ -= out.size();
    return true;
  }

  Cursor in_;
  std::size_t missing_;       // bytes of the message that were not captured
  std::uint64_t plain_left_;  // bytes that the segments to come may give
  std::span<std::uint8_t> room_;
  std::size_t size_ = 0;
};

std::optional<std::size_t> decode_single(const Transform& transform, std::span<std::uint8_t> room) {
  if (transform.offset > transform.rest.total) return std::nullopt;
  const std::size_t before = std::min<std::size_t>(transform.offset, transform.rest.bytes.size());
  Plain out(room);
  out.append(transform.rest.bytes.first(before));
  // What is compressed does not refer to what lies before it.
  Plain inner(room.subspan(out.size()));
  if (!decode_segment(transform.algorithm, transform.rest.bytes.subspan(before), inner))
    return std::nullopt;
  return out.size() + inner.size();
}

}  // namespace

std::optional<Transform> parse(const Part& message) {
  Transform transform;
  Cursor in(message.bytes, Endian::kLittle);
  in.skip(4);
  transform.plain_bytes = in.u32();
  const Cursor chain = in;
  transform.algorithm = in.u16();
  transform.chained = in.u16() == kChained;
  transform.offset = in.u32();
  if (!in.ok()) return std::nullopt;
  if (!transform.chained) transform.plain_bytes += transform.offset;
  const Bytes rest = transform.chained ? chain.rest() : in.rest();
  transform.rest = {rest, message.total - (message.bytes.size() - rest.size())};
  return transform;
}

std::optional<std::size_t> decode(const Transform& transform, std::span<std::uint8_t> room) {
  const std::size_t n = std::min<std::uint64_t>(room.size(), transform.plain_bytes);
  room = room.first(n);
  std::optional<std::size_t> size;
  if (!transform.chained) {
    size = decode_single(transform, room);
  } else if (Chain chain(transform, room); chain.decode()) {
    size = chain.size();
  }
  const bool whole = size && (*size == n || transform.rest.cut());
  return whole ? size : std::nullopt;
}

}  // namespace rpcsieve::smb::compression

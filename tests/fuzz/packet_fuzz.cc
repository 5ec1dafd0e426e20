// Any bytes as frames of any link type. What a decoder calls a segment has no more payload captured
// than was sent; of a frame that holds no fragment it lies within the frame, and decode alone finds
// the same.
#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "runtime/base/cursor.h"
#include "runtime/packet/decoder.h"

using rpcsieve::Bytes;
namespace packet = rpcsieve::packet;
using packet::Verdict;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr packet::LinkType kLinks[] = {
    packet::LinkType::kEthernet, packet::LinkType::kLinuxSll, packet::LinkType::kLinuxSll2,
    packet::LinkType::kNull,     packet::LinkType::kRaw,      packet::LinkType::kPpp,
};

bool has_payload(const packet::Packet& got) {
  return got.verdict == Verdict::kTcp || got.verdict == Verdict::kUdp;
}

void check_alone(packet::LinkType link, Bytes frame, std::uint32_t wire_len,
                 const packet::Packet& got) {
  packet::Segment segment;
  const Verdict verdict = packet::decode(link, frame, wire_len, segment);
  if (verdict == Verdict::kFragment) return;
  require(verdict == got.verdict);
  if (!has_payload(got)) return;
  require(segment.payload_len == got.segment.payload_len);
  require(std::equal(segment.payload.begin(), segment.payload.end(), got.segment.payload.begin(),
                     got.segment.payload.end()));
  if (segment.payload.empty()) return;
  require(segment.payload.data() >= frame.data());
  require(segment.payload.data() + segment.payload.size() <= frame.data() + frame.size());
}

void drain(packet::Decoder& decoder, packet::LinkType link, Bytes frame, std::uint32_t wire_len) {
  while (const packet::Packet* got = decoder.next()) {
    if (has_payload(*got)) require(got->segment.payload.size() <= got->segment.payload_len);
    if (!frame.empty()) check_alone(link, frame, wire_len, *got);
  }
}

}  // namespace

// Each frame has a byte before it that chooses the link type and whether a snaplen cut it; a byte
// 0xff and a length instead says that another frame follows it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rpcsieve::Limits limits;
  limits.fragment_datagrams = 8;
  limits.fragment_blocks = 64;
  rpcsieve::Counters counters;
  packet::Decoder decoder(limits, counters);
  rpcsieve::Cursor c(Bytes(data, size), rpcsieve::Endian::kBig);
  while (c.size() > 0) {
    std::uint8_t choice = c.u8();
    std::size_t length = c.size();
    if (choice == 0xff) {
      length = std::min<std::size_t>(c.u8(), c.size());
      choice = c.u8();
      length = std::min(length, c.size());
    }
    const Bytes frame = c.take(length);
    const auto link = kLinks[choice % std::size(kLinks)];
    const auto wire_len = static_cast<std::uint32_t>(frame.size()) + choice / 8U;
    decoder.push(link, frame, wire_len, {});
    drain(decoder, link, frame, wire_len);
  }
  decoder.flush();
  drain(decoder, packet::LinkType::kRaw, {}, 0);
  return 0;
}

// Any bytes as a frame of any link type. What decode calls a segment lies within the frame, and no
// more of its payload was captured than was sent.
#include <cstdlib>
#include <iterator>

#include "runtime/packet/packet.h"

using rpcsieve::Bytes;
namespace packet = rpcsieve::packet;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr packet::LinkType kLinks[] = {
    packet::LinkType::kEthernet, packet::LinkType::kLinuxSll, packet::LinkType::kLinuxSll2,
    packet::LinkType::kNull,     packet::LinkType::kRaw,
};

}  // namespace

// The first byte chooses the link type and whether the frame was cut by a snaplen.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes frame = Bytes(data, size).subspan(1);
  const auto link = kLinks[data[0] % std::size(kLinks)];
  const auto wire_len = static_cast<std::uint32_t>(frame.size()) + data[0] / 8U;
  packet::Segment segment;
  if (packet::decode(link, frame, wire_len, segment) != packet::Verdict::kTcp) return 0;
  require(segment.payload.size() <= segment.payload_len);
  if (segment.payload.empty()) return 0;
  require(segment.payload.data() >= frame.data());
  require(segment.payload.data() + segment.payload.size() <= frame.data() + frame.size());
  return 0;
}

// Most frames hold no fragment, and cost no more here than the loop of decode. A datagram that was
// put together goes through the same loop: it may be a tunnel, and hold the fragment of another.
#include "runtime/packet/decoder.h"

#include "runtime/packet/layers.h"
#include "runtime/packet/plain.h"

namespace rpcsieve::packet {

Decoder::Decoder(const Limits& limits, Counters& counters)
    : counters_(counters), reassembler_(limits, counters) {}

void Decoder::push(LinkType link, Bytes frame, std::uint32_t wire_len, Timestamp time) {
  counters_.count(Counter::packets);
  counters_.count(Counter::bytes, frame.size());
  link_ = link;
  frame_ = frame;
  wire_len_ = wire_len;
  packet_.time = time;
  has_frame_ = true;
}

// next_of_fragments looks first at what waited too long.
const Packet* Decoder::next_of_fragments() {
  while (reassembler_.must_give_up(packet_.time) || (flushing_ && !reassembler_.empty())) {
    if (decode_given_up()) return &packet_;
  }
  flushing_ = false;
  return next_of_frame();
}

// decode_given_up decodes what there is of a datagram that is no longer waited for: nothing, if its
// beginning did not come.
bool Decoder::decode_given_up() {
  reassembler_.give_up();
  if (reassembler_.datagram().bytes.empty()) return false;
  int layers = kMaxLayers;
  packet_.verdict = put_together(decode_datagram(layers), layers);
  return true;
}

void Decoder::decode_frame() {
  if (link_ == LinkType::kEthernet && read_plain(frame_, packet_.segment)) {
    packet_.verdict = Verdict::kTcp;
    return;
  }
  packet_.segment = Segment{};
  Layer layer;
  layer.bytes = frame_;
  layer.sent = wire_len_;
  int layers = kMaxLayers;
  if (const auto verdict = read_link(link_, layer)) {
    packet_.verdict = *verdict;
    return;
  }
  const Verdict verdict = descend(layer, layers, packet_.segment, fragment_);
  packet_.verdict = verdict == Verdict::kFragment ? put_together(verdict, layers) : verdict;
}

// put_together keeps a fragment, and goes on with its datagram if that is complete, as long as
// there is another fragment in it. Each is a layer farther in.
Verdict Decoder::put_together(Verdict verdict, int& layers) {
  while (verdict == Verdict::kFragment) {
    const auto result = reassembler_.push(fragment_, packet_.time);
    if (result == Reassembler::Result::kRefused) return Verdict::kBadIp;
    if (result == Reassembler::Result::kKept) return Verdict::kFragment;
    verdict = decode_datagram(layers);
  }
  return verdict;
}

Verdict Decoder::decode_datagram(int& layers) {
  const Datagram& datagram = reassembler_.datagram();
  packet_.segment = Segment{};
  packet_.segment.source.address = datagram.key.source;
  packet_.segment.destination.address = datagram.key.destination;
  Layer layer;
  layer.kind = datagram.key.v6 ? Layer::Kind::kIpv6Payload : Layer::Kind::kIpv4Payload;
  layer.number = datagram.protocol;
  layer.bytes = datagram.bytes;
  layer.sent = datagram.sent;
  layer.open_ended = datagram.open_ended;
  return descend(layer, layers, packet_.segment, fragment_);
}

}  // namespace rpcsieve::packet

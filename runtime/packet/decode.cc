// From a captured frame down to TCP or UDP: a loop in which each layer takes its header off the
// front of the bytes and names the next. Nothing is copied, and nothing recurses: a packet of
// tunnels inside tunnels costs kMaxLayers steps at most.
#include <algorithm>

#include "runtime/packet/layers.h"

namespace rpcsieve::packet {
namespace {

using Kind = Layer::Kind;

Verdict read_tcp(const Layer& layer, Segment& segment) {
  Cursor c(layer.bytes, Endian::kBig);
  segment.source.port = c.u16();
  segment.destination.port = c.u16();
  segment.sequence = c.u32();
  segment.acknowledgment = c.u32();
  const std::size_t header = static_cast<std::size_t>(c.u8() >> 4) * 4;
  const std::uint8_t flags = c.u8();
  if (!c.ok()) return Verdict::kTruncated;
  if (header < 20 || header > layer.sent) return Verdict::kBadTcp;
  segment.fin = (flags & 0x01) != 0 && !layer.open_ended;  // where it stands is not known
  segment.syn = (flags & 0x02) != 0;
  segment.rst = (flags & 0x04) != 0;
  segment.ack = (flags & 0x10) != 0;
  segment.payload = header < layer.bytes.size() ? layer.bytes.subspan(header) : Bytes{};
  segment.payload_len = static_cast<std::uint32_t>(layer.sent - header);
  return Verdict::kTcp;
}

// A length of 0 is that of a jumbogram [RFC 2675 §4].
std::optional<Verdict> read_udp(Layer& layer, Segment& segment) {
  constexpr std::size_t kHeader = 8;
  Cursor c(layer.bytes, Endian::kBig);
  segment.source.port = c.u16();
  segment.destination.port = c.u16();
  const std::size_t field = c.u16();
  c.skip(2);
  if (!c.ok()) return Verdict::kTruncated;
  const std::size_t length = field == 0 ? layer.sent : field;
  if (length < kHeader || (length > layer.sent && !layer.open_ended)) return Verdict::kBadUdp;
  layer.enter(c, layer.kind);
  layer.limit(length - kHeader);
  segment.payload = layer.bytes;
  segment.payload_len = static_cast<std::uint32_t>(layer.sent);
  if (read_udp_tunnel(segment.destination.port, layer)) return std::nullopt;
  return Verdict::kUdp;
}

std::optional<Verdict> read_ether_type(Layer& layer, Segment& segment, Fragment& fragment) {
  switch (layer.number) {
    case kEtherIpv4:
      return read_ipv4(layer, segment, fragment);
    case kEtherIpv6:
      return read_ipv6(layer, segment);
    case 0x8100:  // VLAN, and what carries a second tag, of old and of IEEE 802.1ad
    case 0x9100:
    case 0x88a8:
      return read_tag(layer);
    case kEtherMpls:
    case 0x8848:  // for several receivers once [RFC 5332]
      return read_mpls(layer);
    case 0x8864:
      return read_pppoe(layer);
    default:
      return Verdict::kNotIp;
  }
}

// read_ip goes by the version nibble, for links that carry bare IP.
std::optional<Verdict> read_ip(Layer& layer, Segment& segment, Fragment& fragment) {
  if (layer.bytes.empty()) return Verdict::kTruncated;
  switch (layer.bytes[0] >> 4) {
    case 4:
      return read_ipv4(layer, segment, fragment);
    case 6:
      return read_ipv6(layer, segment);
    default:
      return Verdict::kNotIp;
  }
}

// turn_to gives what a layer carries the number that a link would give it.
std::optional<Verdict> turn_to(Layer& layer, std::uint16_t ether_type) {
  layer.kind = Kind::kEtherType;
  layer.number = ether_type;
  return std::nullopt;
}

// read_protocol reads what both versions of IP carry.
std::optional<Verdict> read_protocol(Layer& layer, Segment& segment) {
  switch (layer.number) {
    case 6:
      return read_tcp(layer, segment);
    case 17:
      return read_udp(layer, segment);
    case 4:
      return turn_to(layer, kEtherIpv4);
    case 41:
      return turn_to(layer, kEtherIpv6);
    case 137:  // [RFC 4023]
      return turn_to(layer, kEtherMpls);
    case 47:
      return read_gre(layer);
    case 50:
      return Verdict::kEsp;
    default:
      return Verdict::kOtherProtocol;
  }
}

std::optional<Verdict> read_ipv4_payload(Layer& layer, Segment& segment) {
  constexpr std::uint8_t kAuthentication = 51;
  if (layer.number == kAuthentication) return read_authentication(layer);
  return read_protocol(layer, segment);
}

// Extension headers may come in any order and number [RFC 8200 §4.1].
std::optional<Verdict> read_ipv6_payload(Layer& layer, Segment& segment, Fragment& fragment) {
  switch (layer.number) {
    case 0:    // hop by hop
    case 43:   // routing
    case 44:   // fragment
    case 51:   // authentication
    case 60:   // destination
    case 135:  // mobility
      return read_ipv6_extension(layer, segment, fragment);
    default:
      return read_protocol(layer, segment);
  }
}

std::optional<Verdict> read(Layer& layer, Segment& segment, Fragment& fragment) {
  switch (layer.kind) {
    case Kind::kFrame:
      return read_ethernet(layer);
    case Kind::kPpp:
      return read_ppp(layer);
    case Kind::kIp:
      return read_ip(layer, segment, fragment);
    case Kind::kEtherType:
      return read_ether_type(layer, segment, fragment);
    case Kind::kIpv4Payload:
      return read_ipv4_payload(layer, segment);
    case Kind::kIpv6Payload:
      return read_ipv6_payload(layer, segment, fragment);
  }
  return Verdict::kNotIp;
}

}  // namespace

Verdict descend(Layer layer, int& layers, Segment& segment, Fragment& fragment) {
  while (layers-- > 0) {
    if (const auto verdict = read(layer, segment, fragment)) return *verdict;
  }
  return Verdict::kTooDeep;
}

Verdict decode(LinkType link, Bytes frame, std::uint32_t wire_len, Segment& segment) {
  Layer layer;
  layer.bytes = frame;
  layer.sent = wire_len;
  if (const auto verdict = read_link(link, layer)) return *verdict;
  Fragment fragment;
  int layers = kMaxLayers;
  return descend(layer, layers, segment, fragment);
}

}  // namespace rpcsieve::packet

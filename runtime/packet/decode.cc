// From a captured frame down to TCP or UDP. Each layer takes the bytes it owns off the front of a
// Cursor and names the next; nothing is copied. The lengths inside IP say where a packet ends, so
// padding of short Ethernet frames is not taken for payload, and snaplen cuts are told from short
// packets.
#include <algorithm>

#include "runtime/base/cursor.h"
#include "runtime/packet/packet.h"

namespace rpcsieve::packet {
namespace {

// EtherTypes [IEEE 802 numbers].
constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::uint16_t kEtherVlan = 0x8100;
constexpr std::uint16_t kEtherQinq = 0x88a8;
constexpr std::uint16_t kEtherQinqOld = 0x9100;
constexpr int kMaxTags = 4;

// IP protocol numbers and IPv6 extension headers [RFC 8200 §4].
constexpr std::uint8_t kTcpProtocol = 6, kUdpProtocol = 17;
constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragmentHeader = 44, kDestination = 60,
                       kAuthentication = 51, kMobility = 135;
constexpr int kMaxExtensions = 8;

std::size_t left_of(std::uint32_t wire_len, Bytes frame, const Cursor& c) {
  const std::size_t passed = frame.size() - c.size();
  return wire_len > passed ? wire_len - passed : 0;
}

Verdict decode_tcp(Cursor c, std::size_t sent, Segment& segment) {
  const Bytes whole = c.rest();
  segment.source.port = c.u16();
  segment.destination.port = c.u16();
  segment.sequence = c.u32();
  segment.acknowledgment = c.u32();
  const std::size_t header = static_cast<std::size_t>(c.u8() >> 4) * 4;
  const std::uint8_t flags = c.u8();
  if (!c.ok()) return Verdict::kTruncated;
  if (header < 20 || header > sent) return Verdict::kBadTcp;
  segment.fin = (flags & 0x01) != 0;
  segment.syn = (flags & 0x02) != 0;
  segment.rst = (flags & 0x04) != 0;
  segment.ack = (flags & 0x10) != 0;
  segment.payload = header < whole.size() ? whole.subspan(header) : Bytes{};
  segment.payload_len = static_cast<std::uint32_t>(sent - header);
  return Verdict::kTcp;
}

// A length of 0 is that of a jumbogram [RFC 2675 §4].
Verdict decode_udp(Cursor c, std::size_t sent, Segment& segment) {
  constexpr std::size_t kHeader = 8;
  segment.source.port = c.u16();
  segment.destination.port = c.u16();
  const std::size_t length = c.u16();
  c.skip(2);
  if (!c.ok()) return Verdict::kTruncated;
  if (length != 0 && (length < kHeader || length > sent)) return Verdict::kBadUdp;
  const std::size_t payload = (length == 0 ? sent : length) - kHeader;
  segment.payload = c.take(std::min(c.size(), payload));
  segment.payload_len = static_cast<std::uint32_t>(payload);
  return Verdict::kUdp;
}

// decode_transport reads what an IP packet carries: `sent` bytes on the wire, of which `c` has
// those that were captured.
Verdict decode_transport(std::uint8_t protocol, Cursor c, std::size_t sent, Segment& segment) {
  const Cursor inner = c.sub(std::min(c.size(), sent));
  switch (protocol) {
    case kTcpProtocol:
      return decode_tcp(inner, sent, segment);
    case kUdpProtocol:
      return decode_udp(inner, sent, segment);
    default:
      return Verdict::kOtherProtocol;
  }
}

// A total length of 0 is what segmentation offload leaves in packets that were never on a wire.
Verdict decode_ipv4(Cursor c, std::size_t wire_left, Segment& segment) {
  const std::size_t header = static_cast<std::size_t>(c.u8() & 15) * 4;
  c.skip(1);
  std::size_t total = c.u16();
  c.skip(2);
  const std::uint16_t fragment = c.u16();
  c.skip(1);
  const std::uint8_t protocol = c.u8();
  c.skip(2);
  const Bytes source = c.take(4);
  const Bytes destination = c.take(4);
  if (!c.ok()) return Verdict::kTruncated;
  if (total == 0) total = wire_left;
  if (header < 20 || total < header) return Verdict::kBadIp;
  c.skip(header - 20);
  if (!c.ok()) return Verdict::kTruncated;
  constexpr std::uint16_t kMoreOrOffset = 0x3fff;
  if ((fragment & kMoreOrOffset) != 0) return Verdict::kFragment;
  segment.source.address = make_v4(source);
  segment.destination.address = make_v4(destination);
  return decode_transport(protocol, c, total - header, segment);
}

bool is_extension(std::uint8_t next) {
  return next == kHopByHop || next == kRouting || next == kDestination || next == kAuthentication ||
         next == kMobility;
}

// extension_length reads the length field: in 8-byte units without the first, but in 4-byte units
// without the first two for the authentication header [RFC 4302 §2.2].
std::size_t extension_length(std::uint8_t kind, std::uint8_t field) {
  return kind == kAuthentication ? (std::size_t{field} + 2) * 4 : (std::size_t{field} + 1) * 8;
}

// is_atomic says whether a fragment header stands before a whole packet [RFC 6946]: no offset, and
// no more fragments.
bool is_atomic(Cursor c) {
  c.skip(2);
  constexpr std::uint16_t kOffsetOrMore = 0xfff9;
  return (c.u16() & kOffsetOrMore) == 0 && c.ok();
}

Verdict decode_ipv6(Cursor c, std::size_t wire_left, Segment& segment) {
  c.skip(4);
  std::size_t sent = c.u16();
  std::uint8_t next = c.u8();
  c.skip(1);
  const Bytes source = c.take(16);
  const Bytes destination = c.take(16);
  if (!c.ok()) return Verdict::kTruncated;
  constexpr std::size_t kHeader = 40;
  if (sent == 0 && wire_left > kHeader) sent = wire_left - kHeader;  // jumbo or offloaded
  for (int n = 0; n < kMaxExtensions && c.ok(); ++n) {
    const bool atomic = next == kFragmentHeader && is_atomic(c);
    if (!atomic && !is_extension(next)) break;
    const std::uint8_t kind = next;
    next = c.u8();
    const std::uint8_t field = c.u8();
    const std::size_t length = atomic ? 8 : extension_length(kind, field);
    if (length > sent) return Verdict::kBadIp;
    c.skip(length - 2);
    sent -= length;
  }
  if (!c.ok()) return Verdict::kTruncated;
  if (next == kFragmentHeader) return Verdict::kFragment;
  segment.source.address = make_v6(source);
  segment.destination.address = make_v6(destination);
  return decode_transport(next, c, sent, segment);
}

// decode_ip goes by the version nibble, for links that carry bare IP.
Verdict decode_ip(Cursor c, std::size_t wire_left, Segment& segment) {
  if (c.size() == 0) return Verdict::kTruncated;
  switch (c.rest()[0] >> 4) {
    case 4:
      return decode_ipv4(c, wire_left, segment);
    case 6:
      return decode_ipv6(c, wire_left, segment);
    default:
      return Verdict::kNotIp;
  }
}

// skip_tags passes VLAN tags and returns the EtherType behind them.
std::uint16_t skip_tags(Cursor& c, std::uint16_t type) {
  for (int n = 0; n < kMaxTags; ++n) {
    if (type != kEtherVlan && type != kEtherQinq && type != kEtherQinqOld) break;
    c.skip(2);
    type = c.u16();
  }
  return type;
}

// read_link reads the link header and returns the EtherType of what follows; 0: bare IP.
std::uint16_t read_link(LinkType link, Cursor& c) {
  switch (link) {
    case LinkType::kEthernet:
      c.skip(12);
      return skip_tags(c, c.u16());
    case LinkType::kLinuxSll:
      c.skip(14);
      return skip_tags(c, c.u16());
    case LinkType::kLinuxSll2: {
      const std::uint16_t type = c.u16();
      c.skip(18);
      return skip_tags(c, type);
    }
    case LinkType::kNull:  // an address family, in the capturing host's byte order
    case LinkType::kLoop:
      c.skip(4);
      return 0;
    default:
      return 0;
  }
}

}  // namespace

bool is_known(LinkType link) {
  switch (link) {
    case LinkType::kNull:
    case LinkType::kEthernet:
    case LinkType::kRaw12:
    case LinkType::kRaw14:
    case LinkType::kRaw:
    case LinkType::kLoop:
    case LinkType::kLinuxSll:
    case LinkType::kIpv4:
    case LinkType::kIpv6:
    case LinkType::kLinuxSll2:
      return true;
  }
  return false;
}

Verdict decode(LinkType link, Bytes frame, std::uint32_t wire_len, Segment& segment) {
  Cursor c(frame, Endian::kBig);
  const std::uint16_t type = read_link(link, c);
  if (!c.ok()) return Verdict::kTruncated;
  const std::size_t left = left_of(wire_len, frame, c);
  switch (type) {
    case 0:
      return decode_ip(c, left, segment);
    case kEtherIpv4:
      return decode_ipv4(c, left, segment);
    case kEtherIpv6:
      return decode_ipv6(c, left, segment);
    default:
      return Verdict::kNotIp;
  }
}

}  // namespace rpcsieve::packet

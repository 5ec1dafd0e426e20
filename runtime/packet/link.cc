// What stands before IP: the links of a capture, and the tags and labels of networks that carry
// whole frames.
#include <algorithm>

#include "runtime/packet/layers.h"

namespace rpcsieve::packet {
namespace {

using Kind = Layer::Kind;

constexpr std::uint16_t kEtherVlan = 0x8100, kEtherQinq = 0x88a8;

// An EtherType below this is the length of an IEEE 802.3 frame [IEEE 802.3 §3.2.6].
constexpr std::uint16_t kFirstEtherType = 0x0600;

// read_snap reads the SNAP header of a frame without EtherType: other LLC frames are not IP's
// [RFC 1042]. The length is that of the frame without its padding.
std::optional<Verdict> read_snap(Layer& layer, Cursor c, std::uint16_t length) {
  constexpr std::uint16_t kSnap = 0xaaaa;
  layer.enter(c, Kind::kFrame);
  layer.limit(length);
  Cursor snap(layer.bytes, Endian::kBig);
  const std::uint16_t services = snap.u16();
  snap.skip(4);  // a control byte, and whose the number is: bridges write their own
  const std::uint16_t type = snap.u16();
  if (snap.ok() && services != kSnap) return Verdict::kNotIp;
  return layer.enter(snap, Kind::kEtherType, type);
}

// is_frame tells an Ethernet frame by what it says it carries.
bool is_frame(Bytes bytes) {
  Cursor c(bytes, Endian::kBig);
  c.skip(12);
  const std::uint16_t type = c.u16();
  return type == kEtherIpv4 || type == kEtherIpv6 || type == kEtherVlan || type == kEtherQinq;
}

// read_pseudo_wire reads what is behind the last label when it is not IP: a frame, usually behind a
// control word, which begins with four zero bits [RFC 4385 §3]. A MAC address may begin like it, so
// what the frame would carry decides.
std::optional<Verdict> read_pseudo_wire(Layer& layer, const Cursor& c) {
  constexpr std::size_t kControlWord = 4;
  const bool has_zeros = c.size() == 0 || c.rest()[0] >> 4 == 0;
  const bool is_bare = is_frame(c.rest());
  Cursor behind = c;
  behind.skip(kControlWord);
  if (has_zeros && (is_frame(behind.rest()) || !is_bare)) return layer.enter(behind, Kind::kFrame);
  return is_bare ? layer.enter(c, Kind::kFrame) : Verdict::kNotIp;
}

}  // namespace

bool is_known(LinkType link) {
  switch (link) {
    case LinkType::kNull:
    case LinkType::kEthernet:
    case LinkType::kPpp:
    case LinkType::kRaw12:
    case LinkType::kRaw14:
    case LinkType::kPppHdlc:
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

std::optional<Verdict> read_link(LinkType link, Layer& layer) {
  Cursor c(layer.bytes, Endian::kBig);
  switch (link) {
    case LinkType::kEthernet:
      return read_ethernet(layer);
    case LinkType::kPpp:
    case LinkType::kPppHdlc:
      return layer.enter(c, Kind::kPpp);
    case LinkType::kLinuxSll: {
      c.skip(14);
      const std::uint16_t type = c.u16();
      return layer.enter(c, Kind::kEtherType, type);
    }
    case LinkType::kLinuxSll2: {
      const std::uint16_t type = c.u16();
      c.skip(18);
      return layer.enter(c, Kind::kEtherType, type);
    }
    case LinkType::kNull:  // an address family, in the capturing host's byte order
    case LinkType::kLoop:
      c.skip(4);
      return layer.enter(c, Kind::kIp);
    default:
      return layer.enter(c, Kind::kIp);
  }
}

std::optional<Verdict> read_ethernet(Layer& layer) {
  Cursor c(layer.bytes, Endian::kBig);
  c.skip(12);
  const std::uint16_t type = c.u16();
  if (c.ok() && type < kFirstEtherType) return read_snap(layer, c, type);
  return layer.enter(c, Kind::kEtherType, type);
}

std::optional<Verdict> read_tag(Layer& layer) {
  Cursor c(layer.bytes, Endian::kBig);
  c.skip(2);
  const std::uint16_t type = c.u16();
  return layer.enter(c, Kind::kEtherType, type);
}

// Each label is a layer; the last one has the bottom bit [RFC 3032 §2.1]. It does not say what is
// behind it: that is told by the first nibble [RFC 4928 §3].
std::optional<Verdict> read_mpls(Layer& layer) {
  constexpr std::uint32_t kBottom = 0x100;
  Cursor c(layer.bytes, Endian::kBig);
  const std::uint32_t label = c.u32();
  if (!c.ok() || (label & kBottom) == 0) return layer.enter(c, Kind::kEtherType, kEtherMpls);
  const int nibble = c.size() > 0 ? c.rest()[0] >> 4 : 0;
  if (nibble == 4 || nibble == 6) return layer.enter(c, Kind::kIp);
  return read_pseudo_wire(layer, c);
}

// A session's packet [RFC 2516 §4]; its length is that of the PPP packet without padding.
std::optional<Verdict> read_pppoe(Layer& layer) {
  Cursor c(layer.bytes, Endian::kBig);
  const std::uint16_t version_and_code = c.u16();
  c.skip(2);
  const std::uint16_t length = c.u16();
  if (c.ok() && version_and_code != 0x1100) return Verdict::kNotIp;
  const auto verdict = layer.enter(c, Kind::kPpp);
  if (!verdict) layer.limit(length);
  return verdict;
}

// PPP, with or without the address and control fields that are always the same, and with its
// protocol number in one byte or two [RFC 1661 §6.5, §6.6]; or Cisco's framing, which looks alike.
std::optional<Verdict> read_ppp(Layer& layer) {
  Cursor c(layer.bytes, Endian::kBig);
  const Bytes start = c.rest().first(std::min<std::size_t>(c.size(), 2));
  const auto begins = [start](std::uint8_t a, std::uint8_t b) {
    return start.size() == 2 && start[0] == a && start[1] == b;
  };
  if (begins(0xff, 0x03)) c.skip(2);
  if (begins(0x0f, 0) || begins(0x8f, 0)) return read_tag(layer);
  std::uint16_t protocol = c.u8();
  if ((protocol & 1) == 0) protocol = static_cast<std::uint16_t>(protocol << 8 | c.u8());
  if (!c.ok()) return Verdict::kTruncated;
  switch (protocol) {
    case 0x0021:
      return layer.enter(c, Kind::kEtherType, kEtherIpv4);
    case 0x0057:
      return layer.enter(c, Kind::kEtherType, kEtherIpv6);
    case 0x0281:
      return layer.enter(c, Kind::kEtherType, kEtherMpls);
    default:
      return Verdict::kNotIp;
  }
}

}  // namespace rpcsieve::packet

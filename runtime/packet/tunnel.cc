// Packets inside packets: GRE and what switches mirror through it, and the overlays of virtual
// networks.
#include "runtime/packet/layers.h"

namespace rpcsieve::packet {
namespace {

using Kind = Layer::Kind;

constexpr std::uint16_t kBridging = 0x6558, kErspan = 0x88be, kErspan3 = 0x22eb;

// read_erspan reads the headers of types II and III, told apart by their version; type I has none
// [draft-foschiano-erspan-03 §4]. Type III may carry bare IP, and a subheader if its last bit says
// so.
std::optional<Verdict> read_erspan(Layer& layer, Cursor c) {
  constexpr std::uint16_t kSubheader = 1, kIpFrame = 2;
  const int version = c.u16() >> 12;
  c.skip(6);
  if (version == 1) return layer.enter(c, Kind::kFrame);
  c.skip(2);
  const std::uint16_t flags = c.u16();
  if ((flags & kSubheader) != 0) c.skip(8);
  if (c.ok() && version != 2) return Verdict::kOtherProtocol;
  const bool is_ip = (flags >> 10 & 0x1f) == kIpFrame;
  return layer.enter(c, is_ip ? Kind::kIp : Kind::kFrame);
}

// A VXLAN header says that it has a network identifier, and has nothing but zeros in the last byte
// [RFC 7348 §5]. Another flag beside it is that of extensions which carry something else than
// frames.
bool read_vxlan(Layer& layer, Cursor c) {
  constexpr std::uint8_t kIdentifier = 0x08, kNextProtocol = 0x04;
  const std::uint8_t flags = c.u8();
  c.skip(6);
  const std::uint8_t reserved = c.u8();
  if ((flags & (kIdentifier | kNextProtocol)) != kIdentifier || reserved != 0) return false;
  return !layer.enter(c, Kind::kFrame);
}

// A GENEVE header is of version 0, has zeros where it is reserved [RFC 8926 §3.4], and what follows
// its options begins as it says.
bool read_geneve(Layer& layer, Cursor c) {
  const std::uint8_t version_and_options = c.u8();
  const std::uint8_t flags = c.u8();
  const std::uint16_t type = c.u16();
  c.skip(3);
  const std::uint8_t reserved = c.u8();
  c.skip(std::size_t{4} * (version_and_options & 0x3f));
  if (version_and_options >> 6 != 0 || (flags & 0x3f) != 0 || reserved != 0) return false;
  if (type == kBridging) return !layer.enter(c, Kind::kFrame);
  const int nibble = c.size() > 0 ? c.rest()[0] >> 4 : 0;
  const bool is_ip = (type == kEtherIpv4 && nibble == 4) || (type == kEtherIpv6 && nibble == 6);
  return is_ip && !layer.enter(c, Kind::kEtherType, type);
}

}  // namespace

// GRE, with its optional fields [RFC 2784 §2, RFC 2890 §2]; a receiver drops packets with routing
// or of another version.
std::optional<Verdict> read_gre(Layer& layer) {
  constexpr std::uint16_t kChecksum = 0x8000, kRouting = 0x4000, kKey = 0x2000, kSequence = 0x1000,
                          kVersion = 0x0007;
  Cursor c(layer.bytes, Endian::kBig);
  const std::uint16_t flags = c.u16();
  const std::uint16_t type = c.u16();
  if (c.ok() && (flags & (kRouting | kVersion)) != 0) return Verdict::kOtherProtocol;
  for (const std::uint16_t field : {kChecksum, kKey, kSequence}) {
    if ((flags & field) != 0) c.skip(4);
  }
  if (type == kErspan3 || (type == kErspan && (flags & kSequence) != 0))
    return read_erspan(layer, c);
  const bool is_frame = type == kBridging || type == kErspan;
  return layer.enter(c, is_frame ? Kind::kFrame : Kind::kEtherType, type);
}

bool read_udp_tunnel(std::uint16_t port, Layer& layer) {
  constexpr std::uint16_t kVxlan = 4789, kVxlanOld = 8472, kGeneve = 6081;
  const Cursor c(layer.bytes, Endian::kBig);
  if (port == kGeneve) return read_geneve(layer, c);
  return (port == kVxlan || port == kVxlanOld) && read_vxlan(layer, c);
}

}  // namespace rpcsieve::packet

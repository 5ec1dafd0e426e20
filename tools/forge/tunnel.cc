// Each tunnel is its header, and what it carries.
#include "tools/forge/tunnel.h"

namespace rpcsieve::forge {
namespace {

constexpr std::uint8_t kGreProtocol = 47, kIpv4Protocol = 4, kIpv6Protocol = 41;
constexpr std::uint16_t kSourcePort = 50000;

Wire big() { return Wire(Endian::kBig); }

Buffer tunnel(std::uint8_t protocol, const Buffer& content) {
  return ip(kTunnelSource, kTunnelDestination, protocol, content);
}

Buffer tunnel_udp(std::uint16_t port, const Buffer& content) {
  return udp(kTunnelSource, kSourcePort, kTunnelDestination, port, content);
}

Buffer framed(std::uint16_t type_or_length, const Buffer& content) {
  return hex("005056000002 005056000001") + big().u16(type_or_length).bytes(content).build();
}

std::uint8_t protocol_of(const Buffer& packet) {
  return packet.at(0) >> 4 == 6 ? kIpv6Protocol : kIpv4Protocol;
}

std::uint16_t ppp_protocol(const Buffer& packet) {
  return packet.at(0) >> 4 == 6 ? 0x0057 : 0x0021;
}

}  // namespace

Buffer vxlan(const Buffer& frame, std::uint16_t port) {
  constexpr std::uint32_t kNetwork = 7;
  return tunnel_udp(port, big().u32(0x08000000).u32(kNetwork << 8).bytes(frame).build());
}

Buffer geneve(const Buffer& content, std::uint16_t ether_type, std::size_t options) {
  constexpr std::uint32_t kNetwork = 7;
  Wire wire = big();
  wire.u8(options).u8(0).u16(ether_type).u32(kNetwork << 8);
  for (std::size_t i = 0; i < options; ++i) wire.u32(0x01020300);  // an option without data
  return tunnel_udp(6081, wire.bytes(content).build());
}

Buffer gre(const Buffer& content, std::uint16_t ether_type, std::uint16_t flags) {
  Wire wire = big();
  wire.u16(flags).u16(ether_type);
  if ((flags & kGreChecksum) != 0) wire.u32(0);
  if ((flags & kGreKey) != 0) wire.u32(0x6b6579);
  if ((flags & kGreSequence) != 0) wire.u32(1);
  wire.bytes(content);
  if ((flags & kGreChecksum) != 0) wire.patch16(4, checksum(wire.build()));
  return tunnel(kGreProtocol, wire.build());
}

Buffer erspan1(const Buffer& frame) { return gre(frame, 0x88be); }

Buffer erspan2(const Buffer& frame) {
  return gre(big().u16(0x1001).u16(5).u32(0).build() + frame, 0x88be, kGreSequence);
}

// The last bit says whether a platform's subheader follows.
Buffer erspan3(const Buffer& frame, bool subheader) {
  Wire wire = big();
  wire.u16(0x2001).u16(5).u32(0).u16(0).u16(subheader ? 1 : 0).zeros(subheader ? 8 : 0);
  return gre(wire.bytes(frame).build(), 0x22eb, kGreSequence);
}

Buffer ip_in_ip(const Buffer& packet) { return tunnel(protocol_of(packet), packet); }

Buffer ip_in_ipv6(const Buffer& packet) {
  return ip("2001:db8:ffff::1", "2001:db8:ffff::2", protocol_of(packet), packet);
}

Buffer mpls(const Buffer& packet, std::size_t labels) {
  Wire wire = big();
  for (std::size_t i = 1; i <= labels; ++i) wire.u16(1).u16(0x0040 | (i == labels ? 0x0140 : 0));
  return framed(0x8847, wire.bytes(packet).build());
}

Buffer pseudo_wire(const Buffer& frame, bool control_word) {
  const Buffer label = hex("00010140");
  return framed(0x8847, label + Buffer(control_word ? 4 : 0) + frame);
}

Buffer pppoe(const Buffer& packet) {
  Wire wire = big();
  wire.u16(0x1100).u16(1).u16(2 + packet.size()).u16(ppp_protocol(packet));
  return framed(0x8864, wire.bytes(packet).build());
}

Buffer snap(const Buffer& packet) {
  Wire wire = big();
  wire.bytes(hex("aaaa03 000000")).u16(ether_type(packet)).bytes(packet);
  return framed(static_cast<std::uint16_t>(wire.size()), wire.build());
}

Buffer ppp(const Buffer& packet) { return big().u16(ppp_protocol(packet)).bytes(packet).build(); }

Buffer ppp_hdlc(const Buffer& packet) { return hex("ff03") + ppp(packet); }

}  // namespace rpcsieve::forge

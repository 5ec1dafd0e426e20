#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/forge.h"

namespace rpcsieve::test {

// Encapsulation is one way in which a capture may hold an IP packet.
struct Encapsulation {
  std::string name;
  std::uint16_t link;  // LINKTYPE_
  Buffer frame;
};

// encapsulations gives a packet in every link, tunnel and order of tunnels that packet::decode
// reads.
inline std::vector<Encapsulation> encapsulations(const Buffer& packet) {
  const Buffer frame = ethernet(packet);
  const std::uint16_t type = ether_type(packet);
  return {
      {"ethernet", 1, frame},
      {"vlan", 1, ethernet(packet, {0x8100})},
      {"QinQ", 1, ethernet(packet, {0x88a8, 0x8100})},
      {"old QinQ", 1, ethernet(packet, {0x9100, 0x8100})},
      {"null", 0, null(packet)},
      {"raw", 101, packet},
      {"cooked v1", 113, linux_sll(packet)},
      {"cooked v2", 276, linux_sll2(packet)},
      {"PPP", 9, ppp_hdlc(packet)},
      {"PPP, framed", 50, ppp_hdlc(packet)},
      {"PPPoE", 1, pppoe(packet)},
      {"SNAP", 1, snap(packet)},
      {"MPLS", 1, mpls(packet)},
      {"MPLS, four labels", 1, mpls(packet, 4)},
      {"pseudo-wire", 1, pseudo_wire(frame)},
      {"pseudo-wire, no control word", 1, pseudo_wire(frame, false)},
      {"pseudo-wire, VLAN inside", 1, pseudo_wire(ethernet(packet, {0x8100}))},
      {"VXLAN", 1, ethernet(vxlan(frame))},
      {"VXLAN, VLANs", 1, ethernet(vxlan(ethernet(packet, {0x8100})), {0x8100})},
      {"GENEVE", 1, ethernet(geneve(frame))},
      {"GENEVE, options", 1, ethernet(geneve(frame, 0x6558, 3))},
      {"GENEVE, IP", 1, ethernet(geneve(packet, type))},
      {"GRE", 1, ethernet(gre(packet, type))},
      {"GRE, checksum", 1, ethernet(gre(packet, type, kGreChecksum))},
      {"GRE, key", 1, ethernet(gre(packet, type, kGreKey))},
      {"GRE, all fields", 1, ethernet(gre(packet, type, kGreChecksum | kGreKey | kGreSequence))},
      {"GRE, bridged", 1, ethernet(gre(frame, 0x6558))},
      {"GRE, MPLS", 1, ethernet(gre(hex("00010140") + packet, 0x8847))},
      {"ERSPAN I", 1, ethernet(erspan1(frame))},
      {"ERSPAN II", 1, ethernet(erspan2(frame))},
      {"ERSPAN II, VLAN", 1, ethernet(erspan2(ethernet(packet, {0x8100})))},
      {"ERSPAN III", 1, ethernet(erspan3(frame))},
      {"ERSPAN III, subheader", 1, ethernet(erspan3(frame, true))},
      {"IP in IPv4", 1, ethernet(ip_in_ip(packet))},
      {"IP in IPv6", 1, ethernet(ip_in_ipv6(packet))},
      {"MPLS in IP", 1,
       ethernet(ip(kTunnelSource, kTunnelDestination, 137, hex("00010140") + packet))},
      {"authentication header", 1,
       ethernet(ip(kTunnelSource, kTunnelDestination, 51,
                   hex(packet.at(0) >> 4 == 6 ? "29" : "04") + hex("04 0000 00000001 00000001") +
                       Buffer(12) + packet))},
      {"mirrored overlay", 1, ethernet(erspan2(ethernet(vxlan(frame), {0x8100})))},
      {"overlay in tunnels", 113, linux_sll(ip_in_ipv6(gre(vxlan(frame), 0x0800, kGreKey)))},
  };
}

}  // namespace rpcsieve::test

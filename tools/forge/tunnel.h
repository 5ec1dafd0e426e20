#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "tools/forge/ip_packet.h"

namespace rpcsieve::forge {

// The tunnels carry a frame or a packet (ip_packet.h) inside another packet, from kTunnelSource to
// kTunnelDestination; they nest, and any link carries them: ethernet(vxlan(ethernet(packet))).
inline constexpr std::string_view kTunnelSource = "192.0.2.1", kTunnelDestination = "192.0.2.2";

Buffer vxlan(const Buffer& frame, std::uint16_t port = 4789);  // [RFC 7348]
// geneve carries a frame, or whatever else an EtherType names [RFC 8926]; options are words of 4
// bytes.
Buffer geneve(const Buffer& content, std::uint16_t ether_type = 0x6558, std::size_t options = 0);

// The optional fields of GRE [RFC 2784, RFC 2890].
inline constexpr std::uint16_t kGreChecksum = 0x8000, kGreKey = 0x2000, kGreSequence = 0x1000;
Buffer gre(const Buffer& content, std::uint16_t ether_type, std::uint16_t flags = 0);

// ERSPAN, the mirror tunnel of Cisco's switches [draft-foschiano-erspan-03 §4].
Buffer erspan1(const Buffer& frame);
Buffer erspan2(const Buffer& frame);
Buffer erspan3(const Buffer& frame, bool subheader = false);

Buffer ip_in_ip(const Buffer& packet);  // [RFC 2003], 6in4 [RFC 4213]
Buffer ip_in_ipv6(const Buffer& packet);

// mpls carries a packet behind so many labels, pseudo_wire a frame behind one and, if asked for, a
// control word [RFC 4448 §4]. Both give frames.
Buffer mpls(const Buffer& packet, std::size_t labels = 1);
Buffer pseudo_wire(const Buffer& frame, bool control_word = true);

// These give frames, too.
Buffer pppoe(const Buffer& packet);     // a session [RFC 2516]
Buffer snap(const Buffer& packet);      // IEEE 802.3 with LLC and SNAP [RFC 1042]
Buffer ppp(const Buffer& packet);       // PPP, without address and control field
Buffer ppp_hdlc(const Buffer& packet);  // PPP in frames like HDLC's [RFC 1662 §3.1]

}  // namespace rpcsieve::forge

#pragma once

#include <cstdint>

#include "runtime/base/bytes.h"
#include "runtime/base/endpoint.h"
#include "runtime/base/timestamp.h"

namespace rpcsieve::packet {

// LinkType is a capture's link layer, with libpcap's LINKTYPE_ numbers
// (tcpdump.org/linktypes.html).
enum class LinkType : std::uint16_t {
  kNull = 0,
  kEthernet = 1,
  kPpp = 9,
  kRaw12 = 12,
  kRaw14 = 14,
  kPppHdlc = 50,
  kRaw = 101,
  kLoop = 108,
  kLinuxSll = 113,
  kIpv4 = 228,
  kIpv6 = 229,
  kLinuxSll2 = 276,
};

// is_known says whether decode reads this link type.
bool is_known(LinkType link);

// Verdict says what became of a packet; all but kTcp and kUdp have a counter of that name.
enum class Verdict : std::uint8_t {
  kTcp,            // a TCP segment
  kUdp,            // a UDP datagram
  kNotIp,          // another network protocol
  kOtherProtocol,  // IP, but none of these
  kEsp,            // encrypted by IPsec: only the addresses can be read
  kFragment,       // a fragment of an IP datagram
  kTruncated,      // headers end before they should (snaplen)
  kTooDeep,        // more headers inside one another than kMaxLayers
  kBadIp,          // an IP header that contradicts itself, or the datagram's other fragments
  kBadTcp,         // a TCP header that contradicts itself
  kBadUdp,         // a UDP header that contradicts itself
};

// kMaxLayers bounds the headers that are read one behind the other: links, tags, labels, tunnels,
// IP and its extension headers.
inline constexpr int kMaxLayers = 32;

// Segment is one TCP segment, or one UDP datagram, which has only ends and payload. `payload` is
// what was captured; `payload_len` what was sent.
struct Segment {
  Endpoint source;
  Endpoint destination;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  bool syn = false, ack = false, fin = false, rst = false;
  Bytes payload;
  std::uint32_t payload_len = 0;
};

// Packet is what a frame, or the fragments of several, turned out to be. The segment is whole for
// kTcp and kUdp; for kEsp it has the addresses.
struct Packet {
  Verdict verdict = Verdict::kNotIp;
  Segment segment;
  Timestamp time;
};

// decode reads a frame down to the innermost TCP or UDP. Links: Ethernet, IEEE 802.3 with SNAP,
// PPP, Linux cooked v1 and v2, BSD null and loop, raw IP. Inside them, in any order: VLAN tags,
// MPLS and its pseudo-wires, PPPoE, IPv4 with options, IPv6 with extension headers, authentication
// headers, IP in IP, GRE, ERSPAN I to III, VXLAN and GENEVE; a datagram at a tunnel's port that is
// not such a tunnel is a datagram.
//
// Checksums are not looked at: captures of offloaded traffic have wrong ones. `segment` is
// meaningful only for kTcp and kUdp (kEsp: its addresses); its payload is a view of `frame`.
// Padding behind the IP packet is not payload; a length of zero, as offloaded giant segments have
// it, means all that was captured. Fragments are what Decoder is for (decoder.h).
Verdict decode(LinkType link, Bytes frame, std::uint32_t wire_len, Segment& segment);

}  // namespace rpcsieve::packet

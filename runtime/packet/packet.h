#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/base/bytes.h"
#include "runtime/base/endpoint.h"

namespace rpcsieve::packet {

// LinkType is a capture's link layer, with libpcap's LINKTYPE_ numbers
// (tcpdump.org/linktypes.html).
enum class LinkType : std::uint16_t {
  kNull = 0,
  kEthernet = 1,
  kRaw12 = 12,
  kRaw14 = 14,
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
  kOtherProtocol,  // IP, but neither TCP nor UDP
  kFragment,       // a fragment of an IP packet
  kTruncated,      // headers end before they should (snaplen)
  kBadIp,          // an IP header that contradicts itself
  kBadTcp,         // a TCP header that contradicts itself
  kBadUdp,         // a UDP header that contradicts itself
};

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

// decode reads a frame down to TCP or UDP: Ethernet, Linux cooked v1 and v2, BSD null and loop, raw
// IP; VLAN and QinQ tags; IPv4 with options, IPv6 with extension headers. Checksums are not looked
// at: captures of offloaded traffic have wrong ones. `segment` is meaningful only for kTcp and
// kUdp; its payload is a view of `frame`. Padding behind the IP packet is not payload; a length of
// zero, as offloaded giant segments have it, means all that was captured.
Verdict decode(LinkType link, Bytes frame, std::uint32_t wire_len, Segment& segment);

}  // namespace rpcsieve::packet

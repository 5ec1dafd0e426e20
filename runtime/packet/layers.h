#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "runtime/base/cursor.h"
#include "runtime/packet/fragments.h"
#include "runtime/packet/packet.h"

namespace rpcsieve::packet {

// EtherTypes [IEEE 802 numbers].
inline constexpr std::uint16_t kEtherIpv4 = 0x0800, kEtherIpv6 = 0x86dd, kEtherMpls = 0x8847;

// Layer is what lies below a header: its bytes, as far as they were captured, and what they are.
struct Layer {
  // Kind says what the bytes are, or whose numbers name it.
  enum class Kind : std::uint8_t {
    kFrame,        // an Ethernet frame
    kPpp,          // a PPP frame
    kIp,           // IP of either version
    kEtherType,    // `number` is an EtherType
    kIpv4Payload,  // `number` is an IP protocol
    kIpv6Payload,  // `number` is an IP protocol or an extension header
  };

  Kind kind = Kind::kFrame;
  bool open_ended = false;  // more was sent than `sent`, and nobody knows how much
  std::uint16_t number = 0;
  Bytes bytes;
  std::size_t sent = 0;

  // enter goes below a header that was read from `bytes`: `c` is what is left of them. kTruncated
  // if the header was not all there.
  std::optional<Verdict> enter(const Cursor& c, Kind next_kind, std::uint16_t next_number = 0) {
    if (!c.ok()) return Verdict::kTruncated;
    const std::size_t passed = bytes.size() - c.size();
    sent = sent > passed ? sent - passed : 0;
    bytes = c.rest();
    kind = next_kind;
    number = next_number;
    return std::nullopt;
  }
  // limit forgets what is behind the next n bytes: padding.
  void limit(std::size_t n) {
    sent = n;
    if (bytes.size() > n) bytes = bytes.first(n);
  }
};

// Each read function takes one header off a layer, or says what the packet is.

// read_link begins with the header that the capture's link type stands for.
std::optional<Verdict> read_link(LinkType link, Layer& layer);
std::optional<Verdict> read_ethernet(Layer& layer);
std::optional<Verdict> read_tag(Layer& layer);
std::optional<Verdict> read_mpls(Layer& layer);
std::optional<Verdict> read_pppoe(Layer& layer);
std::optional<Verdict> read_ppp(Layer& layer);

// The IP headers give the segment its addresses, and kFragment fills `fragment`.
std::optional<Verdict> read_ipv4(Layer& layer, Segment& segment, Fragment& fragment);
std::optional<Verdict> read_ipv6(Layer& layer, Segment& segment);
std::optional<Verdict> read_ipv6_extension(Layer& layer, const Segment& segment,
                                           Fragment& fragment);
std::optional<Verdict> read_authentication(Layer& layer);

// The tunnels. read_udp_tunnel says whether the datagram of a port, whose payload the layer is, is
// a tunnel; only then is its header taken off.
std::optional<Verdict> read_gre(Layer& layer);
bool read_udp_tunnel(std::uint16_t port, Layer& layer);

// descend reads from a layer down to TCP or UDP, and takes what it reads off the `layers` that may
// still be read.
Verdict descend(Layer layer, int& layers, Segment& segment, Fragment& fragment);

}  // namespace rpcsieve::packet

// The headers of IP. Their lengths say where a packet ends, so that the padding of short frames is
// not taken for payload, and snaplen cuts are told from short packets.
#include "runtime/packet/layers.h"

namespace rpcsieve::packet {
namespace {

using Kind = Layer::Kind;

constexpr std::uint8_t kFragmentHeader = 44, kAuthentication = 51;

// set_piece says which part of its datagram a layer is. `more` and the offset are where IPv6 has
// them in the field that both versions call the offset; IPv4's has its bits elsewhere.
void set_piece(Fragment& fragment, const Layer& layer, std::uint32_t offset, bool more) {
  fragment.protocol = static_cast<std::uint8_t>(layer.number);
  fragment.offset = offset;
  fragment.more = more;
  fragment.bytes = layer.bytes;
  fragment.sent = layer.sent;
}

// extension_length reads the length field: in 8-byte units without the first, but in 4-byte units
// without the first two for the authentication header [RFC 4302 §2.2].
std::size_t extension_length(std::uint16_t kind, std::uint8_t field) {
  return kind == kAuthentication ? (std::size_t{field} + 2) * 4 : (std::size_t{field} + 1) * 8;
}

// read_extension passes over an extension header, which may not be longer than the packet.
std::optional<Verdict> read_extension(Layer& layer, Kind kind) {
  Cursor c(layer.bytes, Endian::kBig);
  const std::uint8_t next = c.u8();
  const std::size_t length = extension_length(layer.number, c.u8());
  if (c.ok() && length > layer.sent) return Verdict::kBadIp;
  c.skip(length - 2);
  return layer.enter(c, kind, next);
}

// read_fragment_header finds out which part of which datagram this is [RFC 8200 §4.5]. The header
// may also stand before a whole packet [RFC 6946].
std::optional<Verdict> read_fragment_header(Layer& layer, const Segment& segment,
                                            Fragment& fragment) {
  constexpr std::uint16_t kOffset = 0xfff8, kMore = 1;
  Cursor c(layer.bytes, Endian::kBig);
  const std::uint8_t next = c.u8();
  c.skip(1);
  const std::uint16_t field = c.u16();
  const std::uint32_t identification = c.u32();
  if (layer.sent < 8) return Verdict::kBadIp;
  if (const auto verdict = layer.enter(c, Kind::kIpv6Payload, next)) return verdict;
  if ((field & (kOffset | kMore)) == 0) return std::nullopt;
  fragment.datagram = {segment.source.address, segment.destination.address, identification, 0,
                       true};
  set_piece(fragment, layer, field & kOffset, (field & kMore) != 0);
  return Verdict::kFragment;
}

}  // namespace

// A total length of 0 is what segmentation offload leaves in packets that were never on a wire.
std::optional<Verdict> read_ipv4(Layer& layer, Segment& segment, Fragment& fragment) {
  constexpr std::uint16_t kMore = 0x2000, kOffset = 0x1fff;
  Cursor c(layer.bytes, Endian::kBig);
  const std::uint8_t version_and_length = c.u8();
  const std::size_t header = static_cast<std::size_t>(version_and_length & 15) * 4;
  c.skip(1);
  std::size_t total = c.u16();
  const std::uint16_t identification = c.u16();
  const std::uint16_t field = c.u16();
  c.skip(1);
  const std::uint8_t protocol = c.u8();
  c.skip(2);
  const Bytes source = c.take(4);
  const Bytes destination = c.take(4);
  if (!c.ok()) return Verdict::kTruncated;
  if (total == 0) total = layer.sent;
  if (version_and_length >> 4 != 4 || header < 20 || total < header) return Verdict::kBadIp;
  c.skip(header - 20);
  if (const auto verdict = layer.enter(c, Kind::kIpv4Payload, protocol)) return verdict;
  layer.limit(total - header);
  segment.source.address = make_v4(source);
  segment.destination.address = make_v4(destination);
  if ((field & (kMore | kOffset)) == 0) return std::nullopt;
  fragment.datagram = {segment.source.address, segment.destination.address, identification,
                       protocol, false};
  set_piece(fragment, layer, (field & kOffset) * 8U, (field & kMore) != 0);
  return Verdict::kFragment;
}

// A payload length of 0 is that of a jumbogram [RFC 2675 §3], or of an offloaded packet.
std::optional<Verdict> read_ipv6(Layer& layer, Segment& segment) {
  Cursor c(layer.bytes, Endian::kBig);
  const std::uint8_t version = c.u8() >> 4;
  c.skip(3);
  const std::size_t length = c.u16();
  const std::uint8_t next = c.u8();
  c.skip(1);
  const Bytes source = c.take(16);
  const Bytes destination = c.take(16);
  if (const auto verdict = layer.enter(c, Kind::kIpv6Payload, next)) return verdict;
  if (version != 6) return Verdict::kBadIp;
  layer.limit(length == 0 ? layer.sent : length);
  segment.source.address = make_v6(source);
  segment.destination.address = make_v6(destination);
  return std::nullopt;
}

std::optional<Verdict> read_ipv6_extension(Layer& layer, const Segment& segment,
                                           Fragment& fragment) {
  if (layer.number == kFragmentHeader) return read_fragment_header(layer, segment, fragment);
  return read_extension(layer, Kind::kIpv6Payload);
}

std::optional<Verdict> read_authentication(Layer& layer) {
  return read_extension(layer, Kind::kIpv4Payload);
}

}  // namespace rpcsieve::packet

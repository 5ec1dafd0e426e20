// IP packets that carry anything, and the links below them.
#include "tools/forge/ip_packet.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace rpcsieve::forge {
namespace {

constexpr std::uint8_t kUdpProtocol = 17, kFragmentHeader = 44;
constexpr std::size_t kIpv4Checksum = 10, kIpv6Header = 40;

Wire big() { return Wire(Endian::kBig); }

Buffer part(const Buffer& bytes, std::size_t from, std::size_t size) {
  const Bytes view = Bytes(bytes).subspan(from, size);
  return {view.begin(), view.end()};
}

Buffer ipv4(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol,
            const Buffer& payload) {
  Wire header = big();
  header.u16(0x4500).u16(20 + payload.size()).u32(0).u8(64).u8(protocol).u16(0);
  header.bytes(address_bytes(source)).bytes(address_bytes(destination));
  return header.patch16(kIpv4Checksum, checksum(header.build())).bytes(payload).build();
}

Buffer ipv6(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol,
            const Buffer& payload) {
  return big()
      .u32(0x60000000)
      .u16(payload.size())
      .u8(protocol)
      .u8(64)
      .bytes(source.bytes)
      .bytes(destination.bytes)
      .bytes(payload)
      .build();
}

std::size_t header_size(const Buffer& packet) {
  return packet.at(0) >> 4 == 6 ? kIpv6Header : std::size_t{4} * (packet.at(0) & 15);
}

// The offset field counts 8 bytes; IPv4 has it behind three flags, IPv6 before them.
Buffer fragment_v4(const Buffer& packet, std::size_t from, bool more, std::uint32_t identification,
                   const Buffer& piece) {
  const std::size_t size = header_size(packet);
  Wire header = big().bytes(part(packet, 0, size));
  header.patch16(2, size + piece.size()).patch16(4, identification);
  header.patch16(6, from / 8 | (more ? 0x2000U : 0U)).patch16(kIpv4Checksum, 0);
  return header.patch16(kIpv4Checksum, checksum(header.build())).bytes(piece).build();
}

Buffer fragment_v6(const Buffer& packet, std::size_t from, bool more, std::uint32_t identification,
                   const Buffer& piece) {
  constexpr std::size_t kLength = 4, kNext = 6;
  Buffer header = part(packet, 0, kIpv6Header);
  const std::uint8_t protocol = std::exchange(header[kNext], kFragmentHeader);
  return big()
      .bytes(header)
      .patch16(kLength, 8 + piece.size())
      .u8(protocol)
      .u8(0)
      .u16(from | (more ? 1U : 0U))
      .u32(identification)
      .bytes(piece)
      .build();
}

}  // namespace

Bytes address_bytes(const IpAddress& address) {
  const Bytes all = address.bytes;
  return address.is_v4() ? all.subspan(12) : all;
}

std::uint16_t checksum(Bytes bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    sum += static_cast<std::uint32_t>(bytes[i]) << (i % 2 == 0 ? 8 : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

std::uint16_t transport_checksum(const IpAddress& source, const IpAddress& destination,
                                 std::uint8_t protocol, Bytes segment) {
  Wire wire = big();
  wire.bytes(address_bytes(source)).bytes(address_bytes(destination));
  return checksum(wire.u32(protocol).u32(segment.size()).bytes(segment).build());
}

Buffer ip(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol,
          const Buffer& payload) {
  return source.is_v4() ? ipv4(source, destination, protocol, payload)
                        : ipv6(source, destination, protocol, payload);
}

Buffer ip(std::string_view source, std::string_view destination, std::uint8_t protocol,
          const Buffer& payload) {
  return ip(parse_address(source).value(), parse_address(destination).value(), protocol, payload);
}

Buffer udp(std::string_view source, std::uint16_t source_port, std::string_view destination,
           std::uint16_t destination_port, const Buffer& payload) {
  const IpAddress from = parse_address(source).value();
  const IpAddress to = parse_address(destination).value();
  Wire datagram = big();
  datagram.u16(source_port).u16(destination_port).u16(8 + payload.size()).u16(0).bytes(payload);
  const std::uint16_t sum = transport_checksum(from, to, kUdpProtocol, datagram.build());
  datagram.patch16(6, sum == 0 ? 0xffff : sum);  // 0 means that there is none [RFC 768]
  return ip(from, to, kUdpProtocol, datagram.build());
}

std::uint16_t ether_type(const Buffer& packet) { return packet.at(0) >> 4 == 6 ? 0x86dd : 0x0800; }

Buffer ethernet(const Buffer& packet, std::initializer_list<std::uint16_t> tags) {
  Wire wire = big();
  wire.bytes(hex("005056000002 005056000001"));
  for (const std::uint16_t tag : tags) wire.u16(tag).u16(1);
  return wire.u16(ether_type(packet)).bytes(packet).build();
}

Buffer linux_sll(const Buffer& packet) {
  return big().u16(0).u16(1).u16(6).zeros(8).u16(ether_type(packet)).bytes(packet).build();
}

Buffer linux_sll2(const Buffer& packet) {
  Wire wire = big();
  wire.u16(ether_type(packet)).u16(0).u32(2).u16(1).u8(0).u8(6).zeros(8);
  return wire.bytes(packet).build();
}

Buffer null(const Buffer& packet) {
  return Wire().u32(packet.at(0) >> 4 == 6 ? 24 : 2).bytes(packet).build();
}

Buffer fragment(const Buffer& packet, std::size_t from, std::size_t size,
                std::uint32_t identification) {
  if (from % 8 != 0) throw std::invalid_argument("fragment: offset");
  const std::size_t payload = packet.size() - header_size(packet);
  const std::size_t taken = std::min(size, payload - from);
  const Buffer piece = part(packet, header_size(packet) + from, taken);
  const bool more = from + taken < payload;
  return packet.at(0) >> 4 == 6 ? fragment_v6(packet, from, more, identification, piece)
                                : fragment_v4(packet, from, more, identification, piece);
}

std::vector<Buffer> fragments(const Buffer& packet, std::size_t size,
                              std::uint32_t identification) {
  std::vector<Buffer> all;
  for (std::size_t from = 0; from < packet.size() - header_size(packet); from += size)
    all.push_back(fragment(packet, from, size, identification));
  return all;
}

}  // namespace rpcsieve::forge

#include "tools/forge/packet_builder.h"

#include "tools/forge/ip_packet.h"

namespace rpcsieve::forge {
namespace {

Wire big() { return Wire(Endian::kBig); }

constexpr std::uint8_t kTcpProtocol = 6;
constexpr std::uint16_t kWindow = 64240;
constexpr std::size_t kTcpChecksum = 16, kIpv4Checksum = 10;

}  // namespace

TcpPacket tcp(std::string_view source, std::uint16_t source_port, std::string_view destination,
              std::uint16_t destination_port) {
  return {source, source_port, destination, destination_port};
}

TcpPacket::TcpPacket(std::string_view source, std::uint16_t source_port,
                     std::string_view destination, std::uint16_t destination_port)
    : source_{parse_address(source).value(), source_port},
      destination_{parse_address(destination).value(), destination_port} {}

TcpPacket& TcpPacket::sequence(std::uint32_t value) {
  sequence_ = value;
  return *this;
}
TcpPacket& TcpPacket::acknowledgment(std::uint32_t value) {
  acknowledgment_ = value;
  flags_ |= 0x10;
  return *this;
}
TcpPacket& TcpPacket::syn() {
  flags_ |= 0x02;
  return *this;
}
TcpPacket& TcpPacket::fin() {
  flags_ |= 0x01;
  return *this;
}
TcpPacket& TcpPacket::rst() {
  flags_ |= 0x04;
  return *this;
}
TcpPacket& TcpPacket::payload(const Buffer& bytes) {
  payload_ = bytes;
  return *this;
}
TcpPacket& TcpPacket::tcp_options(std::size_t words) {
  tcp_options_ = words;
  return *this;
}
TcpPacket& TcpPacket::ip_options(std::size_t words) {
  ip_options_ = words;
  return *this;
}
TcpPacket& TcpPacket::extension(std::uint8_t kind, std::uint16_t flags_offset) {
  extensions_ = big().u8(first_extension_).u8(0).u16(flags_offset).zeros(4).build() + extensions_;
  first_extension_ = kind;
  return *this;
}
TcpPacket& TcpPacket::fragment(std::uint16_t flags_offset) {
  fragment_ = flags_offset;
  return *this;
}
TcpPacket& TcpPacket::ip_length(std::uint16_t value) {
  ip_length_ = value;
  has_ip_length_ = true;
  return *this;
}

Buffer TcpPacket::segment() const {
  Wire wire = big();
  wire.u16(source_.port).u16(destination_.port).u32(sequence_).u32(acknowledgment_);
  wire.u8((5 + tcp_options_) << 4).u8(flags_).u16(kWindow).u32(0);
  wire.zeros(4 * tcp_options_).bytes(payload_);
  const std::uint16_t sum =
      transport_checksum(source_.address, destination_.address, kTcpProtocol, wire.build());
  return wire.patch16(kTcpChecksum, sum).build();
}

Buffer TcpPacket::ipv4(const Buffer& segment) const {
  const std::size_t header = 20 + 4 * ip_options_;
  Wire wire = big();
  wire.u8(0x40 | header / 4).u8(0).u16(has_ip_length_ ? ip_length_ : header + segment.size());
  wire.u16(0).u16(fragment_).u8(64).u8(kTcpProtocol).u16(0);
  wire.bytes(address_bytes(source_.address)).bytes(address_bytes(destination_.address));
  wire.zeros(4 * ip_options_);
  return wire.patch16(kIpv4Checksum, checksum(wire.build())).bytes(segment).build();
}

Buffer TcpPacket::ipv6(const Buffer& segment) const {
  return big()
      .u32(0x60000000)
      .u16(has_ip_length_ ? ip_length_ : extensions_.size() + segment.size())
      .u8(first_extension_)
      .u8(64)
      .bytes(source_.address.bytes)
      .bytes(destination_.address.bytes)
      .bytes(extensions_)
      .bytes(segment)
      .build();
}

Buffer TcpPacket::ip() const { return source_.address.is_v4() ? ipv4(segment()) : ipv6(segment()); }

Buffer TcpPacket::ethernet(std::initializer_list<std::uint16_t> tags) const {
  return forge::ethernet(ip(), tags);
}

Buffer TcpPacket::linux_sll() const { return forge::linux_sll(ip()); }
Buffer TcpPacket::linux_sll2() const { return forge::linux_sll2(ip()); }
Buffer TcpPacket::null() const { return forge::null(ip()); }

}  // namespace rpcsieve::forge

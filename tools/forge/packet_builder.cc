#include "tools/forge/packet_builder.h"

namespace rpcsieve::forge {
namespace {

Wire big() { return Wire(Endian::kBig); }

Bytes v4_part(const IpAddress& address) { return Bytes(address.bytes).subspan(12); }

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
  return big()
      .u16(source_.port)
      .u16(destination_.port)
      .u32(sequence_)
      .u32(acknowledgment_)
      .u8((5 + tcp_options_) << 4)
      .u8(flags_)
      .zeros(6 + 4 * tcp_options_)
      .bytes(payload_)
      .build();
}

Buffer TcpPacket::ipv4(const Buffer& segment) const {
  const std::size_t header = 20 + 4 * ip_options_;
  return big()
      .u8(0x40 | header / 4)
      .u8(0)
      .u16(has_ip_length_ ? ip_length_ : header + segment.size())
      .u16(0)
      .u16(fragment_)
      .u8(64)
      .u8(6)
      .u16(0)
      .bytes(v4_part(source_.address))
      .bytes(v4_part(destination_.address))
      .zeros(4 * ip_options_)
      .bytes(segment)
      .build();
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

std::uint16_t TcpPacket::ether_type() const { return source_.address.is_v4() ? 0x0800 : 0x86dd; }

Buffer TcpPacket::ethernet() const { return ethernet({}); }

Buffer TcpPacket::ethernet(std::initializer_list<std::uint16_t> tags) const {
  Wire wire = big();
  wire.zeros(12);
  for (const std::uint16_t tag : tags) wire.u16(tag).u16(1);
  return wire.u16(ether_type()).bytes(ip()).build();
}

Buffer TcpPacket::linux_sll() const {
  return big().u16(0).u16(1).u16(6).zeros(8).u16(ether_type()).bytes(ip()).build();
}

Buffer TcpPacket::linux_sll2() const {
  return big().u16(ether_type()).u16(0).u32(2).u16(1).u8(0).u8(6).zeros(8).bytes(ip()).build();
}

Buffer TcpPacket::null() const {
  return Wire().u32(source_.address.is_v4() ? 2 : 24).build() + ip();
}

}  // namespace rpcsieve::forge

#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "runtime/base/endpoint.h"
#include "tools/forge/wire.h"

namespace rpcsieve::forge {

// TcpPacket builds one packet of a TCP connection, from the link layer down, as a capture holds it:
//   tcp("10.0.0.1", 1025, "10.0.0.2", 445).sequence(1).payload(bytes).ethernet()
// IPv6 addresses give IPv6 packets. Checksums are right. What TCP does not ride in here
// (UDP, tunnels, fragments) is in ip_packet.h and tunnel.h.
class TcpPacket {
 public:
  TcpPacket(std::string_view source, std::uint16_t source_port, std::string_view destination,
            std::uint16_t destination_port);

  TcpPacket& sequence(std::uint32_t value);
  TcpPacket& acknowledgment(std::uint32_t value);  // also sets ACK
  TcpPacket& syn();
  TcpPacket& fin();
  TcpPacket& rst();
  TcpPacket& payload(const Buffer& bytes);
  TcpPacket& tcp_options(std::size_t words);  // four bytes each
  TcpPacket& ip_options(std::size_t words);   // IPv4
  // extension puts an 8-byte IPv6 extension header in front; `flags_offset` is a fragment header's.
  TcpPacket& extension(std::uint8_t kind, std::uint16_t flags_offset = 0);
  TcpPacket& fragment(std::uint16_t flags_offset);  // IPv4
  TcpPacket& ip_length(std::uint16_t value);        // instead of the right one

  [[nodiscard]] Buffer ip() const;
  // ethernet puts VLAN tags of these EtherTypes between link and network header.
  [[nodiscard]] Buffer ethernet(std::initializer_list<std::uint16_t> tags = {}) const;
  [[nodiscard]] Buffer linux_sll() const;
  [[nodiscard]] Buffer linux_sll2() const;
  [[nodiscard]] Buffer null() const;

 private:
  [[nodiscard]] Buffer segment() const;
  [[nodiscard]] Buffer ipv4(const Buffer& segment) const;
  [[nodiscard]] Buffer ipv6(const Buffer& segment) const;

  Endpoint source_, destination_;
  std::uint32_t sequence_ = 0, acknowledgment_ = 0;
  std::uint8_t flags_ = 0;
  Buffer payload_, extensions_;
  std::size_t tcp_options_ = 0, ip_options_ = 0;
  std::uint8_t first_extension_ = 6;
  std::uint16_t fragment_ = 0;
  std::uint16_t ip_length_ = 0;
  bool has_ip_length_ = false;
};

TcpPacket tcp(std::string_view source, std::uint16_t source_port, std::string_view destination,
              std::uint16_t destination_port);

}  // namespace rpcsieve::forge

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "runtime/base/endpoint.h"
#include "tools/forge/wire.h"

namespace rpcsieve::forge {

// A packet is an IP packet in its bytes, a frame one with its link header. What carries one inside
// another is in tunnel.h. Checksums are right.

// ip builds a packet without options; IPv6 if the addresses are.
Buffer ip(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol,
          const Buffer& payload);
Buffer ip(std::string_view source, std::string_view destination, std::uint8_t protocol,
          const Buffer& payload);

// udp builds a packet that holds one datagram.
Buffer udp(std::string_view source, std::uint16_t source_port, std::string_view destination,
           std::uint16_t destination_port, const Buffer& payload);

// ethernet and its like put a link header before a packet; `tags` are the EtherTypes of VLAN tags.
Buffer ethernet(const Buffer& packet, std::initializer_list<std::uint16_t> tags = {});
Buffer linux_sll(const Buffer& packet);
Buffer linux_sll2(const Buffer& packet);
Buffer null(const Buffer& packet);

// ether_type says what a packet is to its link: IPv4 or IPv6, by its first nibble.
std::uint16_t ether_type(const Buffer& packet);

// fragment cuts `size` bytes, of those behind the IP header, out of a packet without extension
// headers; `from` is a multiple of 8. Only a fragment that reaches the packet's end is the last.
Buffer fragment(const Buffer& packet, std::size_t from, std::size_t size,
                std::uint32_t identification = 1);

// fragments cuts a whole packet; each fragment carries `size` bytes, a multiple of 8.
std::vector<Buffer> fragments(const Buffer& packet, std::size_t size,
                              std::uint32_t identification = 1);

// checksum is that of IP headers, of TCP and of UDP [RFC 1071].
std::uint16_t checksum(Bytes bytes);

// transport_checksum covers the addresses too [RFC 9293 §3.1, RFC 8200 §8.1].
std::uint16_t transport_checksum(const IpAddress& source, const IpAddress& destination,
                                 std::uint8_t protocol, Bytes segment);

// address_bytes gives an address as an IP header has it: 4 or 16 bytes.
Bytes address_bytes(const IpAddress& address);

}  // namespace rpcsieve::forge

// One comparison for each thing that could be different, at fixed places, and no loop.
#include "runtime/packet/plain.h"

#include <algorithm>
#include <cstddef>

namespace rpcsieve::packet {
namespace {

constexpr std::size_t kIp = 14, kTcp = kIp + 20, kHeaders = kTcp + 20;

// u16 and u32 read numbers in network byte order.
std::uint16_t u16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }
std::uint32_t u32(const std::uint8_t* at) { return std::uint32_t{u16(at)} << 16 | u16(at + 2); }

Endpoint endpoint(const std::uint8_t* address, const std::uint8_t* port) {
  return {make_v4(Bytes(address, 4)), u16(port)};
}

// is_plain says that the frame holds IPv4 without options, whole, and in it TCP.
bool is_plain(const std::uint8_t* frame) {
  const std::uint8_t* ip = frame + kIp;
  constexpr std::uint32_t kFragmented = 0x3fff;  // more fragments, or an offset
  return u16(frame + 12) == 0x0800 && ip[0] == 0x45 && ip[9] == 6 &&
         (u16(ip + 6) & kFragmented) == 0;
}

}  // namespace

bool read_plain(Bytes frame, Segment& segment) {
  if (frame.size() < kHeaders || !is_plain(frame.data())) return false;
  const std::uint8_t* ip = frame.data() + kIp;
  const std::uint8_t* tcp = frame.data() + kTcp;
  const std::size_t headers = 20 + static_cast<std::size_t>(tcp[12] >> 4) * 4;
  const std::size_t total = u16(ip + 2);
  if (headers < 40 || headers > total) return false;
  segment.source = endpoint(ip + 12, tcp);
  segment.destination = endpoint(ip + 16, tcp + 2);
  segment.sequence = u32(tcp + 4);
  segment.acknowledgment = u32(tcp + 8);
  segment.fin = (tcp[13] & 0x01) != 0;
  segment.syn = (tcp[13] & 0x02) != 0;
  segment.rst = (tcp[13] & 0x04) != 0;
  segment.ack = (tcp[13] & 0x10) != 0;
  const Bytes packet = frame.subspan(kIp, std::min(frame.size() - kIp, total));
  segment.payload = packet.subspan(std::min(headers, packet.size()));
  segment.payload_len = static_cast<std::uint32_t>(total - headers);
  return true;
}

}  // namespace rpcsieve::packet

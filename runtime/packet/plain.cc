// One comparison for each thing that could be different, at fixed places, and no loop.
#include "runtime/packet/plain.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

namespace rpcsieve::packet {
namespace {

constexpr std::size_t kIp = 14, kTcp = kIp + 20, kHeaders = kTcp + 20;

// number reads one in network byte order.
template <class T>
T number(const std::uint8_t* at) {
  T value = 0;
  std::memcpy(&value, at, sizeof value);
  if constexpr (std::endian::native == std::endian::big) return value;
  return sizeof value == 2 ? __builtin_bswap16(static_cast<std::uint16_t>(value))
                           : __builtin_bswap32(value);
}

Endpoint endpoint(const std::uint8_t* address, const std::uint8_t* port) {
  return {make_v4(Bytes(address, 4)), number<std::uint16_t>(port)};
}

// is_plain says that the frame holds IPv4 without options, whole, and in it TCP.
bool is_plain(const std::uint8_t* frame) {
  const std::uint8_t* ip = frame + kIp;
  constexpr std::uint32_t kFragmented = 0x3fff;  // more fragments, or an offset
  return number<std::uint16_t>(frame + 12) == 0x0800 && ip[0] == 0x45 && ip[9] == 6 &&
         (number<std::uint16_t>(ip + 6) & kFragmented) == 0;
}

}  // namespace

bool read_plain(Bytes frame, Segment& segment) {
  if (frame.size() < kHeaders || !is_plain(frame.data())) return false;
  const std::uint8_t* ip = frame.data() + kIp;
  const std::uint8_t* tcp = frame.data() + kTcp;
  const std::size_t headers = 20 + static_cast<std::size_t>(tcp[12] >> 4) * 4;
  const std::size_t total = number<std::uint16_t>(ip + 2);
  if (headers < 40 || headers > total) return false;
  segment.source = endpoint(ip + 12, tcp);
  segment.destination = endpoint(ip + 16, tcp + 2);
  segment.sequence = number<std::uint32_t>(tcp + 4);
  segment.acknowledgment = number<std::uint32_t>(tcp + 8);
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

#pragma once

#include <fmt/format.h>

#include <string>

#include "runtime/packet/packet.h"

namespace rpcsieve::packet {

inline std::string print(const Endpoint& end) {
  return fmt::format("{}/{}", rpcsieve::print(end.address), end.port);
}

inline const char* name(Verdict verdict) {
  static constexpr const char* kNames[] = {"tcp",    "udp",      "not ip",    "other",
                                           "esp",    "fragment", "truncated", "too deep",
                                           "bad ip", "bad tcp",  "bad udp"};
  return kNames[static_cast<int>(verdict)];
}

// print gives what decode found: "10.0.0.1/1025>10.0.0.2/445 seq=7 ack=9 SA 0102+3", where +3 are
// payload bytes that were sent but not captured; "udp" before the ends of a datagram; "esp" with
// the addresses; for all else the verdict alone.
inline std::string print(Verdict verdict, const Segment& s) {
  if (verdict == Verdict::kEsp)
    return fmt::format("esp {}>{}", rpcsieve::print(s.source.address),
                       rpcsieve::print(s.destination.address));
  if (verdict != Verdict::kTcp && verdict != Verdict::kUdp) return name(verdict);
  std::string text = verdict == Verdict::kUdp ? "udp " : "";
  text += fmt::format("{}>{} ", print(s.source), print(s.destination));
  if (verdict == Verdict::kTcp) text += fmt::format("seq={} ", s.sequence);
  if (s.ack) text += fmt::format("ack={} ", s.acknowledgment);
  if (s.syn) text += 'S';
  if (s.fin) text += 'F';
  if (s.rst) text += 'R';
  for (const auto byte : s.payload) text += fmt::format("{:02x}", byte);
  if (s.payload_len > s.payload.size())
    text += fmt::format("+{}", s.payload_len - s.payload.size());
  return text;
}

}  // namespace rpcsieve::packet

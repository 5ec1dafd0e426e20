#pragma once

#include <cstdint>

#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/packet/fragments.h"
#include "runtime/packet/packet.h"

namespace rpcsieve::packet {

// Decoder turns frames into packets, in the order of the capture: what decode reads of a frame, and
// datagrams that came in fragments, wherever inside other packets these are. A datagram has the
// time of the fragment that completed it; the frames of the others give kFragment.
//
// Fragments that nothing completes within Limits::fragment_wait_us, that must make room, or that
// are under way at the end of the capture still give what the datagram begins with, as a packet
// whose payload was cut: a call that it begins is still a call.
class Decoder {
 public:
  Decoder(const Limits& limits, Counters& counters);

  // push takes the next frame. Drain next() before pushing again.
  void push(LinkType link, Bytes frame, std::uint32_t wire_len, Timestamp time);
  // flush says that the capture ends: next() gives what waits for other fragments. The decoder is
  // then as new.
  void flush() { flushing_ = true; }
  // next returns the next packet, or nullptr when more frames are needed. It lives until the
  // following call of any member, and no longer than the frame.
  const Packet* next() {
    if (flushing_ || !reassembler_.empty()) return next_of_fragments();
    return next_of_frame();
  }

 private:
  const Packet* next_of_frame() {
    if (!has_frame_) return nullptr;
    has_frame_ = false;
    decode_frame();
    return &packet_;
  }
  const Packet* next_of_fragments();
  bool decode_given_up();
  void decode_frame();
  [[nodiscard]] Verdict put_together(Verdict verdict, int& layers);
  [[nodiscard]] Verdict decode_datagram(int& layers);

  Counters& counters_;
  Reassembler reassembler_;
  Packet packet_;
  Fragment fragment_;  // that the frame holds
  LinkType link_ = LinkType::kEthernet;
  Bytes frame_;
  std::uint32_t wire_len_ = 0;
  bool has_frame_ = false;
  bool flushing_ = false;
};

}  // namespace rpcsieve::packet

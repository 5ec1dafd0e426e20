#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/timestamp.h"
#include "tools/forge/packet_builder.h"
#include "tools/forge/wire.h"

namespace rpcsieve::forge {

enum class Side : std::uint8_t { kClient, kServer };

// Turn is what one side says before the other one does; a Talk is a whole conversation.
struct Turn {
  Side side;
  Buffer bytes;
};
using Talk = std::vector<Turn>;

// Sent is a packet as a capture has it.
struct Sent {
  Side side;
  TcpPacket packet;
  Timestamp time;
};
using Capture = std::vector<Sent>;

// Forged says what a forged packet seems to be.
enum class Forged : std::uint8_t { kData, kSyn, kSynAck, kReset, kFin, kWithoutAck };

// Ends are the addresses and ports of a connection.
struct Ends {
  std::string client = "10.0.0.5";
  std::uint16_t client_port = 49152;
  std::string server = "10.0.0.1";
  std::uint16_t server_port = 49664;
};

// TcpSession writes the packets of one connection, so that a case reads like the conversation:
//   TcpSession().open().client(bind).server(bind_ack).finish().capture()
// Sequence and acknowledgment numbers are right unless they are asked to be wrong; a packet comes
// every 100 µs, the first one second after the epoch.
class TcpSession {
 public:
  explicit TcpSession(Ends ends = {}) : ends_(std::move(ends)) {}

  // segment_bytes cuts what is said from here on; the default is that of an Ethernet.
  TcpSession& segment_bytes(std::size_t n) { return segment_bytes_ = n, *this; }
  // overlap makes each segment but the first of a turn repeat the last n bytes before it.
  TcpSession& overlap(std::size_t n) { return overlap_ = n, *this; }
  // begin_at sets the numbers that the SYNs will have, or that a capture without them begins with.
  TcpSession& begin_at(std::uint32_t client, std::uint32_t server);
  TcpSession& pause(std::int64_t us) { return time_.us += us, *this; }

  TcpSession& open() { return syn().syn_ack().ack(Side::kClient); }
  TcpSession& syn();
  TcpSession& syn_ack();
  TcpSession& ack(Side side);
  TcpSession& client(const Buffer& bytes) { return say(Side::kClient, bytes); }
  TcpSession& server(const Buffer& bytes) { return say(Side::kServer, bytes); }
  TcpSession& say(Side side, const Buffer& bytes);
  TcpSession& say(const Talk& talk);
  TcpSession& finish();  // both sides, and the last acknowledgment
  TcpSession& fin(Side side);
  TcpSession& reset(Side side);
  // forge adds a packet whose sequence number is off by so much, and goes on as if it was not
  // there.
  TcpSession& forge(Forged kind, Side side, std::int32_t off, const Buffer& bytes = {});
  // lose goes on as if these bytes had been said, without a packet.
  TcpSession& lose(Side side, std::size_t n);
  // repeat adds all packets so far once more.
  TcpSession& repeat();

  [[nodiscard]] const Capture& capture() const { return capture_; }

 private:
  [[nodiscard]] TcpPacket first(Side side, std::uint32_t sequence) const;
  [[nodiscard]] TcpPacket packet(Side side, std::uint32_t sequence) const;
  [[nodiscard]] std::uint32_t& next(Side side) { return next_[static_cast<std::size_t>(side)]; }
  void add(Side side, TcpPacket packet);

  Ends ends_;
  std::uint32_t next_[2] = {1000, 50000};
  std::size_t segment_bytes_ = 1460;
  std::size_t overlap_ = 0;
  Timestamp time_{1'000'000};
  Capture capture_;
};

// said is the capture of a whole connection with this talk.
Capture said(const Talk& talk, Ends ends = {});

// only keeps the packets of one side.
Capture only(Side side, const Capture& capture);

// join puts one capture behind the other; interleave takes packets of both in turn. Times are made
// to rise.
Capture join(Capture first, const Capture& second);
Capture interleave(const Capture& a, const Capture& b);

}  // namespace rpcsieve::forge

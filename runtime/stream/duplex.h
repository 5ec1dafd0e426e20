#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/base/timestamp.h"

namespace rpcsieve::stream {

// Segment is one TCP segment as a stream sees it. Sequence numbers wrap [RFC 9293 §3.4].
struct Segment {
  std::uint32_t sequence = 0;        // of the payload's first byte (after a SYN)
  std::uint32_t acknowledgment = 0;  // meaningful if has_ack
  bool has_ack = false;
  bool syn = false;
  Bytes payload;           // as captured
  std::uint32_t sent = 0;  // payload length on the wire; more than captured if snaplen cut it
  Timestamp time;
};

// Piece is the next part of one side's stream: bytes, or a number of bytes that were lost.
struct Piece {
  std::uint8_t side = 0;  // 0 or 1
  Bytes bytes;
  std::uint64_t lost = 0;
  Timestamp time;  // when the bytes were captured
};

// Pool holds the blocks in which segments wait that came too early. One per thread, allocated
// before the first packet; connections borrow from it.
class Pool;

// Duplex puts the two byte streams of one TCP connection in order. Beyond the order of each, it
// keeps the order between them: bytes that acknowledge something of the other side come after it,
// so an answer never overtakes its request. Of overlapping bytes the first to arrive count.
//
// Bytes that are missing are waited for while they may only be late. They are lost (a Piece with
// `lost`) when the receiver has acknowledged them, or the pool is short, and the wait of
// Limits::hole_packets or hole_wait_us is over; or at flush.
//
// A connection whose beginning was not captured begins with the first segment seen of each side.
class Duplex {
 public:
  Duplex(const Limits& limits, Pool& pool, Counters& counters);
  ~Duplex();

  // push takes the next segment of a side. Drain next() before pushing again.
  void push(std::uint8_t side, const Segment& segment);
  // flush says that no more segments come: everything that waits is given out, holes as lost.
  void flush();
  // next returns the next piece, or nullopt when more segments are needed. Its bytes live until the
  // following call of any member.
  std::optional<Piece> next();
};

}  // namespace rpcsieve::stream

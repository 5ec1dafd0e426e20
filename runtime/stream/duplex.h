#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>

#include "runtime/base/bytes.h"
#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/base/timestamp.h"

namespace rpcsieve::stream {

// Segment is one TCP segment as a stream sees it. Sequence numbers wrap [RFC 9293 §3.4].
struct Segment {
  std::uint32_t sequence = 0;        // of the payload's first byte: behind the SYN, if there is one
  std::uint32_t acknowledgment = 0;  // meaningful if has_ack
  bool has_ack = false;
  bool fin = false;
  Bytes payload;           // as captured
  std::uint32_t sent = 0;  // payload length on the wire: more than was captured if snaplen cut it
  Timestamp time;
};

// Loss says why bytes are missing: the capture holds only the beginning of their segment; no
// segment came, though the receiver acknowledged them or cannot be seen; or they may never have
// been sent.
enum class Loss : std::uint8_t { kCut, kMissed, kDoubtful };

// Piece is the next part of one side's stream: bytes, and behind them a number of lost ones.
struct Piece {
  std::uint8_t side = 0;  // 0 or 1
  Bytes bytes;
  std::uint64_t lost = 0;
  Timestamp time;  // when the bytes were captured
  Loss loss = Loss::kCut;
};

// kBlockBytes is what one block of a Pool holds; an early segment of wire size takes one.
inline constexpr std::size_t kBlockBytes = 1992;
inline constexpr std::uint32_t kNoBlock = 0xffffffff;

// Block holds a part of a segment that came too early.
struct Block {
  std::uint32_t next;  // block with the next higher sequence number
  std::uint32_t sequence;
  std::uint32_t acknowledgment;
  std::uint32_t lost;  // bytes behind it that were sent but not captured
  std::uint64_t arrival;
  std::int64_t time_us;  // a plain number: making a Pool must not touch its blocks
  std::uint16_t length;
  bool has_ack;
  std::array<std::uint8_t, kBlockBytes> bytes;
};
static_assert(std::is_trivially_default_constructible_v<Block>);

// Pool is the blocks of one thread: allocated when it is made, touched when they are needed.
class Pool {
 public:
  explicit Pool(const Limits& limits);

  // take gives the index of a free block, or kNoBlock.
  std::uint32_t take();
  void give(std::uint32_t index);
  [[nodiscard]] Block& operator[](std::uint32_t index) { return blocks_[index]; }

 private:
  std::unique_ptr<Block[]> blocks_;
  std::uint32_t size_;
  std::uint32_t used_ = 0;  // blocks that were ever taken
  std::uint32_t free_ = kNoBlock;
};

// Duplex puts the two byte streams of one TCP connection in order. Beyond the order of each it
// keeps the order between them: bytes that acknowledge something of the other side come after it,
// so an answer never overtakes its request, however the capture shuffled them. Of overlapping bytes
// the first to arrive count.
//
// Missing bytes are waited for while they may only be late. They are lost when the receiver has
// acknowledged them (or cannot be seen), and the wait of Limits::hole_packets or hole_wait_us is
// over or the side holds Limits::stream_blocks_per_flow; and at flush. A side that holds so much
// behind bytes that the receiver misses as well drops what is farthest ahead.
//
// A side whose SYN was not captured begins with the first segment seen of it.
class Duplex {
 public:
  Duplex(const Limits& limits, Pool& pool, Counters& counters)
      : limits_(limits), pool_(pool), counters_(counters) {}
  Duplex(const Duplex&) = delete;
  Duplex& operator=(const Duplex&) = delete;
  ~Duplex() { reset(); }

  // begin says where a side's stream begins: behind its SYN.
  void begin(std::uint8_t side, std::uint32_t sequence);
  // push takes the next segment of a side. Drain next() before pushing again.
  void push(std::uint8_t side, const Segment& segment);
  // flush says that no more segments come: next() gives everything that waits, holes as lost.
  void flush() { flushing_ = true; }
  // next returns the next piece, or nullopt when more segments are needed. Its bytes live until the
  // following call of any member.
  std::optional<Piece> next();
  // expected gives the sequence number that a side's stream goes on with, if it has begun.
  [[nodiscard]] std::optional<std::uint32_t> expected(std::uint8_t side) const {
    return sides_[side].begun ? std::optional(sides_[side].next) : std::nullopt;
  }
  // is_finished says that each side's stream was given out up to its FIN, if there is anything of
  // it.
  [[nodiscard]] bool is_finished() const {
    const auto finished = [](const Side& s) { return !s.begun || (s.fin_seen && s.next == s.fin); };
    return finished(sides_[0]) && finished(sides_[1]);
  }
  // reset makes it as new and gives its blocks back.
  void reset();

 private:
  struct Side {
    std::uint32_t next = 0;          // sequence number of the next byte to give out
    std::uint32_t acknowledged = 0;  // highest acknowledgment that the other side sent
    std::uint32_t fin = 0;           // of the FIN, if seen
    std::uint32_t first = kNoBlock;
    std::uint32_t held = 0;
    bool begun = false;
    bool fin_seen = false;
  };

  [[nodiscard]] bool in_turn(std::uint8_t side, bool has_ack, std::uint32_t acknowledgment) const;
  [[nodiscard]] bool in_turn(std::uint8_t side, const Block& block) const {
    return in_turn(side, block.has_ack, block.acknowledgment);
  }
  [[nodiscard]] bool waited(const Block& block) const;
  Segment without_first(const Segment& segment, std::uint32_t n);
  void take(std::uint8_t side, const Segment& segment);
  void note(std::uint8_t side, const Segment& segment);
  void hold(std::uint8_t side, const Segment& segment);
  std::uint32_t insert(Side& side, std::uint32_t* link, const Segment& segment, std::uint32_t from,
                       std::uint32_t to);
  Piece give_direct();
  Piece give_first(std::uint8_t side);
  std::optional<Piece> give_ready();
  std::optional<Piece> give_up();
  std::optional<Piece> give_up(std::uint8_t side);
  Piece lose(std::uint8_t side, std::uint32_t to);
  void drop_last(std::uint8_t side);

  const Limits& limits_;
  Pool& pool_;
  Counters& counters_;
  std::array<Side, 2> sides_;
  Segment direct_;  // in order as it came: given out without a copy
  std::uint8_t direct_side_ = 0;
  bool has_direct_ = false;
  bool flushing_ = false;
  std::uint32_t given_ = kNoBlock;  // the block that next() gave out last
  std::uint64_t packets_ = 0;
  Timestamp now_;
};

}  // namespace rpcsieve::stream

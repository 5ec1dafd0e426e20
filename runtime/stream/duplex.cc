// Most segments come in order and pass through without a copy. The others wait in blocks, sorted by
// sequence number, which never overlap: a byte that is held already is not taken again.
//
// Two things can keep the first block of a side waiting: bytes of its own side that are missing in
// front of it (a hole), and bytes of the other side that it acknowledges (out of turn).
#include "runtime/stream/duplex.h"

#include <algorithm>

#include "runtime/base/sequence.h"

namespace rpcsieve::stream {
namespace {

// nearer gives the one of two sequence numbers that comes first, seen from a third.
std::uint32_t nearer(std::uint32_t a, std::uint32_t b, std::uint32_t from) {
  return distance(from, a) < distance(from, b) ? a : b;
}

std::uint32_t end_of(const Block& block) { return block.sequence + block.length + block.lost; }

}  // namespace

Pool::Pool(const Limits& limits)
    : blocks_(std::make_unique_for_overwrite<Block[]>(limits.stream_blocks)),
      size_(static_cast<std::uint32_t>(limits.stream_blocks)) {}

std::uint32_t Pool::take() {
  if (free_ == kNoBlock) return used_ < size_ ? used_++ : kNoBlock;
  const std::uint32_t index = free_;
  free_ = blocks_[index].next;
  return index;
}

void Pool::give(std::uint32_t index) {
  blocks_[index].next = free_;
  free_ = index;
}

void Duplex::begin(std::uint8_t side, std::uint32_t sequence) {
  Side& s = sides_[side];
  if (s.begun) return;
  s.begun = true;
  s.next = s.acknowledged = sequence;
}

void Duplex::push(std::uint8_t side, const Segment& segment) {
  ++packets_;
  now_ = segment.time;
  begin(side, segment.sequence);
  const Side& s = sides_[side];
  note(side, segment);
  const std::int32_t repeated = distance(segment.sequence, s.next);
  if (repeated > 0) return take(side, without_first(segment, static_cast<std::uint32_t>(repeated)));
  take(side, segment);
}

// without_first gives what is new of a segment whose first n bytes were given out before.
Segment Duplex::without_first(const Segment& segment, std::uint32_t n) {
  const std::uint32_t old = std::min(segment.sent, n);
  counters_.count(Counter::stream_repeated_bytes, old);
  Segment fresh = segment;
  fresh.sequence += old;
  fresh.sent -= old;
  fresh.payload = segment.payload.subspan(std::min<std::size_t>(old, segment.payload.size()));
  return fresh;
}

// take gives a segment out as it came, if nothing keeps it waiting, or holds it.
void Duplex::take(std::uint8_t side, const Segment& segment) {
  if (segment.sent == 0) return;
  const Side& s = sides_[side];
  const bool in_order = segment.sequence == s.next && s.first == kNoBlock &&
                        in_turn(side, segment.has_ack, segment.acknowledgment);
  if (!in_order) return hold(side, segment);
  direct_ = segment;
  direct_side_ = side;
  has_direct_ = true;
}

// note remembers what a segment says beside its payload.
void Duplex::note(std::uint8_t side, const Segment& segment) {
  Side& other = sides_[1 - side];
  if (segment.has_ack && distance(other.acknowledged, segment.acknowledgment) > 0) {
    other.acknowledged = segment.acknowledgment;
  }
  if (!segment.fin) return;
  sides_[side].fin_seen = true;
  sides_[side].fin = segment.sequence + segment.sent;
}

// in_turn says that everything the segment acknowledges has been given out. The acknowledgment of a
// FIN counts one more than the bytes there are.
bool Duplex::in_turn(std::uint8_t side, bool has_ack, std::uint32_t acknowledgment) const {
  const Side& other = sides_[1 - side];
  if (!has_ack || !other.begun) return true;
  if (other.fin_seen && acknowledgment == other.fin + 1) --acknowledgment;
  return distance(other.next, acknowledgment) <= 0;
}

// hold stores what is new of a segment: the runs between the blocks that are held already.
void Duplex::hold(std::uint8_t side, const Segment& segment) {
  Side& s = sides_[side];
  counters_.count(Counter::stream_early_segments);
  const std::uint32_t end = segment.sequence + segment.sent;
  std::uint32_t from = segment.sequence;
  std::uint32_t* link = &s.first;
  while (*link != kNoBlock && distance(from, end) > 0) {
    Block& block = pool_[*link];
    if (distance(from, block.sequence) > 0) {
      const std::uint32_t to = distance(block.sequence, end) > 0 ? block.sequence : end;
      const std::uint32_t last = insert(s, link, segment, from, to);
      if (last == kNoBlock) return;
      link = &pool_[last].next;
      from = to;
      continue;
    }
    if (distance(from, end_of(block)) > 0) from = end_of(block);
    link = &block.next;
  }
  if (distance(from, end) > 0) insert(s, link, segment, from, end);
}

// insert stores the segment's bytes [from, to) at *link, in as many blocks as they need, and
// returns the last of them; kNoBlock if the pool is empty: the rest is then as good as lost.
std::uint32_t Duplex::insert(Side& side, std::uint32_t* link, const Segment& segment,
                             std::uint32_t from, std::uint32_t to) {
  std::uint32_t index = kNoBlock;
  while (distance(from, to) > 0) {
    index = pool_.take();
    if (index == kNoBlock) {
      counters_.count(Counter::stream_blocks_exhausted);
      return kNoBlock;
    }
    const std::size_t offset =
        std::min<std::size_t>(from - segment.sequence, segment.payload.size());
    const Bytes there = segment.payload.subspan(offset);
    const std::size_t length = std::min<std::size_t>({there.size(), to - from, kBlockBytes});
    const bool all = length == there.size() || length == to - from;
    Block& block = pool_[index];
    block.next = *link;
    block.sequence = from;
    block.acknowledgment = segment.acknowledgment;
    block.has_ack = segment.has_ack;
    block.length = static_cast<std::uint16_t>(length);
    block.lost = all ? to - from - static_cast<std::uint32_t>(length) : 0;
    block.arrival = packets_;
    block.time_us = segment.time.us;
    std::copy_n(there.begin(), length, block.bytes.begin());
    from = end_of(block);
    *link = index;
    link = &block.next;
    ++side.held;
  }
  return index;
}

std::optional<Piece> Duplex::next() {
  if (given_ != kNoBlock) {
    pool_.give(given_);
    given_ = kNoBlock;
  }
  if (has_direct_) return give_direct();
  if (sides_[0].first == kNoBlock && sides_[1].first == kNoBlock) return std::nullopt;
  if (auto piece = give_ready()) return piece;
  return give_up();
}

Piece Duplex::give_direct() {
  has_direct_ = false;
  sides_[direct_side_].next += direct_.sent;
  counters_.count(Counter::stream_bytes, direct_.payload.size());
  return {direct_side_, direct_.payload, direct_.sent - direct_.payload.size(), direct_.time};
}

Piece Duplex::give_first(std::uint8_t side) {
  Side& s = sides_[side];
  given_ = s.first;
  const Block& block = pool_[given_];
  s.first = block.next;
  --s.held;
  s.next = end_of(block);
  counters_.count(Counter::stream_bytes, block.length);
  return {side, Bytes(block.bytes).first(block.length), block.lost, Timestamp{block.time_us}};
}

// give_ready gives out a first block that nothing keeps waiting.
std::optional<Piece> Duplex::give_ready() {
  for (std::uint8_t side = 0; side < 2; ++side) {
    const Side& s = sides_[side];
    if (s.first == kNoBlock) continue;
    const Block& block = pool_[s.first];
    if (block.sequence == s.next && in_turn(side, block)) return give_first(side);
  }
  return std::nullopt;
}

bool Duplex::waited(const Block& block) const {
  return packets_ - block.arrival >= limits_.hole_packets ||
         now_.us - block.time_us >= limits_.hole_wait_us;
}

// give_up ends the wait that has lasted longest.
std::optional<Piece> Duplex::give_up() {
  const auto arrival = [&](std::uint8_t side) {
    const std::uint32_t first = sides_[side].first;
    return first == kNoBlock ? ~std::uint64_t{0} : pool_[first].arrival;
  };
  const std::uint8_t older = arrival(0) <= arrival(1) ? 0 : 1;
  if (auto piece = give_up(older)) return piece;
  return give_up(1 - older);
}

std::optional<Piece> Duplex::give_up(std::uint8_t side) {
  const Side& s = sides_[side];
  const Side& other = sides_[1 - side];
  if (s.first == kNoBlock) return std::nullopt;
  const Block& block = pool_[s.first];
  const bool crowded = s.held > limits_.stream_blocks_per_flow;
  if (!flushing_ && !crowded && !waited(block)) return std::nullopt;
  if (block.sequence != s.next) {
    if (flushing_ || !other.begun) return lose(side, block.sequence);
    // What the receiver has not acknowledged will be sent again, or was never in its window.
    const std::int32_t acknowledged = distance(s.next, s.acknowledged);
    if (acknowledged > 0) return lose(side, nearer(block.sequence, s.acknowledged, s.next));
    while (s.held > limits_.stream_blocks_per_flow) drop_last(side);
    return std::nullopt;
  }
  // It is out of turn: what it acknowledges was not captured.
  if (other.first == kNoBlock) return lose(1 - side, block.acknowledgment);
  const Block& answered = pool_[other.first];
  // Each of the two acknowledges the other, which no honest peers do.
  if (answered.sequence == other.next) return give_first(side);
  return lose(1 - side, nearer(block.acknowledgment, answered.sequence, other.next));
}

// drop_last lets go of the block that is farthest ahead: it may be one that the receiver dropped.
void Duplex::drop_last(std::uint8_t side) {
  Side& s = sides_[side];
  std::uint32_t* link = &s.first;
  while (pool_[*link].next != kNoBlock) link = &pool_[*link].next;
  pool_.give(*link);
  *link = kNoBlock;
  --s.held;
  counters_.count(Counter::stream_blocks_exhausted);
}

Piece Duplex::lose(std::uint8_t side, std::uint32_t to) {
  Side& s = sides_[side];
  const std::uint32_t lost = to - s.next;
  const bool sure = !sides_[1 - side].begun || distance(s.next, s.acknowledged) > 0;
  s.next = to;
  counters_.count(Counter::stream_gaps);
  counters_.count(Counter::stream_lost_bytes, lost);
  return {side, {}, lost, now_, sure ? Loss::kMissed : Loss::kDoubtful};
}

void Duplex::reset() {
  for (Side& s : sides_) {
    while (s.first != kNoBlock) {
      const std::uint32_t index = s.first;
      s.first = pool_[index].next;
      pool_.give(index);
    }
    s = Side{};
  }
  if (given_ != kNoBlock) pool_.give(given_);
  given_ = kNoBlock;
  has_direct_ = flushing_ = false;
  packets_ = 0;
}

}  // namespace rpcsieve::stream

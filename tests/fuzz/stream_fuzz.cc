// Any segments of two sides. Whatever comes: pieces are within limits, both streams only ever go
// forward, every block goes back to the pool, and bytes are never invented: each byte that comes
// out is one that some segment carried at that place.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "runtime/base/cursor.h"
#include "runtime/stream/duplex.h"

using namespace rpcsieve;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::uint8_t kMaxSegments = 255;

// Checker knows every segment by the number that its payload repeats.
struct Checker {
  std::array<std::uint32_t, 2> next{};
  std::array<bool, 2> begun{};
  struct Sent {
    std::uint8_t side;
    std::uint32_t sequence;
    std::size_t length;
  };
  std::vector<Sent> segments;

  void sent(std::uint8_t side, const stream::Segment& segment) {
    if (!begun[side]) next[side] = segment.sequence;
    begun[side] = true;
    segments.push_back({side, segment.sequence, segment.payload.size()});
  }

  void came(const stream::Piece& piece) {
    for (const std::uint8_t number : piece.bytes) {
      const Sent& from = segments.at(number);
      require(from.side == piece.side && next[piece.side] - from.sequence < from.length);
      ++next[piece.side];
    }
    next[piece.side] += static_cast<std::uint32_t>(piece.lost);
  }
};

}  // namespace

// Each segment is ten bytes: side and flags, distance from the last one, acknowledgment, length,
// uncaptured length, time step; its payload is a run of the numbers of the segments.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Limits limits;
  limits.stream_blocks = 16;
  limits.stream_blocks_per_flow = 6;
  limits.hole_packets = 4;
  stream::Pool pool(limits);
  Counters counters;
  Checker checker;
  stream::Duplex duplex(limits, pool, counters);
  const auto drain = [&] {
    while (const auto piece = duplex.next()) checker.came(*piece);
  };
  Cursor c(Bytes(data, size), Endian::kLittle);
  std::array<std::uint32_t, 2> sequence = {0xfffffff0, 100};
  std::vector<std::uint8_t> payload(4096);
  Timestamp time;
  while (c.size() >= 10 && checker.segments.size() < kMaxSegments) {
    const std::uint8_t flags = c.u8();
    const std::uint8_t side = flags & 1;
    sequence[side] += static_cast<std::uint32_t>(static_cast<std::int16_t>(c.u16()));
    const auto acknowledgment =
        sequence[1 - side] + static_cast<std::uint32_t>(static_cast<std::int8_t>(c.u8()));
    const std::size_t length = c.u16() % payload.size();
    const std::uint32_t uncaptured = c.u16();
    time.us += c.u16() * 10;
    std::fill(payload.begin(), payload.end(), static_cast<std::uint8_t>(checker.segments.size()));
    const stream::Segment segment{sequence[side],
                                  acknowledgment,
                                  (flags & 2) != 0,
                                  (flags & 4) != 0,
                                  Bytes(payload).first(length),
                                  static_cast<std::uint32_t>(length) + uncaptured,
                                  time};
    checker.sent(side, segment);
    duplex.push(side, segment);
    drain();
  }
  duplex.flush();
  drain();
  duplex.reset();
  for (std::size_t n = 0; n < limits.stream_blocks; ++n) require(pool.take() != stream::kNoBlock);
  return 0;
}

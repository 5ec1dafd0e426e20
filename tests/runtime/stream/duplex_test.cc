#include "runtime/stream/duplex.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace rpcsieve::stream {
namespace {

// Sent is a segment with text for a payload, so that streams can be read: "abc".
struct Sent {
  std::uint8_t side;
  std::uint32_t sequence;
  std::uint32_t acknowledgment;
  std::string text;
  std::uint32_t uncaptured = 0;
  bool fin = false;
  std::int64_t time_us = 0;
};

// small is a pool that is quickly made: some tests make thousands.
Limits small() {
  Limits limits;
  limits.stream_blocks = 64;
  return limits;
}

class Streams {
 public:
  explicit Streams(Limits limits = small()) : limits_(limits), pool_(limits_) {}

  void push(const Sent& s) {
    const Bytes payload(reinterpret_cast<const std::uint8_t*>(s.text.data()), s.text.size());
    duplex_.push(s.side, {s.sequence,
                          s.acknowledgment,
                          s.acknowledgment != 0,
                          s.fin,
                          payload,
                          static_cast<std::uint32_t>(s.text.size()) + s.uncaptured,
                          {s.time_us}});
    drain();
  }
  void flush() {
    duplex_.flush();
    drain();
  }
  // said gives what came out so far: "0:abc 1:xy 0:(5)", runs of one side joined.
  [[nodiscard]] const std::string& said() const { return said_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  Duplex& duplex() { return duplex_; }

 private:
  void drain() {
    while (const auto piece = duplex_.next()) {
      if (piece->side != last_)
        said_ += (said_.empty() ? "" : " ") + std::to_string(piece->side) + ":";
      last_ = piece->side;
      said_.append(piece->bytes.begin(), piece->bytes.end());
      if (piece->lost > 0) said_ += "(" + std::to_string(piece->lost) + ")";
    }
  }

  Limits limits_;
  Pool pool_;
  Counters counters_;
  Duplex duplex_{limits_, pool_, counters_};
  std::string said_;
  int last_ = -1;
};

std::string said(const std::vector<Sent>& segments, bool flushed = true) {
  Streams streams;
  for (const Sent& s : segments) streams.push(s);
  if (flushed) streams.flush();
  return streams.said();
}

struct Case {
  const char* name;
  std::vector<Sent> segments;
  const char* want;
};

TEST(Duplex, PutsSegmentsInOrder) {
  const Case cases[] = {
      {"in order", {{0, 100, 0, "abc"}, {0, 103, 0, "def"}}, "0:abcdef"},
      {"swapped", {{0, 100, 0, "abc"}, {0, 106, 0, "ghi"}, {0, 103, 0, "def"}}, "0:abcdefghi"},
      {"repeated", {{0, 100, 0, "abc"}, {0, 100, 0, "abc"}, {0, 103, 0, "d"}}, "0:abcd"},
      {"repeated with more", {{0, 100, 0, "abc"}, {0, 101, 0, "bcde"}}, "0:abcde"},
      {"first of overlapping bytes wins",
       {{0, 100, 0, "a"}, {0, 102, 0, "CD"}, {0, 101, 0, "bcdef"}},
       "0:abCDef"},
      {"... around several",
       {{0, 100, 0, "a"}, {0, 102, 0, "C"}, {0, 104, 0, "E"}, {0, 101, 0, "bcdef"}},
       "0:abCdEf"},
      {"... inside one",
       {{0, 100, 0, "a"}, {0, 102, 0, "CDEF"}, {0, 103, 0, "de"}, {0, 101, 0, "b"}},
       "0:abCDEF"},
      {"sequence numbers wrap",
       {{0, 0xfffffffe, 0, "abc"}, {0, 3, 0, "fg"}, {0, 1, 0, "de"}},
       "0:abcdefg"},
      {"keep-alive probe", {{0, 100, 0, "abc"}, {0, 102, 0, "\0"}, {0, 103, 0, "d"}}, "0:abcd"},
      {"lost for ever", {{0, 100, 0, "abc"}, {0, 108, 0, "xyz"}}, "0:abc(5)xyz"},
      {"cut by snaplen", {{0, 100, 0, "abc", 4}, {0, 107, 0, "xyz"}}, "0:abc(4)xyz"},
      {"early and cut by snaplen",
       {{0, 100, 0, "abc"}, {0, 106, 0, "gh", 2}, {0, 103, 0, "def"}, {0, 110, 0, "k"}},
       "0:abcdefgh(2)k"},
  };
  for (const Case& c : cases) EXPECT_EQ(said(c.segments), c.want) << c.name;
}

TEST(Duplex, KeepsTheOrderBetweenTheSides) {
  const Case cases[] = {
      {"answer before its request",
       {{0, 100, 500, "a"}, {1, 500, 102, "Y"}, {0, 101, 500, "b"}},
       "0:ab 1:Y"},
      {"... with a whole exchange behind",
       {{0, 100, 500, "a"},
        {1, 500, 102, "Y"},
        {0, 102, 501, "c"},
        {0, 101, 500, "b"},
        {1, 501, 103, "Z"}},
       "0:ab 1:Y 0:c 1:Z"},
      {"only one side was captured", {{1, 500, 102, "Y"}, {1, 501, 103, "Z"}}, "1:YZ"},
      {"the answer to a FIN",
       {{0, 100, 500, "a"}, {0, 101, 500, "", 0, true}, {1, 500, 102, "Y"}},
       "0:a 1:Y"},
      {"filtered: every acknowledgment and half of the data is missing",
       {{0, 100, 500, "a"},
        {1, 500, 101, "X"},
        {0, 110, 505, "b"},
        {1, 505, 111, "Y"},
        {1, 506, 111, "y"},
        {0, 120, 512, "c"},
        {1, 512, 121, "Z"}},
       "0:a 1:X 0:(9) 1:(4) 0:b 1:Yy 0:(9) 1:(5) 0:c 1:Z"},
      {"what was acknowledged was never captured",
       {{0, 100, 500, "a"}, {1, 500, 105, "Y"}},
       "0:a(4) 1:Y"},
      {"each acknowledges the other (forged)",
       {{0, 100, 500, "a"}, {1, 500, 101, "X"}, {0, 101, 502, "b"}, {1, 501, 102, "Y"}},
       "0:a 1:X 0:b 1:Y"},
  };
  for (const Case& c : cases) EXPECT_EQ(said(c.segments), c.want) << c.name;
}

TEST(Duplex, WaitsOnlyForWhatMayStillCome) {
  // Not acknowledged: the sender will repeat it, however long that takes.
  std::vector<Sent> segments = {{1, 500, 101, "X"}, {0, 100, 501, "a"}};
  for (std::uint32_t n = 0; n < 40; ++n)
    segments.push_back({0, 110 + n, 501, "b", 0, false, n * 100'000});
  EXPECT_EQ(said(segments, false), "1:X 0:a");
  // Acknowledged, and many packets passed since.
  for (std::uint32_t n = 0; n < 20; ++n) segments.push_back({1, 501, 110, "", 0, false, 4'000'000});
  EXPECT_EQ(said(segments, false), "1:X 0:a(9)" + std::string(40, 'b'));
}

TEST(Duplex, GivesUpAfterTheNamedWait) {
  const std::vector<Sent> early = {{0, 100, 0, "a"}, {0, 105, 0, "f", 0, false, 1000}};
  Streams streams;
  for (const Sent& s : early) streams.push(s);
  EXPECT_EQ(streams.said(), "0:a");
  streams.push({0, 106, 0, "g", 0, false, 1000 + Limits{}.hole_wait_us - 1});
  EXPECT_EQ(streams.said(), "0:a");
  streams.push({0, 107, 0, "h", 0, false, 1000 + Limits{}.hole_wait_us});
  EXPECT_EQ(streams.said(), "0:a(4)fgh");
}

TEST(Duplex, HoldsNoMoreThanItsLimits) {
  Limits limits;
  limits.stream_blocks = 8;
  limits.stream_blocks_per_flow = 4;
  limits.hole_packets = 1000;
  Streams streams(limits);
  streams.push({1, 1, 100, "X"});
  streams.push({0, 100, 2, "a"});
  streams.push({1, 2, 110, ""});
  for (std::uint32_t n = 0; n < 4; ++n) streams.push({0, 110 + 2 * n, 2, "b"});
  EXPECT_EQ(streams.said(), "1:X 0:a");
  streams.push({0, 118, 2, "b"});
  EXPECT_EQ(streams.said(), "1:X 0:a(9)b");
  EXPECT_EQ(streams.counters()[Counter::stream_gaps], 1U);

  limits.stream_blocks = 2;
  Streams crowded(limits);
  crowded.push({1, 1, 100, "X"});
  crowded.push({0, 100, 2, "a"});
  for (std::uint32_t n = 0; n < 3; ++n) crowded.push({0, 110 + 2 * n, 2, "b"});
  crowded.flush();
  EXPECT_EQ(crowded.said(), "1:X 0:a(9)b(1)b");
  EXPECT_EQ(crowded.counters()[Counter::stream_blocks_exhausted], 1U);
}

// What lies beyond the receiver's window was dropped by it. So was all that it never acknowledges,
// however much there is of it.
TEST(Duplex, IsNotCarriedAway) {
  Streams streams{Limits()};
  streams.push({1, 1, 100, "X"});
  streams.push({0, 100, 2, "a"});
  const std::uint32_t far = 1'000'000'000;
  for (std::uint32_t n = 0; n < 2 * Limits().stream_blocks_per_flow; ++n)
    streams.push({0, far + 2 * n, 2, "?"});
  streams.push({0, 101, 2, "b"});
  EXPECT_EQ(streams.said(), "1:X 0:ab");
  EXPECT_EQ(streams.counters()[Counter::stream_blocks_exhausted], Limits().stream_blocks_per_flow);
  // Lost, and acknowledged: only as far as that.
  for (std::uint32_t n = 0; n < 20; ++n) streams.push({1, 2, 105, "", 0, false, 4'000'000});
  EXPECT_EQ(streams.said(), "1:X 0:ab(3)");
  streams.push({0, 105, 2, "c"});
  EXPECT_EQ(streams.said(), "1:X 0:ab(3)c");
}

TEST(Duplex, GivesItsBlocksBack) {
  Limits limits;
  limits.stream_blocks = 4;
  Pool pool(limits);
  Counters counters;
  for (int n = 0; n < 100; ++n) {
    Duplex duplex(limits, pool, counters);
    const std::vector<std::uint8_t> bytes(4000, 7);
    duplex.push(0, {1, 0, false, false, bytes, 1, {}});
    duplex.push(0, {10, 0, false, false, bytes, 4000, {}});  // three blocks
    while (duplex.next()) {
    }
  }
  EXPECT_EQ(counters[Counter::stream_blocks_exhausted], 0U);
}

// The same conversation, shuffled, cut and repeated, gives the same streams in the same order.
TEST(Duplex, SameStreamsHoweverTheyArrive) {
  std::mt19937 random(7);
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  for (int round = 0; round < 2000; ++round) {
    std::vector<Sent> segments = {{0, 1000, 5000, "<"}, {1, 5000, 1001, ">"}};
    std::array<std::uint32_t, 2> next = {1001, 5001};
    std::string want = "0:< 1:>";
    for (std::uint8_t turn = 0; turn < 6; ++turn) {
      const std::uint8_t side = turn % 2;
      want += " " + std::to_string(side) + ":";
      for (std::uint32_t n = 1 + below(3); n > 0; --n) {
        std::string text(1 + below(6), static_cast<char>('a' + turn));
        segments.push_back({side, next[side], next[1 - side], text});
        next[side] += static_cast<std::uint32_t>(text.size());
        want += text;
      }
    }
    for (std::uint32_t n = 0; n < 4; ++n)
      segments.push_back(segments[2 + below(static_cast<std::uint32_t>(segments.size() - 2))]);
    std::shuffle(segments.begin() + 2, segments.end(), random);
    // Nothing is lost, so with enough patience nothing may be.
    Limits limits = small();
    limits.hole_packets = 1000;
    Streams streams(limits);
    for (const Sent& s : segments) streams.push(s);
    ASSERT_EQ(streams.said(), want) << "round " << round;
  }
}

}  // namespace
}  // namespace rpcsieve::stream

// The framer against a toy protocol, in tables, and against a naive reading of the same stream that
// knows all of it at once: any bytes, any gaps, any split must give the same frames.
#include "runtime/base/framer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/splits.h"

namespace rpcsieve::test {
namespace {

// A toy frame is 'F', its length, its wanted length, and anything. It is plausible only if neither
// of its third and fourth bytes is '#': so a marker is longer than the shortest frames.
struct Toy {
  static constexpr std::size_t header_bytes = 2;
  static constexpr std::size_t judged_bytes = 3;
  static constexpr std::size_t marker_bytes = 4;

  [[nodiscard]] std::optional<std::size_t> total(Bytes header) const {
    if (header[0] != 'F' || header[1] < 2) return std::nullopt;
    return header[1];
  }
  [[nodiscard]] std::size_t keep(Bytes head, std::size_t /*total*/) const {
    return head.size() < 3 ? 0 : head[2];
  }
  [[nodiscard]] static bool plausible(Bytes b) {
    return b[0] == 'F' && (b.size() < 2 || b[1] >= 2) && (b.size() < 3 || b[2] != '#') &&
           (b.size() < 4 || b[3] != '#');
  }
  [[nodiscard]] std::size_t find(Bytes bytes) const {
    std::size_t at = 0;
    while (at < bytes.size() && !plausible(bytes.subspan(at))) ++at;
    return at;
  }
};

std::string text(Bytes bytes) {
  std::string out;
  for (const auto b : bytes)
    out += std::isalnum(b) != 0 ? std::string(1, static_cast<char>(b)) : fmt::format("\\{}", b);
  return out;
}

std::string print(const Frame& frame) {
  return fmt::format("{}/{}{}", text(frame.bytes), frame.total, frame.cut ? " cut" : "");
}

Units drain(Framer& framer) {
  Units units;
  while (const auto frame = framer.next(Toy{})) units.push_back(print(*frame));
  return units;
}

// A stream is bytes and gaps: kGap is one lost byte, wherever it stands.
constexpr int kGap = -1;
using Stream = std::vector<int>;

Stream stream(std::string_view bytes) {
  Stream out;
  for (const char c : bytes) out.push_back(c == '_' ? kGap : static_cast<unsigned char>(c));
  return out;
}

// run feeds a stream to a framer, its bytes in chunks of at most `chunk`, its gaps as they are.
Units run(const Stream& in, std::size_t chunk) {
  Memory memory;
  Framer framer(memory);
  Units all;
  for (std::size_t at = 0; at < in.size();) {
    const bool gap = in[at] == kGap;
    Buffer bytes;
    std::size_t end = at;
    while (end < in.size() && (in[end] == kGap) == gap && (gap || bytes.size() < chunk))
      bytes.push_back(static_cast<std::uint8_t>(in[end++]));
    if (gap) {
      framer.gap(end - at);
    } else {
      framer.push(bytes, {});
    }
    at = end;
    for (auto& unit : drain(framer)) all.push_back(std::move(unit));
  }
  framer.end();
  for (auto& unit : drain(framer)) all.push_back(std::move(unit));
  return all;
}

// Reference reads a stream with all of it at hand.
class Reference {
 public:
  explicit Reference(const Stream& in) : in_(in) {}

  Units read() {
    while (at_ < in_.size()) lost_ ? search() : frame();
    return units_;
  }

 private:
  // run returns the bytes from `at` on up to a gap, the end, or n of them.
  [[nodiscard]] Buffer bytes(std::size_t at, std::size_t n) const {
    Buffer out;
    for (; out.size() < n && at < in_.size() && in_[at] != kGap; ++at)
      out.push_back(static_cast<std::uint8_t>(in_[at]));
    return out;
  }
  void search() {
    const Buffer marker = bytes(at_, Toy::marker_bytes);
    lost_ = marker.size() < Toy::marker_bytes || !Toy::plausible(marker);
    if (lost_) ++at_;
  }
  void frame() {
    const Buffer header = bytes(at_, Toy::header_bytes);
    const auto total = header.size() < Toy::header_bytes ? std::nullopt : Toy{}.total(header);
    if (!total) {
      lost_ = true;
      ++at_;
      return;
    }
    const std::size_t judged = std::min(Toy::judged_bytes, *total);
    Buffer got = bytes(at_, judged);
    bool cut = got.size() < judged;
    if (!cut) {
      const std::size_t keep = std::clamp(Toy{}.keep(got, *total), judged, *total);
      got = bytes(at_, keep);
      cut = got.size() < keep;
    }
    units_.push_back(print(Frame{got, *total, {}, cut}));
    at_ += *total;
    // A gap that reaches beyond the frame's end leaves no sync behind it.
    if (at_ < in_.size() && in_[at_] == kGap && in_[at_ - 1] == kGap) lost_ = true;
  }

  const Stream& in_;
  Units units_;
  std::size_t at_ = 0;
  bool lost_ = false;
};

struct FramerCase {
  std::string_view name;
  std::string_view in;  // '_' is a lost byte
  Units want;
};

const FramerCase kCases[] = {
    {"nothing", "", {}},
    {"one frame", "F\5\5ab", {"F\\5\\5ab/5"}},
    {"only what is wanted", "F\6\4abcF\3\3", {"F\\6\\4a/6", "F\\3\\3/3"}},
    {"frames shorter than is judged", "F\2F\2F\3\1", {"F\\2/2", "F\\2/2", "F\\3\\1/3"}},
    {"less wanted than is judged", "F\4\1aF\2", {"F\\4\\1/4", "F\\2/2"}},
    {"more wanted than there is", "F\4\7aF\2", {"F\\4\\7a/4", "F\\2/2"}},
    {"cut by the end", "F\5\5a", {"F\\5\\5a/5 cut"}},
    {"end within what is not wanted", "F\7\4ab", {"F\\7\\4a/7"}},
    {"end within a header", "F\2F", {"F\\2/2"}},
    {"gap within a frame", "F\6\6a_bF\2", {"F\\6\\6a/6 cut", "F\\2/2"}},
    {"gap to the end of a frame", "F\6\6a__F\2", {"F\\6\\6a/6 cut", "F\\2/2"}},
    {"two gaps within a frame", "F\7\7a_b_F\2", {"F\\7\\7a/7 cut", "F\\2/2"}},
    {"gap before the wanted length", "F\5_abF\2", {"F\\5/5 cut", "F\\2/2"}},
    {"gap within what is not wanted", "F\7\4a_bcF\2", {"F\\7\\4a/7", "F\\2/2"}},
    {"gap beyond the end: search", "F\5\5a__xxF\4\4a", {"F\\5\\5a/5 cut", "F\\4\\4a/4"}},
    {"gap within a header: search", "F_xF\4\4a", {"F\\4\\4a/4"}},
    {"gap between frames: search", "F\2_xF\4\4a", {"F\\2/2", "F\\4\\4a/4"}},
    {"foreign: search", "F\2xyF\4\4a", {"F\\2/2", "F\\4\\4a/4"}},
    {"an implausible frame is no sync", "xF\4a#F\4\4b", {"F\\4\\4b/4"}},
    {"a refused place is not found again", "F\1F\4\4a", {"F\\4\\4a/4"}},
    {"sync on a frame shorter than a marker", "xF\2F\3\3F\2", {"F\\2/2", "F\\3\\3/3", "F\\2/2"}},
    {"sync too near to a gap to be sure", "xF\2F_F\4\4a", {"F\\4\\4a/4"}},
};

TEST(Framer, Table) {
  for (const auto& c : kCases) EXPECT_EQ(run(stream(c.in), 1 << 20), c.want) << c.name;
}

TEST(Framer, EverySplitOfTheTable) {
  for (const auto& c : kCases)
    for (std::size_t chunk = 1; chunk < c.in.size(); ++chunk)
      EXPECT_EQ(run(stream(c.in), chunk), c.want) << c.name << " in chunks of " << chunk;
}

TEST(Framer, EveryGapOfSomeFrames) {
  const Stream whole = stream("F\6\6abcF\2F\7\4abcdF\4\4aF\3\3F\5\5ab");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (std::size_t n = 1; at + n <= whole.size(); ++n) {
      Stream in = whole;
      std::fill_n(in.begin() + static_cast<std::ptrdiff_t>(at), n, kGap);
      const Units want = Reference(in).read();
      for (std::size_t chunk = 1; chunk < 9; ++chunk)
        ASSERT_EQ(run(in, chunk), want) << "gap of " << n << " at " << at << ", chunk " << chunk;
    }
  }
}

TEST(Framer, RandomStreamsInAnySplit) {
  std::mt19937 random(1);
  static constexpr int kLetters[] = {'F', 'F', 'F', 2, 2, 3, 4, 5, 9, 1, '#', 'x', kGap};
  for (int round = 0; round < 20000; ++round) {
    Stream in(random() % 40);
    for (int& letter : in) letter = kLetters[random() % std::size(kLetters)];
    const Units want = Reference(in).read();
    for (const std::size_t chunk : {1U, 2U, 3U, 5U, 100U}) ASSERT_EQ(run(in, chunk), want) << round;
  }
}

TEST(Framer, WholeFramesAreViewsOfTheInput) {
  const Buffer wire = hex("46 04 04 61 46 04 04 62");
  Memory memory;
  Framer framer(memory);
  framer.push(wire, {});
  EXPECT_EQ(framer.next(Toy{})->bytes.data(), wire.data());
  EXPECT_EQ(framer.next(Toy{})->bytes.data(), wire.data() + 4);
}

TEST(Framer, TimeIsThatOfTheFirstByte) {
  const Buffer wire = hex("46 04 04 61 46 04 04 62");
  Memory memory;
  Framer framer(memory);
  framer.push(Bytes(wire).first(1), {.us = 1});
  EXPECT_FALSE(framer.next(Toy{}));
  framer.push(Bytes(wire).subspan(1, 4), {.us = 2});
  EXPECT_EQ(framer.next(Toy{})->time.us, 1);
  EXPECT_FALSE(framer.next(Toy{}));
  framer.push(Bytes(wire).subspan(5), {.us = 3});
  EXPECT_EQ(framer.next(Toy{})->time.us, 2);
}

TEST(Framer, SaysWhenItIsLost) {
  const Buffer foreign = hex("00 46 01 46 04 04 61");
  Memory memory;
  Framer framer(memory);
  framer.push(Bytes(foreign).first(3), {});
  EXPECT_FALSE(framer.next(Toy{}));
  EXPECT_TRUE(framer.lost());
  EXPECT_EQ(framer.foreign(), 1U);
  framer.push(Bytes(foreign).subspan(3), {});
  EXPECT_TRUE(framer.next(Toy{}));
  EXPECT_FALSE(framer.lost());
}

TEST(Framer, ResetForgetsEverything) {
  const Buffer wire = hex("46 04 04 61");
  Memory memory;
  Framer framer(memory);
  framer.push(Bytes(wire).first(3), {});
  EXPECT_FALSE(framer.next(Toy{}));
  framer.reset();
  framer.push(wire, {});
  EXPECT_EQ(framer.next(Toy{})->bytes.size(), 4U);
  framer.gap(7);
  framer.reset();
  EXPECT_FALSE(framer.lost());
}

}  // namespace
}  // namespace rpcsieve::test

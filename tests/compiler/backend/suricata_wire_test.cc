#include "compiler/backend/suricata_wire.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace rpcsieve::compiler::suricata {
namespace {

TEST(SuricataWire, NumbersAreWrittenInBothOrders) {
  const std::vector<OpnumRange> some = {{4, 4}, {15, 26}};
  EXPECT_EQ(number(some, Endian::kLittle), R"((?:\x04\x00|[\x0f-\x1a]\x00))");
  EXPECT_EQ(number(some, Endian::kBig), R"((?:\x00\x04|\x00[\x0f-\x1a]))");
  EXPECT_EQ(number({{}}, Endian::kLittle), "..");
  EXPECT_EQ(number({{1, 0xffff}}, Endian::kLittle), R"((?:[\x01-\xff]\x00|.[\x01-\xff]))");
}

// matches says whether two bytes fit one of the alternatives, whose halves are `.`, `\xNN` or
// `[\xNN-\xNN]`: all that number() writes.
bool matches(std::string_view text, std::uint8_t first, std::uint8_t second) {
  const auto hex_at = [](std::string_view from, std::size_t at) {
    return static_cast<std::uint8_t>(std::stoul(std::string(from.substr(at, 2)), nullptr, 16));
  };
  const auto take = [&](std::string_view& left, std::uint8_t byte) {
    const std::size_t length = left[0] == '.' ? 1 : left[0] == '\\' ? 4 : 11;
    const std::string_view half = left.substr(0, length);
    left.remove_prefix(length);
    if (length == 1) return true;
    if (length == 4) return byte == hex_at(half, 2);
    return hex_at(half, 3) <= byte && byte <= hex_at(half, 8);
  };
  if (text.substr(0, 3) == "(?:") text = text.substr(3, text.size() - 4);
  bool any = false;
  while (!text.empty()) {
    const bool one = take(text, first);
    const bool other = take(text, second);
    any |= one && other;
    if (!text.empty()) text.remove_prefix(1);  // the bar
  }
  return any;
}

// Every number, against ranges that begin and end around the borders of the high byte.
TEST(SuricataWire, NumbersMatchTheirRangesAndNothingElse) {
  const OpnumRange ranges[] = {{0, 0},   {0, 255},    {1, 256},      {255, 256},   {256, 511},
                               {3, 515}, {256, 1023}, {300, 0xfffe}, {700, 65535}, {513, 1279}};
  for (const OpnumRange& range : ranges) {
    const std::string little = number({range}, Endian::kLittle);
    const std::string big = number({range}, Endian::kBig);
    for (unsigned n = 0; n <= 0xffff; ++n) {
      const auto high = static_cast<std::uint8_t>(n >> 8), low = static_cast<std::uint8_t>(n);
      const bool want = range.first <= n && n <= range.last;
      ASSERT_EQ(matches(little, low, high), want) << n << " in " << little;
      ASSERT_EQ(matches(big, high, low), want) << n << " in " << big;
    }
  }
}

}  // namespace
}  // namespace rpcsieve::compiler::suricata

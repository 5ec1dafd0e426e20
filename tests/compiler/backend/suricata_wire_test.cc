#include "compiler/backend/suricata_wire.h"

#include <gtest/gtest.h>

#include <regex>

#include "tests/support/rules.h"
#include "tests/support/wire.h"

namespace rpcsieve::compiler::suricata {
namespace {

using test::Wire;

TEST(SuricataWire, NumbersAreWrittenInBothOrders) {
  const std::vector<OpnumRange> some = {{4, 4}, {15, 26}};
  EXPECT_EQ(number(some, Endian::kLittle), R"((?:\x04\x00|[\x0f-\x1a]\x00))");
  EXPECT_EQ(number(some, Endian::kBig), R"((?:\x00\x04|\x00[\x0f-\x1a]))");
  EXPECT_EQ(number({{}}, Endian::kLittle), "..");
  EXPECT_EQ(number({{1, 0xffff}}, Endian::kLittle), R"((?:[\x01-\xff]\x00|.[\x01-\xff]))");
}

// Every number, against ranges that begin and end around the borders of the high byte. The text is
// of a kind that std::regex understands too, but for the dot, which it keeps from line breaks.
TEST(SuricataWire, NumbersMatchTheirRangesAndNothingElse) {
  const OpnumRange ranges[] = {{0, 0},   {0, 255},    {1, 256},      {255, 256},   {256, 511},
                               {3, 515}, {256, 1023}, {300, 0xfffe}, {700, 65535}, {513, 1279}};
  for (const OpnumRange& range : ranges) {
    for (const Endian endian : {Endian::kLittle, Endian::kBig}) {
      std::string text = number({range}, endian);
      for (std::size_t at = 0; (at = text.find('.', at)) != std::string::npos; at += 11)
        text.replace(at, 1, "[\\x00-\\xff]");
      const std::basic_regex<wchar_t> regex(std::wstring(text.begin(), text.end()));
      for (unsigned n = 0; n <= 0xffff; n += n < 1300 || n > 65500 ? 1 : 97) {
        const auto bytes = Wire(endian).u16(n).build();
        const std::wstring wire(bytes.begin(), bytes.end());
        ASSERT_EQ(std::regex_match(wire, regex), range.first <= n && n <= range.last)
            << n << " in " << text;
      }
    }
  }
}

}  // namespace
}  // namespace rpcsieve::compiler::suricata

// docs/DATABASE.md shows the bytes of a real file: that of tests/fuzz/corpus.
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/forge.h"

namespace rpcsieve::database {
namespace {

std::vector<std::uint8_t> read(const std::string& path) {
  std::ifstream in(RPCSIEVE_SOURCE_DIR + ("/" + path), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// is_dump: four hex digits, two blanks, then pairs of digits up to two blanks or the end.
bool is_dump(std::string_view line) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return line.size() > 8 && line.substr(4, 2) == "  " && is_hex(line[6]) && is_hex(line[7]) &&
         std::all_of(line.begin(), line.begin() + 4, is_hex);
}

TEST(Document, ShowsTheBytesOfTheFixture) {
  const auto fixture = read("tests/fuzz/corpus/database/fixture.db");
  const auto document = read("docs/DATABASE.md");
  std::string_view left(reinterpret_cast<const char*>(document.data()), document.size());
  std::size_t lines = 0;
  while (!left.empty()) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    if (!is_dump(line)) continue;
    ++lines;
    std::size_t offset = 0;
    std::from_chars(line.data(), line.data() + 4, offset, 16);
    const std::string_view digits = line.substr(6);
    const test::Buffer want = test::hex(digits.substr(0, digits.find("  ")));
    ASSERT_LE(offset + want.size(), fixture.size()) << line;
    EXPECT_TRUE(std::equal(want.begin(), want.end(), fixture.data() + offset)) << line;
  }
  EXPECT_GT(lines, 30U);
}

}  // namespace
}  // namespace rpcsieve::database

// Databases whose Hyperscan part cannot be run here: each is refused with its reason.
#include "runtime/match/scan.h"

#include <gtest/gtest.h>
#include <hs/hs_compile.h>

#include <cstring>

#include "runtime/database/seal.h"
#include "runtime/match/platform.h"
#include "tests/support/rules.h"

namespace rpcsieve::match {
namespace {

using database::Header;
using database::Section;
using File = std::vector<std::uint8_t>;

// with_hyperscan is the fixture with other bytes as its last section.
File with_hyperscan(const File& hyperscan) {
  File file = test::compile(test::fixture_rules());
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  auto& last = header.sections[static_cast<std::size_t>(Section::kHyperscan)];
  last.length = hyperscan.size();
  file.resize(last.offset);
  file.insert(file.end(), hyperscan.begin(), hyperscan.end());
  file.resize(database::aligned(file.size()));
  header.file_length = file.size();
  std::memcpy(file.data(), &header, sizeof header);
  database::seal(file);
  return file;
}

File hyperscan_of(const File& file) {
  std::string error;
  const auto database = database::Database::load(file, error);
  const Bytes bytes = database->hyperscan();
  return {bytes.begin(), bytes.end()};
}

// streaming is a Hyperscan database of another mode.
File streaming() {
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  EXPECT_EQ(hs_compile("a", 0, HS_MODE_STREAM, nullptr, &database, &error), HS_SUCCESS);
  char* bytes = nullptr;
  std::size_t length = 0;
  EXPECT_EQ(hs_serialize_database(database, &bytes, &length), HS_SUCCESS);
  const File out(bytes, bytes + length);
  std::free(bytes);
  hs_free_database(database);
  return out;
}

std::string refusal(const File& hyperscan) {
  std::string error;
  const auto database = database::Database::load(with_hyperscan(hyperscan), error);
  EXPECT_EQ(error, "");
  EXPECT_EQ(Scanner::open(*database, error), nullptr);
  return error;
}

// changed overwrites a word of Hyperscan's header: magic, version, length, platform, …
File changed(std::size_t word, std::uint32_t value) {
  File file = hyperscan_of(test::compile(test::fixture_rules()));
  std::memcpy(file.data() + word * sizeof value, &value, sizeof value);
  return file;
}

TEST(Scanner, RefusesWhatItCannotRun) {
  const std::string cannot = "the Hyperscan database inside cannot be run: ";
  EXPECT_EQ(refusal({'x'}), cannot + "it is damaged");
  EXPECT_EQ(refusal(changed(0, 7)), cannot + "it is damaged");
  EXPECT_EQ(refusal(changed(1, 7)),
            cannot + "it was made by another version of Hyperscan; compile the rules again");
  EXPECT_EQ(refusal(streaming()), cannot + "it was not made for block mode");
  File flipped = hyperscan_of(test::compile(test::fixture_rules()));
  std::uint8_t& middle = flipped[flipped.size() / 2];
  middle = static_cast<std::uint8_t>(~middle);
  EXPECT_EQ(refusal(flipped), cannot + "it is damaged");
}

TEST(Scanner, IgnoresPatternsThatTheTableLacks) {
  Findings findings({});
  findings.start({{}, true});
  findings.add(5, 0);
  SUCCEED();
}

struct PlatformCase {
  database::Platform platform;
  Processor processor;
  std::string_view want;
};

TEST(Platform, NamesTheMissingFeature) {
  using database::Platform;
  const PlatformCase kCases[] = {
      {Platform::kGeneric, {false, false, false}, "SSSE3"},
      {Platform::kGeneric, {true, false, false}, ""},
      {Platform::kAvx2, {true, false, false}, "AVX2"},
      {Platform::kAvx2, {true, true, false}, ""},
      {Platform::kAvx512, {true, true, false}, "AVX-512"},
      {Platform::kAvx512, {true, true, true}, ""},
  };
  for (const PlatformCase& c : kCases) EXPECT_EQ(missing_feature(c.platform, c.processor), c.want);
}

}  // namespace
}  // namespace rpcsieve::match

// What happens to files by accident: every byte flipped, every length cut, the wrong file given.
#include <gtest/gtest.h>

#include <cstring>

#include "runtime/database/database.h"
#include "runtime/database/seal.h"
#include "tests/support/rules.h"

namespace rpcsieve::database {
namespace {

using File = std::vector<std::uint8_t>;

const File& sound() {
  static const File file = test::compile(test::fixture_rules());
  return file;
}

// fault gives the error of a load, "" if it went well.
std::string fault(File file) {
  std::string error;
  const bool loaded = Database::load(std::move(file), error).has_value();
  EXPECT_EQ(loaded, error.empty());
  return error;
}

File text(std::string_view value) { return {value.begin(), value.end()}; }

// with overwrites bytes, and leaves the checksums as they are.
File with(std::size_t at, const File& bytes) {
  File file = sound();
  std::memcpy(&file.at(at), bytes.data(), bytes.size());
  return file;
}

// resealed overwrites bytes, and makes the checksums right again.
File resealed(std::size_t at, const File& bytes) {
  File file = with(at, bytes);
  seal(file);
  return file;
}

TEST(Damage, IsNoneInASoundFile) { EXPECT_EQ(fault(sound()), ""); }

TEST(Damage, IsFoundInEveryByte) {
  for (std::size_t i = 0; i < sound().size(); ++i)
    for (const unsigned mask : {0x01U, 0x80U, 0xffU}) {
      File file = sound();
      file[i] = static_cast<std::uint8_t>(file[i] ^ mask);
      ASSERT_NE(fault(std::move(file)), "") << "byte " << i << " mask " << mask;
    }
}

TEST(Damage, IsFoundInEveryCut) {
  for (std::size_t n = 0; n < sound().size(); ++n)
    ASSERT_NE(fault(File(sound().begin(), sound().begin() + static_cast<std::ptrdiff_t>(n))), "")
        << n << " bytes";
}

TEST(Damage, IsFoundInBytesBehindTheEnd) {
  File file = sound();
  file.resize(file.size() + 1);
  EXPECT_EQ(fault(file), std::to_string(file.size()) + " bytes, its header says " +
                             std::to_string(sound().size()) + ": cut or grown");
}

constexpr std::size_t kBeforeText = sizeof(Header);  // padding of the header
constexpr std::size_t kSectionsAt = offsetof(Header, sections);
constexpr std::size_t kRow = sizeof(SectionRow);

struct DamageCase {
  std::string_view name;
  File file;
  std::string_view want;
};

TEST(Damage, IsNamed) {
  const DamageCase kCases[] = {
      {"nothing", {}, "not a database: 0 bytes, a header has 360"},
      {"another kind of file", text(std::string(400, 'x')),
       "not a database: it does not begin with RPCSIEVE"},
      {"a later format", resealed(8, {3, 0, 0, 0}),
       "format version 3, this program reads version 2"},
      {"a flipped header", with(12, {1}), "the header's checksum is wrong"},
      {"a flipped row", with(384, {'x'}), "the checksum is wrong: bytes were changed"},
      {"an unknown platform", resealed(12, {9}), "unknown platform 9"},
      {"padding used", resealed(kBeforeText, {1}), "bytes before section text are not zero"},
      {"a section moved", resealed(kSectionsAt + kRow, {8}),
       "section interfaces begins at 776, expected 768"},
      {"a section far away", resealed(kSectionsAt, {0, 0, 0, 0, 0, 0, 0, 0xff}),
       "section text begins at 18374686479671623680, expected 384"},
      {"a section that never ends", resealed(kSectionsAt + 8, {0, 0, 0, 0, 0, 0, 0, 0xff}),
       "section text reaches beyond the end"},
      {"half a row", resealed(kSectionsAt + kRow + 8, {1}),
       "section interfaces does not hold whole rows"},
      {"a last section cut", resealed(kSectionsAt + (kSections - 1) * kRow + 8, {0, 0}),
       "bytes behind the last section"},
  };
  for (const DamageCase& c : kCases) EXPECT_EQ(fault(c.file), c.want) << c.name;
}

}  // namespace
}  // namespace rpcsieve::database

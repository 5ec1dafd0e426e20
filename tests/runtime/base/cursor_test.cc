#include "runtime/base/cursor.h"

#include <gtest/gtest.h>

#include "tests/support/forge.h"

namespace rpcsieve::test {
namespace {

TEST(Cursor, ReadsNumbersInTheirByteOrder) {
  const Buffer wire = hex("01 0203 04050607 08090a0b0c0d0e0f");
  Cursor big(wire, Endian::kBig);
  EXPECT_EQ(big.u8(), 0x01U);
  EXPECT_EQ(big.u16(), 0x0203U);
  EXPECT_EQ(big.u32(), 0x04050607U);
  EXPECT_EQ(big.u64(), 0x08090a0b0c0d0e0fU);
  EXPECT_TRUE(big.done());
  Cursor little(wire, Endian::kLittle);
  EXPECT_EQ(little.u8(), 0x01U);
  EXPECT_EQ(little.u16(), 0x0302U);
  EXPECT_EQ(little.u32(), 0x07060504U);
  EXPECT_EQ(little.u64(), 0x0f0e0d0c0b0a0908U);
  EXPECT_TRUE(little.done());
}

TEST(Cursor, ShortReadLatches) {
  const Buffer wire = hex("01 02 03");
  Cursor cursor(wire, Endian::kLittle);
  EXPECT_EQ(cursor.u32(), 0U);
  EXPECT_FALSE(cursor.ok());
  EXPECT_EQ(cursor.u8(), 0U);  // bytes are left, but a parser that went on would misread them
  EXPECT_TRUE(cursor.take(1).empty());
  EXPECT_TRUE(cursor.rest().empty());
  EXPECT_FALSE(cursor.done());
}

TEST(Cursor, HugeCountsAreShortReads) {
  const Buffer wire = hex("01 02 03");
  for (const std::size_t n : {std::size_t{4}, SIZE_MAX / 2, SIZE_MAX}) {
    Cursor cursor(wire, Endian::kLittle);
    cursor.skip(n);
    EXPECT_FALSE(cursor.ok()) << n;
  }
}

TEST(Cursor, SubSeesOnlyItsPart) {
  const Buffer wire = hex("01 02 03 04");
  Cursor parent(wire, Endian::kLittle);
  Cursor child = parent.sub(2);
  EXPECT_EQ(child.u16(), 0x0201U);
  EXPECT_TRUE(child.done());
  EXPECT_EQ(child.u8(), 0U);
  EXPECT_FALSE(child.ok());
  EXPECT_TRUE(parent.ok());
  EXPECT_EQ(parent.u16(), 0x0403U);
}

TEST(Cursor, SubOfTooFewBytesFailsBoth) {
  const Buffer wire = hex("01 02");
  Cursor parent(wire, Endian::kLittle);
  const Cursor child = parent.sub(3);
  EXPECT_FALSE(child.ok());
  EXPECT_FALSE(parent.ok());
}

TEST(Cursor, AlignSkipsToTheNextMultiple) {
  const Buffer wire = hex("00 00 00 00 00 00 00 00");
  struct Case {
    std::size_t consumed, left;
  };
  for (const auto& c : {Case{0, 8}, Case{1, 5}, Case{3, 7}, Case{4, 8}, Case{6, 6}}) {
    Cursor cursor(wire, Endian::kLittle);
    cursor.align(c.consumed, 4);
    EXPECT_EQ(cursor.size(), c.left) << c.consumed;
  }
}

}  // namespace
}  // namespace rpcsieve::test

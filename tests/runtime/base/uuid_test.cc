#include "runtime/base/uuid.h"

#include <gtest/gtest.h>

#include "tests/support/forge.h"

namespace rpcsieve::test {
namespace {

constexpr std::string_view kLsarpc = "12345778-1234-abcd-ef00-0123456789ab";

TEST(Uuid, TextComesBack) {
  EXPECT_EQ(print(*parse_uuid(kLsarpc)), kLsarpc);
  EXPECT_EQ(print(*parse_uuid("12345778-1234-ABCD-EF00-0123456789AB")), kLsarpc);
  EXPECT_EQ(print(Uuid{}), "00000000-0000-0000-0000-000000000000");
}

TEST(Uuid, OnlyTheTextFormIsRead) {
  for (const std::string_view text :
       {"", "12345778", "12345778-1234-abcd-ef00-0123456789a",
        "12345778-1234-abcd-ef00-0123456789abc", "12345778-1234-abcd-ef000-123456789ab",
        "1234577g-1234-abcd-ef00-0123456789ab", "{2345778-1234-abcd-ef00-0123456789a}",
        "-2345778-1234-abcd-ef00-0123456789ab"})
    EXPECT_FALSE(parse_uuid(text)) << text;
}

TEST(Uuid, FirstThreeFieldsFollowTheByteOrder) {
  const Buffer little = hex("78573412 3412 cdab ef00 0123456789ab");
  const Buffer big = hex("12345778 1234 abcd ef00 0123456789ab");
  Cursor from_little(little, Endian::kLittle);
  Cursor from_big(big, Endian::kBig);
  EXPECT_EQ(print(read_uuid(from_little)), kLsarpc);
  EXPECT_EQ(print(read_uuid(from_big)), kLsarpc);
  EXPECT_EQ(Wire().uuid(*parse_uuid(kLsarpc)).build(), little);
  EXPECT_EQ(Wire(Endian::kBig).uuid(*parse_uuid(kLsarpc)).build(), big);
}

TEST(Uuid, ShortWireIsNil) {
  const Buffer wire = hex("78573412 3412 cdab ef00 0123456789");
  Cursor cursor(wire, Endian::kLittle);
  EXPECT_TRUE(read_uuid(cursor).is_nil());
  EXPECT_FALSE(cursor.ok());
}

TEST(Uuid, OrderIsThatOfTheText) {
  EXPECT_LT(*parse_uuid("00000001-0000-0000-0000-000000000000"),
            *parse_uuid("01000000-0000-0000-0000-000000000000"));
  EXPECT_LT(*parse_uuid("12345778-1234-abcd-ef00-0123456789ab"),
            *parse_uuid("12345778-1234-abcd-ef00-0123456789ac"));
}

}  // namespace
}  // namespace rpcsieve::test

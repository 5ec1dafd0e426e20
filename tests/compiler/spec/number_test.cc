#include "compiler/spec/number.h"

#include <gtest/gtest.h>

namespace rpcsieve::compiler {
namespace {

TEST(Number, IsDecimalAndPlain) {
  EXPECT_EQ(parse_number("0", 9), 0U);
  EXPECT_EQ(parse_number("65535", 65535), 65535U);
  EXPECT_EQ(parse_number("4294967295", 4294967295U), 4294967295U);
  for (const char* text : {"", "010", "00", "+1", "-1", "0x1f", "1.0", "1 ", " 1", "1_0", "65536",
                           "18446744073709551616", "١"})
    EXPECT_EQ(parse_number(text, 65535), std::nullopt) << text;
}

}  // namespace
}  // namespace rpcsieve::compiler

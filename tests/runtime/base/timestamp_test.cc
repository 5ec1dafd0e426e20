#include "runtime/base/timestamp.h"

#include <gtest/gtest.h>

namespace rpcsieve::test {
namespace {

TEST(Timestamp, PrintsInTheFormOfEve) {
  EXPECT_EQ(print(Timestamp{0}), "1970-01-01T00:00:00.000000+0000");
  EXPECT_EQ(print(Timestamp{1'795'337'170'000'001}), "2026-11-22T08:46:10.000001+0000");
  EXPECT_EQ(print(Timestamp{951'827'696'789'000}), "2000-02-29T12:34:56.789000+0000");
}

TEST(Timestamp, BeforeTheEpochCountsBackwards) {
  EXPECT_EQ(print(Timestamp{-1}), "1969-12-31T23:59:59.999999+0000");
}

TEST(Timestamp, YearsHaveFourDigits) {
  EXPECT_EQ(print(Timestamp{INT64_MAX}), "9999-12-31T23:59:59.999999+0000");
  EXPECT_EQ(print(Timestamp{INT64_MIN}), "0001-01-01T00:00:00.000000+0000");
}

}  // namespace
}  // namespace rpcsieve::test

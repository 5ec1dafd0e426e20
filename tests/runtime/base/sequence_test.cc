#include "runtime/base/sequence.h"

#include <gtest/gtest.h>

namespace rpcsieve {
namespace {

TEST(Sequence, DistanceCrossesTheWrap) {
  EXPECT_EQ(distance(100, 103), 3);
  EXPECT_EQ(distance(103, 100), -3);
  EXPECT_EQ(distance(0xfffffffe, 2), 4);
  EXPECT_EQ(distance(2, 0xfffffffe), -4);
  EXPECT_EQ(distance(0, 0x7fffffff), 0x7fffffff);
}

}  // namespace
}  // namespace rpcsieve

#include "runtime/base/memory.h"

#include <gtest/gtest.h>

#include <utility>

namespace rpcsieve {
namespace {

TEST(Memory, IsThatOfItsContainers) {
  Memory memory;
  {
    Vector<std::uint32_t> numbers(memory);
    EXPECT_EQ(memory.bytes(), 0U);
    numbers.resize(100);
    EXPECT_EQ(memory.bytes(), numbers.capacity() * 4);
    Vector<std::uint32_t> moved = std::move(numbers);
    EXPECT_EQ(memory.bytes(), moved.capacity() * 4);
  }
  EXPECT_EQ(memory.bytes(), 0U);
}

// What moves from one account to another is given back to the one that it was taken from.
TEST(Memory, StaysOnItsAccount) {
  Memory one, other;
  Vector<char> content(100, 'a', one);
  Vector<char> place(1000, 'b', other);
  place = std::move(content);
  EXPECT_EQ(one.bytes(), 100U);
  EXPECT_EQ(other.bytes(), 0U);
  place = Vector<char>(other);
  EXPECT_EQ(one.bytes(), 0U);
}

}  // namespace
}  // namespace rpcsieve

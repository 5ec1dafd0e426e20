#include "compiler/catalog/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace rpcsieve::compiler {
namespace {

struct GlobCase {
  std::string_view pattern, text;
  bool want;
};

const GlobCase kCases[] = {
    {"", "", true},           {"", "a", false},
    {"*", "", true},          {"***", "abc", true},
    {"?", "", false},         {"?", "a", true},
    {"abc", "ABC", true},     {"abc", "ab", false},
    {"ab", "abc", false},     {"*c", "abc", true},
    {"a*", "abc", true},      {"*b*", "abc", true},
    {"*d*", "abc", false},    {"a*b*c", "aXbXbXc", true},
    {"a*bc", "aXbXbc", true},  // the star takes the first b too
    {"a?c*", "abcd", true},   {"[a]", "a", false},
};

TEST(Glob, Fits) {
  for (const GlobCase& c : kCases) EXPECT_EQ(glob_fits(c.pattern, c.text), c.want) << c.pattern;
}

TEST(Glob, TakesNoLongerThanTheLengthsTimesEachOther) {
  const std::string stars = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b";
  EXPECT_FALSE(glob_fits(stars, std::string(10'000, 'a')));
}

}  // namespace
}  // namespace rpcsieve::compiler

#include "runtime/match/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace rpcsieve::match {
namespace {

TEST(Glob, FitsNames) {
  struct Case {
    std::string_view glob, name;
    bool want;
  };
  constexpr Case kCases[] = {
      {"", "", true},
      {"", "a", false},
      {"a", "", false},
      {"ntds.dit", "NTDS.dit", true},
      {"ntds.dit", "ntds.dit2", false},
      {"*", "", true},
      {"*", "anything", true},
      {"**", "x", true},
      {"?", "", false},
      {"?", "\xc3\xa4", true},  // one character of two bytes
      {"?", "ab", false},
      {"\xc3\xa4?", "\xc3\xa4x", true},
      {"ntds_capi_*.p??", "ntds_capi_0_1.PFX", true},
      {"ntds_capi_*.p??", "ntds_capi_.pvk", true},
      {"ntds_capi_*.p??", "ntds_capi_0.pf", false},
      {"*.exe", "a.exe.exe", true},
      {"*.exe", "a.exe.txt", false},
      {"a*b*c", "aXbXbXc", true},
      {"a*b*c", "aXcXb", false},
      {"*ab", "aab", true},
      {"temp\\*", "temp\\x\\y", true},
      {"*?a", "ba", true},
      {"*?a", "a", false},
  };
  for (const Case& c : kCases)
    EXPECT_EQ(fits_glob(c.glob, c.name), c.want) << c.glob << ' ' << c.name;
}

// Naive backtracking would take longer than the universe lasts.
TEST(Glob, TakesNoMoreThanTheProductOfTheLengths) {
  std::string glob;
  for (int i = 0; i < 100; ++i) glob += "a*";
  glob += 'b';
  EXPECT_FALSE(fits_glob(glob, std::string(1000, 'a')));
}

}  // namespace
}  // namespace rpcsieve::match

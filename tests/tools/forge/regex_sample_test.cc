#include "tools/forge/regex_sample.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

namespace rpcsieve::forge {
namespace {

// print gives a sample as text, bytes that are no text as \xHH; anchors stand where they hold.
std::string print(std::string_view regex) {
  std::string why;
  const auto found = sample(regex, why);
  if (!found) return "refused: " + why;
  std::string out = found->at_begin ? "^" : "";
  for (const std::uint8_t byte : found->bytes) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    if (std::isprint(byte) != 0)
      out += static_cast<char>(byte);
    else
      out += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out + (found->at_end ? "$" : "");
}

struct Case {
  std::string_view regex, want;
};

const Case kCases[] = {
    // Characters, escapes, anchors.
    {"abc", "abc"},
    {"^ab$", "^ab$"},
    {"^$", "^$"},
    {R"(\Aab\z)", "^ab$"},
    {"a.c", "axc"},
    {R"(\.\\\/\$\{)", R"(.\/${)"},
    {R"(\x41\x{42}\x0\0\012)", R"(AB\x00\x00\x0a)"},
    {R"(\101[\102]\0x)", R"(AB\x00x)"},
    {R"(\777)", "refused: characters beyond bytes"},
    {R"(\n\t\e\cA)", R"(\x0a\x09\x1b\x01)"},
    {R"(\d\w\s)", R"(0a\x09)"},
    {R"(\D\W\S)", "a!a"},
    {R"(a\Q.*\Eb)", "a.*b"},
    {R"(\ba\B)", "a"},
    {"a{b}{,3}", "a{b}{,3}"},

    // Quantifiers at their least.
    {"a*b?c+d", "cd"},
    {"a{3}", "aaa"},
    {"a{2,}b{0,7}c{1,2}", "aac"},
    {"a+?b*?c++d", "acd"},
    {"(ab){2}", "abab"},
    {"(?:a{2}){3}", "aaaaaa"},
    {"(?:){1000000}a", "a"},

    // Classes.
    {"[abc]", "a"},
    {"[^abc]", "d"},
    {"[0-9]{3}", "000"},
    {R"([^\x00])", "a"},
    {R"([\x02\x03])", R"(\x02)"},
    {R"([\x00-\x1f])", R"(\x00)"},
    {"[]a]", "a"},
    {"[]]", "]"},
    {"[+-]", "+"},
    {R"([\d-])", "-"},
    {R"([\]x-z])", "x"},

    // Groups and branches.
    {"a|b", "a"},
    {"(a|b)c", "ac"},
    {"(?i)AbC", "AbC"},
    {"(?i:a)(?s-m:b)", "ab"},
    {"(?<name>a)(?P<n>b)(?'q'c)", "abc"},
    {"a(?#no matter)b", "ab"},
    {"(a^b|c)d", "cd"},
    {"x(?:^a|b)", "refused: an anchor amid what it matches"},
    {R"((?:[^\x00].|.[^\x00])\x00{2}$)", R"(ax\x00\x00$)"},

    // What is not read.
    {"(?=a)b", "refused: this kind of group"},
    {"(?<!a)b", "refused: this kind of group"},
    {"(*UTF8)a", "refused: this kind of group"},
    {R"((a)\1)", R"(refused: \1)"},
    {R"(\p{L})", R"(refused: \p)"},
    {"[[:alpha:]]", "refused: named classes"},
    {R"([^\x00-\xff])", "refused: a class without members"},
    {R"(\x{100})", "refused: characters beyond bytes"},
    {"a$b", "refused: an anchor amid what it matches"},
    {"(a", "refused: a ( without its )"},
    {"a)", "refused: a ) without its ("},
    {"[a", "refused: a [ without its ]"},
    {"*", "refused: a quantifier of nothing"},
    {R"(a\)", R"(refused: a \ at the end)"},

    // Bounds.
    {"(?:a{1000}){1000}", "refused: matches that are too long"},
    {"a{99999999999999999999}", "refused: matches that are too long"},
};

TEST(RegexSample, GivesShortMatches) {
  for (const Case& c : kCases) EXPECT_EQ(print(c.regex), c.want) << c.regex;
}

TEST(RegexSample, RefusesDeepGroups) {
  const std::string deep = std::string(10000, '(') + "a" + std::string(10000, ')');
  EXPECT_EQ(print(deep), "refused: groups that are too deep");
}

// A byte that may be any other can be laid over by what must be there.
TEST(RegexSample, TellsBytesThatMatterNot) {
  std::string why;
  const auto found = sample("a.[^b]", why);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->any, (std::vector<bool>{false, true, false}));
}

}  // namespace
}  // namespace rpcsieve::forge

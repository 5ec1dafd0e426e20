#include "compiler/backend/expression.h"

#include <gtest/gtest.h>

#include "tests/support/rules.h"

namespace rpcsieve::compiler {
namespace {

struct RegexCase {
  std::string_view regex, want;
};

const RegexCase kRegexCases[] = {
    {"abc", "abc"},
    {"^abc$", "\\Aabc\\z"},
    {"(^a|b$)", "(\\Aa|b\\z)"},
    {"\\$\\^\\\\$", "\\$\\^\\\\\\z"},
    {"[$^]$", "[$^]\\z"},
    {"[^$]$", "[^$]\\z"},
    {"[]$]$", "[]$]\\z"},
    {"[^]$]$", "[^]$]\\z"},
    {"[\\]$]$", "[\\]$]\\z"},
    {"[[:alpha:]$]$", "[[:alpha:]$]\\z"},
    {"[[:$]$", "[[:$]\\z"},  // no :] follows within the class, so [: is two members
    {"[\\Q]\\E$]$", "[\\Q]\\E$]\\z"},
    {"\\Q$[\\E$", "\\Q$[\\E\\z"},
    {"\\Q$", "\\Q$"},
    {"a(?#$[)$", "a(?#$[)\\z"},
    {"(?i)a$", "(?i)a\\z"},
    {"a\\", "a\\"},  // what is wrong is left to Hyperscan
    {"a[$", "a[$"},
};

TEST(Expression, MakesAnchorsTheEndsOfTheStub) {
  for (const RegexCase& c : kRegexCases)
    EXPECT_EQ(expression(test::regex(c.regex)), c.want) << c.regex;
}

TEST(Expression, EscapesEveryByteOfALiteral) {
  EXPECT_EQ(expression(test::text("a.$")), "\\x61\\x2e\\x24");
  EXPECT_EQ(expression(test::utf16("G$")), "\\x47\\x00\\x24\\x00");
  EXPECT_EQ(expression(test::bytes("00 ff")), "\\x00\\xff");
}

TEST(Expression, NamesWhatIsNotSupported) {
  EXPECT_EQ(find_unsupported("a(?i)b(?-x)(?i-sx:c)\\(?x[(?x)](?#(?x)"), "");
  EXPECT_EQ(find_unsupported("(*UTF8)a"), "a control verb");
  EXPECT_EQ(find_unsupported("a(?x)b"), "the option x, free spacing");
  EXPECT_EQ(find_unsupported("a(?ix-s:b)"), "the option x, free spacing");
  EXPECT_EQ(find_unsupported(std::string_view("a\0b", 3)),
            "a NUL byte (\\x00 is one that may stand)");
}

TEST(Expression, QuotesWhatCannotBePrinted) {
  EXPECT_EQ(quote(test::bytes("41 00 1b")), "'A\\x00\\x1b'");
  EXPECT_EQ(quote(test::regex(std::string(65, 'a'))), "'" + std::string(64, 'a') + "…'");
}

}  // namespace
}  // namespace rpcsieve::compiler

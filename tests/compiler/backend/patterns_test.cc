#include "compiler/backend/patterns.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "compiler/backend/backend.h"
#include "tests/support/rules.h"

namespace rpcsieve::compiler {
namespace {

using test::regex;
using test::Rule;

// printed gives diagnostics as "E040 line:column message", the line being the rule.
std::string printed(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& one : diagnostics.sorted())
    text += fmt::format("{} {}:{} {}\n", one.code, one.span.line, one.span.column, one.message);
  return text;
}

std::string check(const std::vector<Rule>& rules) {
  Diagnostics out;
  check_patterns(test::ir(rules), out);
  return printed(out);
}

std::string check(const Pattern& pattern) {
  return check({Rule("a").call(test::kLsarpc).stub(pattern)});
}

struct PatternCase {
  std::string_view name;
  Pattern pattern;
  std::string_view want;
};

const PatternCase kPatternCases[] = {
    {"literal", test::text("a"), ""},
    {"regex", regex("^a+b$"), ""},
    {"one byte, but a certain one", regex("[^\\x00]"), ""},
    {"one byte alone", regex("^.$"), ""},
    {"empty literal", test::text(""), "E041 1:1 the pattern '' matches every stub\n"},
    {"literal beyond Hyperscan", test::text(std::string(5000, 'a')),
     "E040 1:1 Hyperscan refuses "
     "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…': "
     "Pattern length exceeds limit.\n"},
    {"open group", regex("ab(c"),
     "E040 1:1 Hyperscan refuses 'ab(c': "
     "Missing close parenthesis for group started at index 2.\n"},
    {"the offset is one of the author's text", regex("^^ab(c"),
     "E040 1:1 Hyperscan refuses '^^ab(c': "
     "Missing close parenthesis for group started at index 4.\n"},
    {"lookahead", regex("a(?=b)"),
     "E040 1:1 Hyperscan refuses 'a(?=b)': Zero-width assertions are not supported.\n"},
    {"found only when compiled", regex("a$b"),
     "E040 1:1 Hyperscan refuses 'a$b': Embedded end anchors not supported.\n"},
    {"may be empty", regex("a*"), "E041 1:1 the pattern 'a*' matches every stub\n"},
    {"only an end", regex("$"), "E041 1:1 the pattern '$' matches every stub\n"},
    {"dot", regex("."), "E041 1:1 the pattern '.' matches every stub\n"},
    {"every byte, anchored", regex("^[\\s\\S]{2}"),
     "E041 1:1 the pattern '^[\\s\\S]{2}' matches every stub\n"},
    {"UTF-8", regex("(*UTF8)a"), "E042 1:1 the regex '(*UTF8)a' holds a control verb\n"},
};

TEST(CheckPatterns, JudgesEachPattern) {
  for (const PatternCase& c : kPatternCases) EXPECT_EQ(check(c.pattern), c.want) << c.name;
}

TEST(CheckPatterns, ReportsEveryPlaceOfEveryBadPattern) {
  const Rule a = Rule("a").call(test::kLsarpc).stub(regex("a(")).stub(test::text("fine"));
  const Rule b = Rule("b").call(test::kLsarpc).stub(regex("b[")).stub_not(regex("a("));
  EXPECT_EQ(check({a, b}),
            "E040 1:1 Hyperscan refuses 'a(': "
            "Missing close parenthesis for group started at index 1.\n"
            "E040 2:1 Hyperscan refuses 'b[': "
            "Unterminated character class starting at index 1.\n"
            "E040 2:2 Hyperscan refuses 'a(': "
            "Missing close parenthesis for group started at index 1.\n");
}

TEST(CheckPatterns, GivesEveryErrorAHint) {
  for (const PatternCase& c : kPatternCases) {
    Diagnostics out;
    check_patterns(test::ir({Rule("a").call(test::kLsarpc).stub(c.pattern)}), out);
    for (const Diagnostic& one : out.sorted()) EXPECT_NE(one.hint, "") << c.name;
  }
}

TEST(CompilePatterns, RefusesWhatHyperscanRefuses) {
  Diagnostics out;
  const Ir ir = test::ir({Rule("a").call(test::kLsarpc).stub(test::text("x")),
                          Rule("b").call(test::kLsarpc).stub(regex("a("))});
  EXPECT_FALSE(compile_patterns(ir, false, out));
  EXPECT_EQ(printed(out),
            "E040 2:1 Hyperscan refuses 'a(': "
            "Missing close parenthesis for group started at index 1.\n");
}

TEST(CompilePatterns, KnowsWhichLookAtTheEnd) {
  Diagnostics out;
  const Ir ir = test::ir({Rule("a")
                              .call(test::kLsarpc)
                              .stub(regex("a$"))
                              .stub(regex("b\\b"))
                              .stub(regex("c(d|$)"))
                              .stub(regex("^e"))
                              .stub(test::text("f"))});
  std::string text;
  const auto compiled = compile_patterns(ir, false, out);
  ASSERT_TRUE(compiled);
  for (const CompiledPattern& pattern : compiled->patterns)
    text += pattern.expression + (pattern.at_end ? " at_end\n" : "\n");
  EXPECT_EQ(text, "a\\z at_end\nb\\b at_end\nc(d|\\z) at_end\n\\Ae\n\\x66\n");
}

TEST(CompilePatterns, NeedsNoHyperscanForNoPatterns) {
  Diagnostics out;
  const auto compiled = compile_patterns(test::ir({Rule("a").call(test::kLsarpc)}), false, out);
  ASSERT_TRUE(compiled);
  EXPECT_TRUE(compiled->hyperscan.empty());
}

}  // namespace
}  // namespace rpcsieve::compiler

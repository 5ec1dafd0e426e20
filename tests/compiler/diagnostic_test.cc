#include "compiler/diagnostic.h"

#include <gtest/gtest.h>

#include <memory>

#include "compiler/utf8.h"

namespace rpcsieve::compiler {
namespace {

Span span(std::string text, std::uint32_t line, std::uint32_t column, std::uint32_t length) {
  return {std::make_shared<const Source>(Source{"rules/a.yaml", std::move(text)}), line, column,
          length};
}

std::string repeated(std::string_view text, std::size_t n) {
  std::string out;
  for (; n > 0; --n) out += text;
  return out;
}

struct PrintCase {
  const char* name;
  std::string text;  // of the file
  std::uint32_t line, column, length;
  std::string want;  // the three lines, the first from the position on
};

const PrintCase kPrinted[] = {
    {"as the style guide shows it", "a\nb\n        operation: DRSGetNCChange\n", 3, 20, 14,
     "3:20: error[E021]: what\n"
     "    3 |         operation: DRSGetNCChange\n"
     "      |                    ^^^^^^^^^^^^^^ how\n"},
    {"a tab is four columns", "\tx: y", 1, 5, 1,
     "1:5: error[E021]: what\n"
     "    1 |     x: y\n"
     "      |        ^ how\n"},
    {"characters of several bytes", "größe: \"日本\" x", 1, 19, 1,
     "1:13: error[E021]: what\n"
     "    1 | größe: \"日本\" x\n"
     "      |               ^ how\n"},
    {"bytes that are no text", "a: \xff\xfe z", 1, 7, 1,
     "1:7: error[E021]: what\n"
     "    1 | a: \xef\xbf\xbd\xef\xbf\xbd z\n"
     "      |       ^ how\n"},
    {"no command reaches the terminal", "a: \x1b[2J\x9b\u009b\u202e z", 1, 1, 1,
     "1:1: error[E021]: what\n"
     "    1 | a: \ufffd[2J\ufffd\ufffd\ufffd z\n"
     "      | ^ how\n"},
    {"no byte order mark, no carriage return",
     "\ufeff"
     "ab: c\r\n",
     1, 4, 2,
     "1:1: error[E021]: what\n"
     "    1 | ab: c\n"
     "      | ^^ how\n"},
    {"behind the end", "ab", 1, 9, 5,
     "1:3: error[E021]: what\n"
     "    1 | ab\n"
     "      |   ^ how\n"},
    {"a line that is not there", "ab\n", 7, 1, 1,
     "7:1: error[E021]: what\n"
     "    7 | \n"
     "      | ^ how\n"},
    {"a window on a long line", std::string(200, 'a') + "XYZ" + std::string(200, 'b'), 1, 201, 3,
     "1:201: error[E021]: what\n"
     "    1 | …" +
         std::string(30, 'a') + "XYZ" + std::string(67, 'b') +
         "…\n"
         "      |  " +
         std::string(30, ' ') + "^^^ how\n"},
    {"its end", std::string(200, 'a') + "XYZ", 1, 201, 3,
     "1:201: error[E021]: what\n"
     "    1 | …" +
         std::string(97, 'a') +
         "XYZ\n"
         "      |  " +
         std::string(97, ' ') + "^^^ how\n"},
    {"a window on a very long line", std::string(5000, 'a') + "XYZ" + std::string(5000, 'b'), 1,
     5001, 3,
     "1:5001: error[E021]: what\n"
     "    1 | …" +
         std::string(30, 'a') + "XYZ" + std::string(67, 'b') +
         "…\n"
         "      |  " +
         std::string(30, ' ') + "^^^ how\n"},
    {"among characters of three bytes, two columns each",
     repeated("日", 999) + "X" + repeated("本", 999), 1, 2998, 1,
     "1:1000: error[E021]: what\n"
     "    1 | …" +
         repeated("日", 15) + "X" + repeated("本", 35) +
         "…\n"
         "      |  " +
         std::string(30, ' ') + "^ how\n"},
    {"longer than the window", std::string(300, 'a'), 1, 1, 300,
     "1:1: error[E021]: what\n"
     "    1 | " +
         std::string(100, 'a') +
         "…\n"
         "      | " +
         std::string(100, '^') + " how\n"},
};

TEST(Diagnostic, Prints) {
  for (const PrintCase& c : kPrinted) {
    const Diagnostic diagnostic{Level::kError, "E021", span(c.text, c.line, c.column, c.length),
                                "what", "how"};
    EXPECT_EQ(print(diagnostic), "rules/a.yaml:" + c.want) << c.name;
  }
}

TEST(Diagnostic, PrintsWithoutPlaceOrHint) {
  EXPECT_EQ(print({Level::kLint, "L001", {}, "what", "how"}), "lint[L001]: what\n      = how\n");
  EXPECT_EQ(print({Level::kWarning, "W001", span("x", 0, 0, 0), "what", ""}),
            "rules/a.yaml: warning[W001]: what\n");
  EXPECT_EQ(print({Level::kWarning, "W001", span("x", 1, 1, 1), "wh\x1b[31mat", ""}),
            "rules/a.yaml:1:1: warning[W001]: wh\ufffd[31mat\n    1 | x\n      | ^\n");
}

TEST(Diagnostic, CutsWhatItQuotes) {
  const std::string value(1'000'000, 'x');
  EXPECT_EQ(print({Level::kError, "E021", {}, value, ""}),
            "error[E021]: " + std::string(300, 'x') + "…\n");
}

// A file of nothing but unknown names is not searched for hours.
TEST(Diagnostics, SuggestForTheFirstMistakesOnly) {
  Diagnostics out;
  for (std::size_t n = 0; n < kMostSuggestions; ++n)
    ASSERT_EQ(out.suggest("lsarcp", {"samr", "lsarpc"}), "lsarpc") << n;
  EXPECT_EQ(out.suggest("lsarcp", {"samr", "lsarpc"}), "");
}

TEST(Diagnostics, AreSortedAndSaidOnce) {
  const Span first = span("x\ny\n", 1, 1, 1);
  Span second = first;
  second.line = 2;
  Diagnostics out;
  out.lint("L001", second, "b");
  out.error("E001", second, "a");
  out.warning("W001", first, "c");
  out.error("E001", second, "a");
  std::string order;
  for (const Diagnostic& d : out.sorted()) order += d.code + " ";
  EXPECT_EQ(order, "W001 E001 L001 ");
}

TEST(Diagnostics, OnlyErrorsAreErrors) {
  Diagnostics out;
  out.lint("L001", {}, "");
  out.warning("W001", {}, "");
  EXPECT_FALSE(out.has_errors());
  out.error("E001", {}, "");
  EXPECT_TRUE(out.has_errors());
}

struct NearCase {
  std::string_view text, want;
};

TEST(Nearest, FindsWhatWasMeant) {
  const std::vector<std::string_view> names = {"lsarpc", "samr", "IDL_DRSGetNCChanges", "smb",
                                               "IDL_DRSBind"};
  const NearCase cases[] = {
      {"lsarcp", "lsarpc"},
      {"LSARPC", "lsarpc"},
      {"DRSGetNCChange", "IDL_DRSGetNCChanges"},  // held in it, and far by distance
      {"DRSBnd", ""},
      {"sambr", "samr"},
      {"smbb", "smb"},
      {"http", ""},
      {"", ""},
      {"x", ""},
  };
  for (const NearCase& c : cases) EXPECT_EQ(nearest(c.text, names), c.want) << c.text;
  EXPECT_EQ(nearest(std::string(100'000, 'a'), names), "");
  EXPECT_EQ(nearest("lsarpc", {}), "");
}

struct Utf8Case {
  std::string_view name, bytes, want;
};

// decoded gives code points in hex, "!" for an ill-formed byte.
std::string decoded(std::string_view bytes) {
  std::string out;
  char digits[16];
  while (!bytes.empty()) {
    const auto c = next_code_point(bytes);
    std::snprintf(digits, sizeof digits, c ? "%x " : "! ", static_cast<unsigned>(c.value_or(0)));
    out += digits;
  }
  return out;
}

TEST(Utf8, DecodesStrictly) {
  const Utf8Case cases[] = {
      {"one to four bytes", "a\xc3\xa9\xe6\x97\xa5\xf0\x9d\x84\x9e", "61 e9 65e5 1d11e "},
      {"overlong", "\xc0\x80\xe0\x80\x80\xf0\x80\x80\x80", "! ! ! ! ! ! ! ! ! "},
      {"surrogate", "\xed\xa0\x80", "! ! ! "},
      {"above the last", "\xf4\x90\x80\x80\xf8", "! ! ! ! ! "},
      {"cut", "\xe6\x97", "! ! "},
      {"continuation missing", "\xc3(", "! 28 "},
      {"the last", "\xf4\x8f\xbf\xbf", "10ffff "},
  };
  for (const Utf8Case& c : cases) EXPECT_EQ(decoded(c.bytes), c.want) << c.name;
}

}  // namespace
}  // namespace rpcsieve::compiler

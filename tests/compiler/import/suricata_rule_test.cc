#include "compiler/import/suricata_rule.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/spec.h"

namespace rpcsieve::compiler {
namespace {

std::string read(std::string_view line) {
  Diagnostics out;
  const Span span{test::source(std::string(line)), 1, 1, 0};
  const auto rule = parse_suricata_rule(line, span, out);
  if (!rule) return test::codes(out);
  std::string text = fmt::format("{} {} {}", rule->source, rule->direction, rule->destination);
  for (const SuricataOption& o : rule->options)
    text += fmt::format(" {}@{}={}", o.name, o.span.column, o.value);
  return text;
}

struct RuleCase {
  std::string_view line, want;
};

const RuleCase kRules[] = {
    {"alert tcp any any -> $X 445 (sid:1;)", "any -> $X sid@30=1"},
    {"alert tcp [10.0.0.0/8, !10.1.0.0/16] any <> any any ( nocase ; msg:\"a\\;b;(c)\" ;)",
     "[10.0.0.0/8, !10.1.0.0/16] <> any nocase@55= msg@64=\"a\\;b;(c)\""},
    {"alert tcp any any -> any any (sid:1)", "E064@1:1"},
    {"alert tcp any any -> any (sid:1;)", "E064@1:1"},
    {"alert tcp any any -> any any any (sid:1;)", "E064@1:1"},
    {"alert tcp any any -> any any", "E064@1:1"},
    {"alert tcp any any -> any any )(", "E064@1:1"},
    {"alert tcp any any -> any any (msg:\"open;)", "E064@1:1"},
    {"", "E064@1:1"},
};

TEST(SuricataRule, IsRead) {
  for (const RuleCase& c : kRules) EXPECT_EQ(read(c.line), c.want) << c.line;
}

struct ContentCase {
  std::string_view value, want;  // want: hex, "!" in front if negated
};

const ContentCase kContents[] = {
    {"\"ab\"", "6162"},
    {"!\"a\"", "!61"},
    {"! \"a\"", "!61"},
    {"\"a|00 0B|b|ff|\"", "61000b62ff"},
    {"\"\\\"\\;\\\\\\:\"", "223b5c3a"},
    {"\"|0|\"", "refused"},
    {"\"|0g|\"", "refused"},
    {"\"|00\"", "refused"},
    {"\"a\\\"", "refused"},
    {"\"\"", "refused"},
    {"\"", "refused"},
    {"ab", "refused"},
    {"", "refused"},
};

TEST(SuricataRule, HasContents) {
  for (const ContentCase& c : kContents) {
    const auto content = parse_content(c.value);
    std::string text = content ? (content->negated ? "!" : "") : "refused";
    if (content)
      for (const char byte : content->bytes)
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    EXPECT_EQ(text, c.want) << c.value;
  }
}

}  // namespace
}  // namespace rpcsieve::compiler

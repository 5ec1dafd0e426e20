#include "compiler/ir/ir.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/ir/lower.h"
#include "compiler/ir/operations.h"
#include "compiler/ir/stub.h"
#include "compiler/ir/words.h"
#include "tests/support/forge.h"
#include "tests/support/spec.h"

namespace rpcsieve::compiler {
namespace {

struct InferCase {
  std::string_view name;
  std::string_view stub;  // of the spec
  bool want;
};

const InferCase kInferable[] = {
    {"8 bytes", "{text: 12345678}", true},
    {"7 bytes", "{text: 1234567}", false},
    {"4 characters of UTF-16", "{utf16: abcd}", true},
    {"3 characters of UTF-16", "{utf16: abc}", false},
    {"all equal", "{hex: 0000000000000000000000000000000000}", false},
    {"all equal but one", "{hex: 0000000000000001}", true},
    {"negated", "{text: 12345678, not: true}", false},
    {"one of two", "{any: [{text: 12345678}, {text: 87654321}]}", false},
    {"a group of one", "{any: [{text: 12345678}]}", true},
    {"a group of one thing twice", "{any: [{text: 12345678}, {text: 12345678}]}", true},
    {"a regex", "{regex: 12345678}", false},
    {"beside weaker ones", "[{text: a}, {text: 12345678}, {text: b, not: true}]", true},
};

Ir lowered(const std::vector<std::string>& texts) {
  Diagnostics out;
  std::vector<Spec> specs;
  for (const std::string& text : texts) specs.push_back(*parse(test::source(text), out));
  Ir ir = lower(specs, Catalog::builtin(), {}, out);
  EXPECT_FALSE(out.has_errors()) << test::codes(out);
  return ir;
}

TEST(Ir, KnowsWhatIsInferable) {
  for (const InferCase& c : kInferable) {
    const Ir ir =
        lowered({test::detection("call: {interface: lsarpc, stub: " + std::string(c.stub) + "}")});
    EXPECT_EQ(is_inferable(ir, ir.detections[0].steps[0].calls[0]), c.want) << c.name;
  }
  const Ir none = lowered({test::detection("call: {interface: lsarpc}")});
  EXPECT_FALSE(is_inferable(none, none.detections[0].steps[0].calls[0]));
}

// The order of files and detections is not part of the meaning.
TEST(Lower, GivesTheSameIrInAnyOrder) {
  std::vector<std::string> texts;
  for (const char digit : {'1', '2', '3', '4'}) {
    std::string text = test::detection(
        "call: {interface: samr, operation: [9, 3, \"4-5\"], stub: [{text: shared-text}, {text: n" +
            std::string(1, digit) + "}]}",
        std::string("name-") + digit);
    text[text.find("000000001\n") + 8] = digit;
    texts.push_back(std::move(text));
  }
  const std::string want = print(lowered(texts));
  EXPECT_NE(want, "");
  while (std::next_permutation(texts.begin(), texts.end())) EXPECT_EQ(print(lowered(texts)), want);
}

TEST(Lower, KeepsEachPatternOnce) {
  const Ir ir = lowered(
      {test::detection("call: {interface: lsarpc, stub: [{text: ab}, {hex: '6162'}, {any: [{text: "
                       "ab}, {utf16: a}]}, "
                       "{text: ab, nocase: true}, {text: '1', nocase: true}, {text: '1'}]}")});
  EXPECT_EQ(ir.patterns.size(), 4U);
}

TEST(Ir, KeepsOneProfile) {
  const auto of = [](std::string_view name, std::string_view digit, std::string_view profile) {
    std::string text = test::detection(
        "call: {interface: samr, stub: [{text: both}, {text: " + std::string(name) + "}]}", name);
    text.replace(text.find("000000001\n") + 8, 1, digit);
    text.insert(text.find("    when:"), profile);
    return text;
  };
  const std::vector<std::string> texts = {of("core-one", "1", "    profile: core\n"),
                                          of("hunt-one", "2", "    profile: hunt\n"),
                                          of("plain", "3", "")};
  Ir core = lowered(texts);
  keep(database::Profile::kCore, core);
  EXPECT_EQ(print(core), print(lowered({texts[0]})));
  EXPECT_EQ(core.patterns.size(), 2U);
  Ir hunt = lowered(texts);
  keep(database::Profile::kHunt, hunt);
  EXPECT_EQ(print(hunt), print(lowered({texts[1], texts[2]})));
  EXPECT_EQ(hunt.patterns.size(), 3U);
}

struct TacticCase {
  std::string_view word, id, name;
};

const TacticCase kTactics[] = {
    {"reconnaissance", "TA0043", "Reconnaissance"},
    {"credential-access", "TA0006", "Credential_Access"},
    {"command-and-control", "TA0011", "Command_and_Control"},
    {"exfiltration", "TA0010", "Exfiltration"},
    {"impact", "TA0040", "Impact"},
    {"unheard-of", "", "Unheard_Of"},
};

TEST(Tactic, HasAnIdAndAName) {
  for (const TacticCase& c : kTactics) {
    EXPECT_EQ(tactic_id(c.word), c.id);
    EXPECT_EQ(tactic_name(c.word), c.name);
  }
}

struct PatternCase {
  std::string_view name;
  StubTerm::Kind kind;
  std::string text;
  std::string_view want;  // bytes in hex
};

const PatternCase kPatterns[] = {
    {"text", StubTerm::Kind::kText, "aé", "61 c3 a9"},
    {"UTF-16", StubTerm::Kind::kUtf16, "G$", "47 00 24 00"},
    {"UTF-16 of two bytes", StubTerm::Kind::kUtf16, "é日", "e9 00 e5 65"},
    {"UTF-16 with a surrogate pair", StubTerm::Kind::kUtf16, "𝄞", "34 d8 1e dd"},
    {"hex", StubTerm::Kind::kHex, " 05 000B  aF ", "05 00 0b af"},
};

TEST(Pattern, BecomesBytes) {
  for (const PatternCase& c : kPatterns) {
    Diagnostics out;
    const auto pattern = lower_pattern({c.kind, {c.text, {}}, false, false}, out);
    ASSERT_TRUE(pattern) << c.name;
    EXPECT_EQ(pattern->bytes, test::hex(c.want)) << c.name;
  }
}

// Ranges are checked against the plain meaning, number by number.
TEST(Operations, AreTheNumbersThatAreMeant) {
  const std::vector<std::vector<std::string>> lists = {
      {"0"},       {"65535"},         {"3", "1", "2"},        {"1-5", "3-8", "10"},
      {"0-65535"}, {"5-5", "7", "6"}, {"1", "3", "5", "2-4"}, {"65534", "0-1", "65535"}};
  for (const auto& texts : lists) {
    for (const bool negated : {false, true}) {
      Choice choice;
      choice.negated = negated;
      std::vector<bool> want(65536, negated);
      for (const std::string& text : texts) {
        choice.items.push_back({text, {}});
        const std::size_t dash = text.find('-');
        const auto first = std::stoul(text);
        const auto last = dash == std::string::npos ? first : std::stoul(text.substr(dash + 1));
        for (auto n = first; n <= last; ++n) want[n] = !negated;
      }
      Diagnostics out;
      const auto ranges = Operations(choice, {nullptr}, true, out).of(nullptr);
      std::vector<bool> got(65536, false);
      for (std::size_t i = 0; i < ranges.size(); ++i) {
        for (std::size_t n = ranges[i].first; n <= ranges[i].last; ++n) got[n] = true;
        EXPECT_TRUE(i == 0 || ranges[i].first > ranges[i - 1].last + 1) << texts[0];
      }
      EXPECT_EQ(got, want) << texts[0] << (negated ? " negated" : "");
    }
  }
}

}  // namespace
}  // namespace rpcsieve::compiler

#include "compiler/ir/meaning.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/ir/lower.h"
#include "tests/support/spec.h"

namespace rpcsieve::compiler {
namespace {

Ir lowered(const std::vector<std::string>& texts) {
  Diagnostics out;
  std::vector<Spec> specs;
  for (const std::string& text : texts) specs.push_back(*parse(test::source(text), out));
  return lower(specs, Catalog::builtin(), {}, out);
}

constexpr std::string_view kWhen =
    "{call: {interface: lsarpc, operation: 43, stub: [{text: pattern}]}, from: 10.0.0.0/8}";

TEST(Meaning, IsToldFromMetadataLineByLine) {
  const Ir ir = lowered({test::detection(kWhen)});
  ASSERT_EQ(ir.detections.size(), 1U);
  const Facts facts = facts_of(ir.detections[0], ir);
  const auto has = [](const std::vector<std::string>& lines, std::string_view line) {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
  };
  EXPECT_TRUE(has(facts.meaning, "from only 10.0.0.0/8"));
  EXPECT_TRUE(has(facts.metadata, "status " + ir.detections[0].status));
  EXPECT_FALSE(has(facts.meaning, "detection example"));
  std::size_t lines = 0;
  for (const char c : print(ir)) lines += static_cast<std::size_t>(c == '\n');
  EXPECT_EQ(facts.meaning.size() + facts.metadata.size() + 2, lines)
      << "no line but its name and id is lost";
}

TEST(Meaning, IsThatOfTheDetectionAlone) {
  const Ir alone = lowered({test::detection(kWhen)});
  const Ir among =
      lowered({test::detection("call: {interface: lsarpc, stub: [{text: other}]}", "a"),
               test::detection(kWhen, "b")});
  ASSERT_EQ(among.detections.size(), 2U);
  EXPECT_EQ(meaning_of(alone.detections[0], alone), meaning_of(among.detections[1], among));
  EXPECT_NE(meaning_of(among.detections[0], among), meaning_of(among.detections[1], among));
}

}  // namespace
}  // namespace rpcsieve::compiler

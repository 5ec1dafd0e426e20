// What specs become: their Ir and their diagnostics.
#include <gtest/gtest.h>

#include <set>

#include "tests/golden/golden.h"
#include "tests/support/codes.h"

namespace rpcsieve::test {
namespace {

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, IrAndDiagnostics) {
  const Compiled compiled = compile_case(GetParam());
  expect_golden(GetParam(), "diag", compiled.text);
  expect_golden(GetParam(), "ir", compiled.rules ? print(compiled.rules->ir) : "");
  EXPECT_EQ(compiled.rules.has_value(), !compiled.diagnostics.has_errors());
}

// Whoever makes a mistake is told what to do about it, and where.
TEST_P(Golden, EveryErrorHasPlaceAndHint) {
  for (const auto& diagnostic : compile_case(GetParam()).diagnostics.sorted()) {
    EXPECT_NE(diagnostic.hint, "") << diagnostic.code;
    EXPECT_GE(diagnostic.span.line, 1U) << diagnostic.code;
    EXPECT_GE(diagnostic.span.column, 1U) << diagnostic.code;
  }
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(golden_cases()), test_name);

// Every code has a case here, but for those that need a file too long to keep (E005, E055), a lock
// in conflict (E054), a database (E043 to E045), several arguments (E053) or --var (W004), and
// those of `import` (E06x, W06x): other tests have them.
TEST(Cases, HoldEveryCode) {
  std::set<std::string> found = {"E005", "E043", "E044", "E045", "E053", "E054", "E055", "W004"};
  for (const std::string& name : golden_cases())
    for (const auto& diagnostic : compile_case(name).diagnostics.sorted())
      found.insert(diagnostic.code);
  std::set<std::string> documented = documented_codes(RPCSIEVE_SOURCE_DIR);
  std::erase_if(documented, [](const std::string& code) { return code.substr(1, 2) == "06"; });
  EXPECT_EQ(found, documented);
}

TEST(TenMistakes, AreTenDiagnostics) {
  const auto found = compile_case("ten-mistakes").diagnostics.sorted();
  std::set<std::string> codes;
  for (const auto& diagnostic : found)
    if (diagnostic.level == compiler::Level::kError) codes.insert(diagnostic.code);
  EXPECT_EQ(codes.size(), 10U);
}

}  // namespace
}  // namespace rpcsieve::test

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/compile.h"

namespace rpcsieve::test {

// A case of tests/golden is NAME.yaml, or a folder NAME with a rule set of several files. Beside it
// lies what it must become, one file per target: NAME.ir, NAME.diag for the diagnostics, and so on.
// Where there is no such file, nothing must come out.
std::vector<std::string> golden_cases();

// Compiled is what a case gave: the diagnostics as the terminal shows them, and the rules unless
// there were errors.
struct Compiled {
  compiler::Diagnostics diagnostics;
  std::string text;
  std::optional<compiler::RuleSet> rules;
};
Compiled compile_case(const std::string& name);

// expect_golden compares text with NAME.EXTENSION. With RPCSIEVE_UPDATE_GOLDEN=1 in the environment
// it writes the file instead: look at the diff.
void expect_golden(const std::string& name, std::string_view extension, const std::string& text);

}  // namespace rpcsieve::test

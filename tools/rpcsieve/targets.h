#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/compile.h"

namespace rpcsieve::cli {

// rules_for gives the rules of a target as text, one a line, in the coverage profile; nullopt if it
// has no such text.
std::optional<std::string> rules_for(const compiler::RuleSet& rules, std::string_view target);

}  // namespace rpcsieve::cli

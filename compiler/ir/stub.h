#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/ir/ir.h"
#include "compiler/spec/spec.h"

namespace rpcsieve::compiler {

// PatternTable keeps each pattern once, numbered in the order they come.
class PatternTable {
 public:
  std::uint32_t add(Pattern pattern);
  [[nodiscard]] const std::vector<Pattern>& all() const { return patterns_; }
  [[nodiscard]] std::vector<Pattern> take() { return std::move(patterns_); }

 private:
  std::vector<Pattern> patterns_;
  std::map<std::string, std::uint32_t> index_;  // by printed form
};

// lower_pattern turns a stub term into the bytes or the expression that it looks for; one that
// cannot be read, or that every stub holds, is an error, and nullopt.
std::optional<Pattern> lower_pattern(const StubTerm& term, Diagnostics& out);

// Stub is stub conditions in conjunctive form, each clause and each term once.
struct Stub {
  std::vector<Clause> clauses;
  bool sound = true;  // no term was wrong
};
Stub lower_stub(const std::vector<StubClause>& stub, PatternTable& patterns, Diagnostics& out);

}  // namespace rpcsieve::compiler

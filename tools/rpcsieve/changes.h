#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compile.h"

namespace rpcsieve::cli {

// LineChanges are the lines that only one of two texts has, each in its order.
struct LineChanges {
  std::vector<std::string> removed, added;

  [[nodiscard]] bool empty() const { return removed.empty() && added.empty(); }
};
LineChanges line_changes(const std::vector<std::string>& before,
                         const std::vector<std::string>& after);

// NumberChange is a form of a detection whose sid or rev is not what it was. A detection that is
// new or gone has no number on one side.
struct NumberChange {
  std::string form;
  std::optional<compiler::Sid> before, after;
};

// Change is what became of one detection, known by its id.
struct Change {
  Uuid id;
  std::string before, after;  // its names; empty: it is not there
  LineChanges meaning, metadata;
  std::vector<NumberChange> numbers;

  [[nodiscard]] bool is_added() const { return before.empty(); }
  [[nodiscard]] bool is_removed() const { return after.empty(); }
  [[nodiscard]] bool is_renamed() const { return !is_added() && !is_removed() && before != after; }
};

// changes_between compares two rule sets, detection by detection, in the order of their names;
// those that are the same in everything are left out.
std::vector<Change> changes_between(const compiler::RuleSet& before,
                                    const compiler::RuleSet& after);

}  // namespace rpcsieve::cli

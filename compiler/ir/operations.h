#pragma once

#include <optional>
#include <vector>

#include "compiler/catalog/catalog.h"
#include "compiler/diagnostic.h"
#include "compiler/ir/ir.h"
#include "compiler/spec/spec.h"

namespace rpcsieve::compiler {

// Operations is what a call condition says of operation numbers. Names depend on the interface, so
// a list of interfaces gives each its own numbers.
class Operations {
 public:
  // `tables` are the interfaces of the condition, nullptr for one that the catalogue lacks. A name
  // must be in one of them; that is not judged unless `complete`, when all that are listed are
  // there. Mistakes go to `out`.
  Operations(const std::optional<Choice>& choice, const std::vector<const Interface*>& tables,
             bool complete, Diagnostics& out);

  // of gives the ranges for one of the interfaces, sorted and not touching; none: its operations
  // were all named for other interfaces, so that no call of this one fits.
  [[nodiscard]] std::vector<OpnumRange> of(const Interface* table) const;

 private:
  // Item is a range, or the name of an operation.
  struct Item {
    std::optional<OpnumRange> range;
    Value value;
  };

  std::vector<Item> items_;
  bool negated_ = true;  // all but nothing: every operation
};

// complement gives the numbers that sorted ranges leave.
std::vector<OpnumRange> complement(const std::vector<OpnumRange>& ranges);

}  // namespace rpcsieve::compiler

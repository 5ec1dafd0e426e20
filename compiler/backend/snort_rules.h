#pragma once

#include <string>
#include <vector>

#include "compiler/backend/sids.h"
#include "compiler/backend/snort_plan.h"
#include "compiler/ir/ir.h"

namespace rpcsieve::compiler::snort {

// Rules are those of one alternative of a detection, one per line.
struct Rules {
  std::string text;
  std::vector<std::string> forms;
};

// write_rules writes the forms that the plan has. The detection has one step, of calls, and its
// addresses are somebody's.
Rules write_rules(Dialect dialect, const Ir& ir, const Sids& sids, const Detection& detection,
                  std::size_t alternative, const Plan& plan);

}  // namespace rpcsieve::compiler::snort

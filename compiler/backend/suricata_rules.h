#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "compiler/backend/sids.h"
#include "compiler/backend/suricata_plan.h"
#include "compiler/ir/ir.h"

namespace rpcsieve::compiler::suricata {

// Rules are those of one alternative of a detection, one per line.
struct Rules {
  std::string text;
  std::vector<std::string> forms;     // what was written
  std::vector<std::string> too_long;  // what Suricata would not load
};

// Longer lines do not load in Suricata 7.0.10.
inline constexpr std::size_t kLongestRule = 8191;

// write_rules writes the forms that the plan has. The detection's addresses are somebody's
// (suricata_text.h). What several detections need is written for the first of them only: `shared`
// names what is there already.
Rules write_rules(const Ir& ir, const Sids& sids, const Detection& detection,
                  std::size_t alternative, const Plan& plan, std::set<std::string>& shared);

}  // namespace rpcsieve::compiler::suricata

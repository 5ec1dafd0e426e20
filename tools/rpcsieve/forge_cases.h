#pragma once

#include <string>
#include <vector>

#include "compiler/ir/ir.h"
#include "tools/rpcsieve/console.h"
#include "tools/rpcsieve/rules.h"

namespace rpcsieve::cli {

// write_cases writes the captures that `rpcsieve test` forges for a pack, for people to look at:
// what each detection must alert on, and near misses (docs/FORGE.md). Empty lists of detections and
// transports mean all.
Status write_cases(const compiler::Ir& ir, const Sieve& sieve, const std::string& folder,
                   const std::vector<std::string>& detections,
                   const std::vector<std::string>& transports);

}  // namespace rpcsieve::cli

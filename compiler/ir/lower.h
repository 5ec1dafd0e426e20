#pragma once

#include <vector>

#include "compiler/catalog/catalog.h"
#include "compiler/diagnostic.h"
#include "compiler/ir/ir.h"
#include "compiler/spec/spec.h"

namespace rpcsieve::compiler {

// lower gives specs their meaning: names become UUIDs and numbers, variables addresses, text bytes,
// and detections stand in order of their names. The same meaning gives the same Ir, whatever the
// files it came from. Everything that is wrong goes to `out`. If that has errors, the Ir holds what
// could be lowered and is good for further checks, not for use.
Ir lower(const std::vector<Spec>& specs, const Catalog& catalog, const Variables& variables,
         Diagnostics& out);

}  // namespace rpcsieve::compiler

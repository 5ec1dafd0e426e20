#pragma once

#include <optional>
#include <vector>

#include "compiler/catalog/catalog.h"
#include "compiler/diagnostic.h"
#include "compiler/ir/ir.h"
#include "compiler/ir/stub.h"
#include "compiler/spec/spec.h"

namespace rpcsieve::compiler {

// lower_bind gives the conditions of a bind, one for each interface that it lists.
std::vector<BindCondition> lower_bind(const BindSpec& bind, const Catalog& catalog,
                                      Diagnostics& out);

// lower_file gives the conditions of a file, one for each name on each share.
std::vector<FileCondition> lower_file(const FileSpec& file, Diagnostics& out);

// lower_step gives what a step waits for.
Step lower_step(const StepSpec& spec, const Catalog& catalog, PatternTable& patterns,
                Diagnostics& out);

// lower_history gives a detection what joins its steps, and its threshold.
void lower_history(const DetectionSpec& spec, Detection& detection, Diagnostics& out);

}  // namespace rpcsieve::compiler

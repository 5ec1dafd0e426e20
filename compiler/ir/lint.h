#pragma once

#include "compiler/diagnostic.h"
#include "compiler/ir/ir.h"

namespace rpcsieve::compiler {

// lint says what of an Ir makes no sense although each part of it does: conditions that can never
// hold (W005), and detections that add nothing to another (L005). It takes time in proportion to
// the Ir's size.
void lint(const Ir& ir, Diagnostics& out);

}  // namespace rpcsieve::compiler

#pragma once

#include <vector>

#include "compiler/catalog/catalog.h"
#include "compiler/diagnostic.h"
#include "compiler/ir/ir.h"
#include "compiler/ir/stub.h"
#include "compiler/spec/spec.h"

namespace rpcsieve::compiler {

// lower_call gives the conditions of one alternative, one for each interface that it lists; never
// none.
std::vector<CallCondition> lower_call(const CallSpec& call, const Catalog& catalog,
                                      PatternTable& patterns, Diagnostics& out);

// read_outcomes gives the bits of results by name; no names give `all`.
std::uint8_t read_outcomes(const std::vector<Value>& values, std::uint8_t all, Diagnostics& out);

}  // namespace rpcsieve::compiler

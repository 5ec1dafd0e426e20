#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/ir/ir.h"
#include "runtime/database/format.h"

namespace rpcsieve::compiler {

// CompiledPattern is one pattern of the Ir as Hyperscan was given it.
struct CompiledPattern {
  std::string expression;
  std::uint32_t flags = 0;  // HS_FLAG_*
  bool at_end = false;      // it may match only because the data ends
};

// CompiledPatterns are all patterns of an Ir in its order, and the Hyperscan database of them, in
// which a pattern's id is its index.
struct CompiledPatterns {
  std::vector<CompiledPattern> patterns;
  std::vector<std::uint8_t> hyperscan;  // serialized; empty if there are no patterns
  database::Platform platform = database::Platform::kGeneric;
};

// compile_patterns compiles them for block mode, for any processor or for this one. nullopt if
// Hyperscan refuses one (E040, wherever it stands) or all together (E043).
std::optional<CompiledPatterns> compile_patterns(const Ir& ir, bool for_this_host,
                                                 Diagnostics& out);

}  // namespace rpcsieve::compiler

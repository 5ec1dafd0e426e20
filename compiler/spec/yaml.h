#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "compiler/diagnostic.h"
#include "compiler/spec/node.h"

namespace rpcsieve::compiler {

// The limits of one YAML file; beyond them it is refused, not read for long. The greatest file of
// rules that anybody wrote is far below each.
inline constexpr std::size_t kMaxFileBytes = 1 << 20;
inline constexpr std::size_t kMaxNesting = 32;
inline constexpr std::size_t kMaxValues = 100'000;  // aliases count as what they stand for

// load reads a YAML file of one document. What is wrong with it as YAML goes to `out`: syntax,
// bytes that are no text, a second document, keys that stand twice, tags, limits. After a mistake
// that cannot be read past, the tree holds what came before it, and the values that were open are
// marked `cut`. nullopt: there is nothing at all.
std::optional<YamlNode> load(const std::shared_ptr<const Source>& source, Diagnostics& out);

}  // namespace rpcsieve::compiler

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/ir.h"

namespace rpcsieve::compiler {

// Facts are the lines of a detection's print, without their indentation's first step, in two parts:
// `meaning` is what it alerts on, `metadata` what it says about that (title, severity, references).
// Its name and id are in neither.
struct Facts {
  std::vector<std::string> meaning;
  std::vector<std::string> metadata;
};
Facts facts_of(const Detection& detection, const Ir& ir);

// meaning_of gives a number, never 0, that changes when the detection alerts on something else. It
// is the same on any computer, and follows from the detection's own print alone.
std::uint64_t meaning_of(const Detection& detection, const Ir& ir);

}  // namespace rpcsieve::compiler

#pragma once

#include <cstddef>

#include "compiler/diagnostic.h"
#include "compiler/spec/fields.h"
#include "compiler/spec/spec.h"

namespace rpcsieve::compiler {

// read_event reads `call`, `bind` and `file` of a map, `when` or a step. `left` is what the
// detection may still unfold into.
StepSpec read_event(Fields& fields, std::size_t& left, Diagnostics& out);

// check_form reports a map that has none or several of the keys of which it must have one. None is
// no news where an unknown key (not `known`) was meant for it.
void check_form(const Fields& fields, const Shape& shape, bool known, Diagnostics& out);

}  // namespace rpcsieve::compiler

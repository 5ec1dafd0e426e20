#pragma once

#include <string>
#include <string_view>

#include "compiler/backend/snort_text.h"
#include "compiler/ir/ir.h"

namespace rpcsieve::compiler::snort {

// stub_in_buffer gives the options that hold the stub's clauses within dce_stub_data; "" if there
// are none.
std::string stub_in_buffer(Dialect dialect, const Ir& ir, const CallCondition& condition);

// stub_behind gives the options that hold them in the packet, behind a PDU's header, which
// `header`, a regex, matches up to the stub's beginning. At least the header is asked for.
std::string stub_behind(Dialect dialect, const Ir& ir, const CallCondition& condition,
                        std::string_view header);

}  // namespace rpcsieve::compiler::snort

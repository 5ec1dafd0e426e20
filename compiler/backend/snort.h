#pragma once

#include "compiler/backend/backend.h"

namespace rpcsieve::compiler {

// emit_snort3 gives rules in the syntax of Snort 3, one per line, emit_snort29 in that of
// Snort 2.9.
Emitted emit_snort3(const Ir& ir, const Sids& sids, Profile profile);
Emitted emit_snort29(const Ir& ir, const Sids& sids, Profile profile);

}  // namespace rpcsieve::compiler

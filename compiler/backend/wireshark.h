#pragma once

#include <string>

#include "compiler/backend/backend.h"

namespace rpcsieve::compiler {

// emit_wireshark gives a display filter per detection that Wireshark 4.0 takes: two lines, a
// comment with its name and title, and the filter. There is nothing of a detection that is refused.
Emitted emit_wireshark(const Ir& ir, Profile profile);

// wireshark_dfilters gives the same filters as a file `dfilters`, in which Wireshark's profiles
// keep what they offer by name.
std::string wireshark_dfilters(const std::string& filters);

}  // namespace rpcsieve::compiler

#pragma once

#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/match/matcher.h"

namespace rpcsieve::test {

// oracle says which detections of an Ir a call fits, straight from the meaning of DESIGN sections 2
// and 4: no tables, no Hyperscan, every pattern searched byte by byte. Of regexes it knows those
// that ECMAScript reads as PCRE does.
std::vector<match::Hit> oracle(const compiler::Ir& ir, const match::Subject& subject);

}  // namespace rpcsieve::test

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/ir.h"
#include "tools/cases/judge.h"

namespace rpcsieve::cases {

// So many alternatives of one detection are forged: of a list of interfaces and operations the
// first ones.
inline constexpr std::size_t kMaxForgedAlternatives = 32;

// Alternative is a call that a detection must alert on.
struct Alternative {
  forge::Call call;
  const compiler::CallCondition* condition = nullptr;  // of the detection
};

// Plan is what is to be forged for a detection.
struct Plan {
  std::vector<Alternative> alternatives;
  std::vector<std::string> refused;  // what cannot be forged, and why
  std::size_t left_out = 0;          // alternatives beyond the bound
};

// plan finds the calls of a detection: one for each interface and for both ends of each range of
// operations, with a stub that fulfils the conditions and addresses that it is about.
Plan plan(const compiler::Ir& ir, const compiler::Detection& detection, Judge& judge);

// must_alert says whether a detection must alert on a call of one of its alternatives, which an
// evasion may have hidden from it: rejected, sealed, of an unknown interface or on another pipe.
bool must_alert(const compiler::Ir& ir, const compiler::Detection& detection,
                const compiler::CallCondition& condition, const forge::Meant& meant);

}  // namespace rpcsieve::cases

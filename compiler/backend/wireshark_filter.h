#pragma once

#include <string>

#include "compiler/backend/verdicts.h"
#include "compiler/ir/ir.h"

namespace rpcsieve::compiler::wireshark {

// Filter shows the frames of one kind of event, and says how these differ from what the condition
// means. Nothing in it is of the detection but `sealed`.
struct Filter {
  std::string text;  // "" if there is none
  Reasons reasons;
};

Filter filter(const Ir& ir, const CallCondition& condition, database::Sealed sealed);
Filter filter(const BindCondition& condition);
Filter filter(const FileCondition& condition);

}  // namespace rpcsieve::compiler::wireshark

#pragma once

#include "compiler/backend/backend.h"
#include "compiler/backend/snort_text.h"
#include "compiler/backend/verdicts.h"
#include "compiler/ir/ir.h"

namespace rpcsieve::compiler::snort {

// Plan says which forms one alternative of a detection becomes, and how they differ from it.
struct Plan {
  std::uint8_t app = 0;  // transports of the app rule, of kSmb and kTcp
  bool udp = false;
  bool raw = false;  // raw and raw-n
  bool sealed = false;
  bool stub = false;
  Reasons reasons;

  [[nodiscard]] bool empty() const { return app == 0 && !udp && !raw && !sealed && !stub; }
};

// plan decides for one alternative. With Profile::kPrecise no reason is a "wider: …".
Plan plan(Dialect dialect, const Ir& ir, const Detection& detection, const CallCondition& condition,
          Profile profile);

}  // namespace rpcsieve::compiler::snort

#pragma once

#include <string>
#include <vector>

#include "compiler/backend/backend.h"
#include "compiler/backend/suricata_traits.h"
#include "compiler/ir/ir.h"

namespace rpcsieve::compiler::suricata {

// Plan says which forms one alternative of a detection becomes for Suricata, and how they differ
// from it. docs/FIDELITY.md explains each reason, with what was measured.
struct Plan {
  bool app = false;
  std::uint8_t app_transports = 0;  // of kSmb and kTcp, those that the app rule looks at
  bool guarded = false;             // app-smb and its guards
  bool packet = false;              // packet, its bind, its ack and its guards
  bool raw = false;                 // raw and raw-n
  bool quick = false;               // raw-big and raw-turned; raw and raw-n without a regex
  bool sealed = false;              // sealed and sealed-n
  bool stub = false;
  bool udp = false;
  std::vector<std::string>
      reasons;  // "wider: …", "narrower: …"; one "refused: …" if no form is left

  [[nodiscard]] bool empty() const {
    return !app && !guarded && !packet && !raw && !sealed && !stub && !udp;
  }
};

// plan decides for one alternative. With Profile::kPrecise no reason is a "wider: …".
Plan plan(const Ir& ir, const Detection& detection, const CallCondition& condition, Profile profile,
          const Traits& traits);

}  // namespace rpcsieve::compiler::suricata

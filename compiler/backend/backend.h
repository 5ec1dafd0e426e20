#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/backend/sids.h"
#include "compiler/catalog/catalog.h"
#include "compiler/diagnostic.h"
#include "compiler/ir/ir.h"

namespace rpcsieve::compiler {

// Fidelity says how a target's rules compare with the detection (DESIGN section 3).
enum class Fidelity : std::uint8_t { kExact, kWider, kNarrower, kRefused };

// Verdict is the fidelity of one detection, with every reason.
struct Verdict {
  std::string detection;
  Fidelity fidelity = Fidelity::kExact;
  std::vector<std::string> forms;    // the rules that it became: "app", "raw", "stub"
  std::vector<std::string> reasons;  // "wider: …", "narrower: …", "refused: …"
};

// Profile chooses between forms that never alert on more, and those that also close blind spots.
enum class Profile : std::uint8_t { kPrecise, kCoverage };

// Emitted is what a backend made: the rules' text and a verdict per detection, in the Ir's order.
struct Emitted {
  std::string text;
  std::vector<Verdict> verdicts;
};

// emit_suricata7 gives rules that the real Suricata 7.0.10 loads without a word, one per line.
Emitted emit_suricata7(const Ir& ir, const Sids& sids, Profile profile);
// emit_suricata8 gives those for Suricata 8.0.5 and later.
Emitted emit_suricata8(const Ir& ir, const Sids& sids, Profile profile);

// emit_database gives the bytes of a database file (runtime/database/format.h). A pattern that
// Hyperscan refuses is an error in `out`, at the detection that has it; then there is no database.
struct DatabaseOptions {
  bool for_this_host = false;  // use every feature of this processor; default: a generic one
};
std::optional<std::vector<std::uint8_t>> emit_database(const Ir& ir, const Sids& sids,
                                                       const Catalog& catalog,
                                                       const DatabaseOptions& options,
                                                       Diagnostics& out);

// check_patterns lets Hyperscan judge every pattern of the Ir: E-diagnostics with its own message
// and offset.
void check_patterns(const Ir& ir, Diagnostics& out);

std::string_view name(Fidelity fidelity);

}  // namespace rpcsieve::compiler

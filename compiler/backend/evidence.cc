// One table, which docs/FIDELITY.md shows too: whoever measures anew changes both.
#include "compiler/backend/evidence.h"

#include <algorithm>
#include <array>

namespace rpcsieve::compiler {
namespace {

constexpr std::array kEvidence = {
    Evidence{"suricata7", "coverage", "raw", 201, 192, 0},
    Evidence{"suricata7", "coverage", "raw-n", 222, 213, 1},
    Evidence{"suricata7", "coverage", "raw-turned", 17, 17, 0},
    Evidence{"suricata7", "coverage", "udp", 10, 10, 0},
    Evidence{"suricata7", "precise", "app", 129, 39, 0},
    Evidence{"suricata7", "precise", "app-smb", 188, 188, 0},
    Evidence{"suricata7", "precise", "packet", 112, 22, 0},
    Evidence{"suricata8", "precise", "app", 163, std::nullopt, 0},
    Evidence{"suricata8", "precise", "app-smb", 188, std::nullopt, 0},
    Evidence{"suricata8", "precise", "packet", 112, std::nullopt, 0},
};

// is_of says whether a form is that of some alternative: "raw-2" is of "raw", "raw-n" is not.
bool is_of(std::string_view form, std::string_view name) {
  if (!form.starts_with(name)) return false;
  const std::string_view rest = form.substr(name.size());
  return rest.empty() || (rest.size() > 1 && rest[0] == '-' &&
                          rest.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

}  // namespace

const Evidence* evidence_of(std::string_view target, std::string_view profile,
                            std::string_view form) {
  const auto* const found =
      std::find_if(kEvidence.begin(), kEvidence.end(), [&](const Evidence& one) {
        return one.target == target && one.profile == profile && is_of(form, one.form);
      });
  return found == kEvidence.end() ? nullptr : found;
}

std::string_view engine_of(std::string_view target) {
  if (target == "suricata7") return "Suricata 7.0.10";
  return target == "suricata8" ? "Suricata 8.0.7" : "";
}

}  // namespace rpcsieve::compiler

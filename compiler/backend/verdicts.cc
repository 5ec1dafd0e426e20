// The verdict is the gravest of its reasons: what may alert on more calls weighs more than what may
// miss some, because nobody looks at a sensor that cries wolf.
#include "compiler/backend/verdicts.h"

#include <algorithm>

namespace rpcsieve::compiler {
namespace {

constexpr std::string_view kWider = "wider: ", kNarrower = "narrower: ", kRefused = "refused: ";

bool any(const std::vector<std::string>& reasons, std::string_view kind) {
  return std::any_of(reasons.begin(), reasons.end(),
                     [&](const std::string& reason) { return reason.starts_with(kind); });
}

Fidelity fidelity(const Verdict& verdict) {
  if (verdict.forms.empty()) return Fidelity::kRefused;
  if (any(verdict.reasons, kWider)) return Fidelity::kWider;
  return any(verdict.reasons, kNarrower) ? Fidelity::kNarrower : Fidelity::kExact;
}

}  // namespace

void Reasons::add(std::string_view kind, std::string_view what) {
  std::string reason(kind);
  reason += what;
  if (std::find(all_.begin(), all_.end(), reason) == all_.end()) all_.push_back(std::move(reason));
}

void Reasons::add_all(const Reasons& part) {
  for (const std::string& reason : part.all_) add("", reason);
}

void Reasons::refuse_wider() {
  Reasons kept;
  for (const std::string& reason : all_)
    if (reason.starts_with(kWider)) kept.refused(reason.substr(kWider.size()));
  *this = std::move(kept);
}

bool Reasons::has_wider() const { return any(all_, kWider); }

Verdict make_verdict(const Detection& detection, std::vector<std::string> forms,
                     const Reasons& reasons) {
  Verdict verdict{detection.name, Fidelity::kExact, std::move(forms), {}};
  Reasons settled;
  for (const std::string& reason : reasons.all()) {
    const bool refused = reason.starts_with(kRefused) && !verdict.forms.empty();
    if (refused)
      settled.narrower(reason.substr(kRefused.size()));
    else
      verdict.reasons.push_back(reason);
  }
  verdict.reasons.insert(verdict.reasons.end(), settled.all().begin(), settled.all().end());
  verdict.fidelity = fidelity(verdict);
  return verdict;
}

}  // namespace rpcsieve::compiler

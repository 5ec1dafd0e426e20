// A detection becomes rules alternative by alternative, an alternative form by form (forms.h): its
// plan says which. All rules of a detection carry its id, so that whoever reads the alerts can
// merge those that several forms raise for one call.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/backend/backend.h"
#include "compiler/backend/suricata_plan.h"
#include "compiler/backend/suricata_rules.h"
#include "compiler/backend/suricata_text.h"

namespace rpcsieve::compiler {
namespace {

constexpr std::string_view kWider = "wider: ", kNarrower = "narrower: ", kRefused = "refused: ";

bool begins_with(const std::string& text, std::string_view with) {
  return text.compare(0, with.size(), with) == 0;
}

// fidelity is the gravest of the reasons; without any form there is nothing to compare.
Fidelity fidelity(const Verdict& verdict) {
  const auto any = [&](std::string_view with) {
    return std::any_of(verdict.reasons.begin(), verdict.reasons.end(),
                       [&](const std::string& reason) { return begins_with(reason, with); });
  };
  if (verdict.forms.empty()) return Fidelity::kRefused;
  if (any(kWider)) return Fidelity::kWider;
  return any(kNarrower) ? Fidelity::kNarrower : Fidelity::kExact;
}

void add_once(std::vector<std::string>& all, std::string one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(std::move(one));
}

void add_alternative(const suricata::Rules& rules, const suricata::Plan& plan, Verdict& verdict) {
  verdict.forms.insert(verdict.forms.end(), rules.forms.begin(), rules.forms.end());
  for (const std::string& reason : plan.reasons) add_once(verdict.reasons, reason);
  for (const std::string& form : rules.too_long)
    verdict.reasons.push_back(
        fmt::format("{}{}: longer than {} bytes, which Suricata does not load", kRefused, form,
                    suricata::kLongestRule));
}

// settle makes the verdict out of its reasons. Where some form is left, what was refused only makes
// the whole narrower.
void settle(Verdict& verdict) {
  for (std::string& reason : verdict.reasons)
    if (!verdict.forms.empty() && begins_with(reason, kRefused))
      reason.replace(0, kRefused.size(), kNarrower);
  verdict.fidelity = fidelity(verdict);
}

Verdict emit(const Ir& ir, const Sids& sids, const Detection& detection, Profile profile,
             const suricata::Traits& traits, std::set<std::string>& shared, std::string& text) {
  Verdict verdict;
  verdict.detection = detection.name;
  if (!suricata::addresses(detection.from) || !suricata::addresses(detection.to)) {
    verdict.reasons = {"refused: nobody has an address that `from` or `to` asks for"};
    verdict.fidelity = Fidelity::kRefused;
    return verdict;
  }
  if (const auto what = beyond_calls(detection); !what.empty()) {
    verdict.reasons = {fmt::format("{}no rule of this target says '{}' yet", kRefused, what)};
    verdict.fidelity = Fidelity::kRefused;
    return verdict;
  }
  const auto& calls = detection.steps.front().calls;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto plan = suricata::plan(ir, detection, calls[i], profile, traits);
    const auto rules = suricata::write_rules(ir, sids, detection, i, plan, shared);
    add_alternative(rules, plan, verdict);
    text += rules.text;
  }
  settle(verdict);
  return verdict;
}

Emitted emit_all(const Ir& ir, const Sids& sids, Profile profile, const suricata::Traits& traits) {
  Emitted out;
  std::set<std::string> shared;
  for (const Detection& detection : ir.detections)
    out.verdicts.push_back(emit(ir, sids, detection, profile, traits, shared, out.text));
  return out;
}

}  // namespace

Emitted emit_suricata7(const Ir& ir, const Sids& sids, Profile profile) {
  return emit_all(ir, sids, profile, suricata::kSuricata7);
}

Emitted emit_suricata8(const Ir& ir, const Sids& sids, Profile profile) {
  return emit_all(ir, sids, profile, suricata::kSuricata8);
}

}  // namespace rpcsieve::compiler

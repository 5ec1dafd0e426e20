// Snort's rules know one flow: what crosses flows, a sequence or a count over pairs of hosts, they
// cannot say. Everything else is planned and written alternative by alternative.
#include "compiler/backend/snort.h"

#include "compiler/backend/snort_plan.h"
#include "compiler/backend/snort_rules.h"
#include "compiler/backend/suricata_text.h"
#include "compiler/backend/verdicts.h"

namespace rpcsieve::compiler {
namespace {

using snort::Dialect;

// refuse says why no rule can stand for the detection, if that is so.
void refuse(const Detection& detection, Reasons& reasons) {
  if (!suricata::addresses(detection.from) || !suricata::addresses(detection.to))
    reasons.refused("nobody has an address that `from` or `to` asks for");
  if (detection.steps.size() > 1)
    reasons.refused("Snort remembers nothing from one connection to another, as a sequence takes");
  for (const Step& step : detection.steps) {
    if (!step.binds.empty()) reasons.refused("Snort has no option for a bind and its answer");
    if (!step.files.empty()) reasons.refused("Snort has no option for the name of an opened file");
  }
}

void explain_count(const Count& count, Reasons& reasons) {
  if (count.at_least < 2) return;
  reasons.wider("every event beyond the count alerts, until the time is over");
  reasons.wider("each form counts for itself, and a call in fragments counts more than once");
  if (count.by == (kByClient | kByServer))
    reasons.wider("the count is by client, over all servers");
}

// Maker makes the rules and the verdict of one detection.
class Maker {
 public:
  Maker(Dialect dialect, const Ir& ir, const Sids& sids, const Detection& detection,
        Profile profile)
      : dialect_(dialect), ir_(ir), sids_(sids), detection_(detection), profile_(profile) {}

  Verdict make(std::string& text) {
    refuse(detection_, reasons_);
    if (reasons_.all().empty()) add_all(text);
    return make_verdict(detection_, std::move(forms_), reasons_);
  }

 private:
  void add_all(std::string& text) {
    if (detection_.count) explain_count(*detection_.count, reasons_);
    if (profile_ == Profile::kPrecise && reasons_.has_wider()) return reasons_.refuse_wider();
    const auto& calls = detection_.steps.front().calls;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const auto plan = snort::plan(dialect_, ir_, detection_, calls[i], profile_);
      reasons_.add_all(plan.reasons);
      auto rules = snort::write_rules(dialect_, ir_, sids_, detection_, i, plan);
      forms_.insert(forms_.end(), rules.forms.begin(), rules.forms.end());
      text += rules.text;
    }
  }

  const Dialect dialect_;
  const Ir& ir_;
  const Sids& sids_;
  const Detection& detection_;
  const Profile profile_;
  Reasons reasons_;
  std::vector<std::string> forms_;
};

Emitted emit(Dialect dialect, const Ir& ir, const Sids& sids, Profile profile) {
  Emitted out;
  for (const Detection& detection : ir.detections)
    out.verdicts.push_back(Maker(dialect, ir, sids, detection, profile).make(out.text));
  return out;
}

}  // namespace

Emitted emit_snort3(const Ir& ir, const Sids& sids, Profile profile) {
  return emit(Dialect::kSnort3, ir, sids, profile);
}

Emitted emit_snort29(const Ir& ir, const Sids& sids, Profile profile) {
  return emit(Dialect::kSnort29, ir, sids, profile);
}

}  // namespace rpcsieve::compiler

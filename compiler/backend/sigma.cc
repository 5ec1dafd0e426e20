// Rules for hosts. The companions are written whatever the profile: their author answers for them.
#include "compiler/backend/sigma.h"

#include <fmt/format.h>

#include "compiler/backend/sigma_rules.h"
#include "compiler/backend/verdicts.h"
#include "compiler/backend/yaml_text.h"

namespace rpcsieve::compiler {
namespace {

using sigma::Rule;

// Maker makes the rules and the verdict of one detection.
class Maker {
 public:
  Maker(const Detection& detection, Profile profile)
      : detection_(detection), precise_(profile == Profile::kPrecise) {}

  Verdict make(std::vector<SigmaFile>& files) {
    std::vector<Rule> rules = events();
    for (std::size_t i = 0; i < detection_.sigma.size(); ++i)
      rules.push_back(sigma::companion(detection_, i));
    std::vector<std::string> forms;
    for (const Rule& rule : rules) {
      files.push_back(
          {fmt::format("{}-{}.yml", detection_.name, rule.form), print_yaml(rule.yaml)});
      forms.push_back(rule.form);
    }
    return make_verdict(detection_, std::move(forms), reasons_);
  }

 private:
  // events gives the rules for what the detection itself waits for.
  std::vector<Rule> events() {
    std::vector<Rule> rules;
    if (detection_.from.nobody() || detection_.to.nobody())
      reasons_.refused("nobody has an address that `from` or `to` asks for");
    else if (detection_.count && detection_.steps.size() > 1)
      reasons_.refused("Sigma counts events, not sequences");
    else
      rules = step_rules();
    if (precise_ && reasons_.has_wider()) {
      reasons_.refuse_wider();
      rules.clear();
    }
    return rules;
  }

  std::vector<Rule> step_rules() {
    std::vector<Rule> rules;
    if (!detection_.from.everyone() || !detection_.to.everyone())
      reasons_.wider("addresses are not compared: filter by the fields of your logs");
    for (std::size_t i = 0; i < detection_.steps.size(); ++i) {
      auto rule = sigma::step_rule(detection_, i, reasons_);
      if (!rule) return {};  // a sequence without one of its steps says something else
      rules.push_back(std::move(*rule));
    }
    if (detection_.count || rules.size() > 1) {
      reasons_.narrower(
          "correlation: the logs must name the fields SourceAddress, IpAddress and ComputerName");
      rules.push_back(sigma::correlation(detection_, rules));
    }
    return rules;
  }

  const Detection& detection_;
  const bool precise_;
  Reasons reasons_;
};

}  // namespace

SigmaEmitted emit_sigma(const Ir& ir, Profile profile) {
  SigmaEmitted out;
  for (const Detection& detection : ir.detections)
    out.verdicts.push_back(Maker(detection, profile).make(out.files));
  return out;
}

std::string sigma_documents(const std::vector<SigmaFile>& files) {
  std::string out;
  for (const SigmaFile& file : files)
    out += fmt::format("{}{}", out.empty() ? "" : "---\n", file.text);
  return out;
}

}  // namespace rpcsieve::compiler

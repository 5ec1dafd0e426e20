#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/backend/verdicts.h"
#include "compiler/ir/ir.h"

namespace rpcsieve::compiler::sigma {

// Rule is one Sigma rule, and its form: "calls", "files", "correlation", "companion", with the
// number of its step behind it from the second on.
struct Rule {
  std::string form;
  YamlNode yaml;
};

// step_rule gives the rule for the events of one step: calls as RPC Firewall logs them, files as
// the Security log does. nullopt, and a reason, if neither does.
std::optional<Rule> step_rule(const Detection& detection, std::size_t step, Reasons& reasons);

// correlation gives the rule that counts what one rule finds, or waits for several in order.
Rule correlation(const Detection& detection, const std::vector<Rule>& rules);

// companion gives a host-side rule of the detection's own, with what it lacks added.
Rule companion(const Detection& detection, std::size_t index);

}  // namespace rpcsieve::compiler::sigma

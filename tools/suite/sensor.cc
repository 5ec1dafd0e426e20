#include "tools/suite/sensor.h"

#include <algorithm>
#include <string_view>

namespace rpcsieve::suite {
namespace {

bool admits(const std::map<std::string, std::vector<std::string>>& all,
            const std::string& detection, std::string_view what) {
  const auto reasons = all.find(detection);
  return reasons != all.end() &&
         std::any_of(reasons->second.begin(), reasons->second.end(),
                     [&](const std::string& reason) { return reason.starts_with(what); });
}

}  // namespace

Claims::Claims(const std::vector<compiler::Verdict>& verdicts) {
  for (const compiler::Verdict& verdict : verdicts) {
    reasons_[verdict.detection] = verdict.reasons;
    if (verdict.fidelity == compiler::Fidelity::kRefused) refused_.insert(verdict.detection);
  }
}

bool Claims::may_miss(const std::string& detection) const {
  return admits(reasons_, detection, "narrower:");
}

bool Claims::may_add(const std::string& detection) const {
  return admits(reasons_, detection, "wider:");
}

std::optional<Fired> Sensor::run(const std::string& capture, std::string& error) const {
  const auto all = alerts(capture, {}, error);
  if (!all) return std::nullopt;
  Fired fired;
  for (const SensorAlert& alert : *all) fired[alert.detection].insert(alert.form);
  return fired;
}

}  // namespace rpcsieve::suite

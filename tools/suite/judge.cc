#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tools/suite/matrix.h"

namespace rpcsieve::suite {
namespace {

const Divergence* known(const Case& wanted, const std::string& engine,
                        const std::string& detection) {
  const auto at = std::find_if(
      wanted.divergences.begin(), wanted.divergences.end(), [&](const Divergence& divergence) {
        return divergence.engine == engine && divergence.detection == detection;
      });
  return at == wanted.divergences.end() ? nullptr : &*at;
}

}  // namespace

Verdict judge(const Case& wanted, const std::string& engine, const Fired& fired,
              const Claims& claims, bool believes) {
  Verdict verdict{engine, wanted.capture, wanted.span, {}, {}, {}, fired};
  std::set<std::string> detections;
  for (const Wanted& one : wanted.alerts) {
    if (one.count == 0 || claims.refused().count(one.detection) > 0) continue;
    verdict.wanted[one.detection] = fired.count(one.detection) > 0;
    detections.insert(one.detection);
  }
  for (const auto& [detection, forms] : fired) {
    if (!wanted.only.empty() && detection != wanted.only) continue;
    if (detections.insert(detection).second) verdict.unwanted.push_back(detection);
  }
  for (const Divergence& divergence : wanted.divergences)
    if (divergence.engine == engine) detections.insert(divergence.detection);
  for (const std::string& detection : detections) {
    const bool alerts = fired.count(detection) > 0;
    const bool differs = alerts != (verdict.wanted.count(detection) > 0);
    const Divergence* divergence = known(wanted, engine, detection);
    const bool admitted =
        believes && (alerts ? claims.may_add(detection) : claims.may_miss(detection));
    if (differs && divergence == nullptr && !admitted)
      verdict.wrong.push_back(
          fmt::format("{} {}", detection, alerts ? "alerts, which it must not" : "does not alert"));
    if (!differs && divergence != nullptr)
      verdict.wrong.push_back(
          fmt::format("{} no longer diverges: {}", detection, divergence->reason));
  }
  return verdict;
}

}  // namespace rpcsieve::suite

// The format is published with the Navigator, as layers/spec/v4.5/layerformat.md.
#include "tools/page/navigator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "runtime/base/tactics.h"

namespace rpcsieve::page {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMaxNamedDetections = 20;

template <class Detections>
std::uint64_t sum(const Detections& detections) {
  std::uint64_t total = 0;
  for (const auto& [name, n] : detections) total += n;
  return total;
}

template <class Detections>
std::string comment(const Detections& detections) {
  std::string text;
  std::size_t named = 0;
  for (const auto& [name, n] : detections) {
    if (named++ == kMaxNamedDetections) {
      return text + fmt::format("\n… and {} more", detections.size() - kMaxNamedDetections);
    }
    text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", name, n);
  }
  return text;
}

ordered_json gradient(std::uint64_t most) {
  return {{"colors", {"#fff3d6", "#f2a33c", "#c2310c"}},
          {"minValue", 0},
          {"maxValue", std::max<std::uint64_t>(most, 1)}};  // must be above minValue
}

ordered_json layout() {
  return {{"layout", "side"},
          {"showName", true},
          {"showID", true},
          {"showAggregateScores", true},
          {"countUnscored", false},
          {"aggregateFunction", "sum"},
          {"expandedSubtechniques", "annotated"}};
}

}  // namespace

void Techniques::add(const Facts& facts) {
  // A layer with another one is refused, or shown nowhere.
  const bool known = std::find(kTactics.begin(), kTactics.end(), facts.tactic) != kTactics.end();
  for (const std::string& technique : facts.techniques) {
    ++alerts_[{technique, known ? facts.tactic : ""}][facts.detection];
  }
}

std::string Techniques::layer(std::string_view description) const {
  ordered_json techniques = ordered_json::array();
  std::uint64_t most = 0;
  for (const auto& [key, detections] : alerts_) {
    ordered_json one = {{"techniqueID", key.technique}};
    if (!key.tactic.empty()) one["tactic"] = key.tactic;
    one["score"] = sum(detections);
    one["comment"] = comment(detections);
    most = std::max(most, sum(detections));
    techniques.push_back(std::move(one));
  }
  const ordered_json layer = {{"name", "rpcsieve alerts"},
                              {"versions", {{"navigator", "4.9.0"}, {"layer", "4.5"}}},
                              {"domain", "enterprise-attack"},
                              {"description", description},
                              {"sorting", 3},
                              {"layout", layout()},
                              {"hideDisabled", false},
                              {"techniques", std::move(techniques)},
                              {"gradient", gradient(most)}};
  return layer.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace rpcsieve::page

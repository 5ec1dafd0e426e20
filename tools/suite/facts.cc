#include "tools/suite/facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/endpoint.h"

namespace rpcsieve::suite {
namespace {

using nlohmann::json;

// Where a condition is found in an alert, if not under `rpcsieve` by its own name.
const std::map<std::string, json::json_pointer> kPlaces = {
    {"outcome", json::json_pointer("/rpcsieve/outcome/result")},
    {"status", json::json_pointer("/rpcsieve/outcome/status")},
    {"user", json::json_pointer("/rpcsieve/user/name")},
    {"client", json::json_pointer("/src_ip")},
    {"server", json::json_pointer("/dest_ip")},
};

json::json_pointer place_of(const std::string& key) {
  const auto known = kPlaces.find(key);
  return known != kPlaces.end() ? known->second : json::json_pointer("/rpcsieve") / key;
}

// text_of gives a value as a suite writes it; null and what is missing are the same.
std::string text_of(const json& alert, const std::string& key) {
  const auto place = place_of(key);
  if (!alert.contains(place) || alert.at(place).is_null()) return "";
  const json& value = alert.at(place);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// is_same compares addresses by what they mean: IPv6 has many ways to write one.
bool is_same(const std::string& key, const std::string& got, const std::string& wanted) {
  if (key != "client" && key != "server") return got == wanted;
  const auto address = parse_address(got);
  return address && address == parse_address(wanted);
}

void compare(std::string_view what, std::uint32_t got, std::uint32_t wanted,
             std::vector<std::string>& out) {
  if (got != wanted) out.push_back(fmt::format("{} {} instead of {}", got, what, wanted));
}

std::string print(const Tally& tally) { return json(tally).dump(); }

void compare(std::string_view what, const Tally& got, const std::optional<Tally>& wanted,
             std::vector<std::string>& out) {
  if (wanted && got != *wanted)
    out.push_back(fmt::format("{} {} instead of {}", what, print(got), print(*wanted)));
}

std::string print(const Wanted& wanted) {
  std::string text = wanted.detection;
  for (const auto& [key, value] : wanted.conditions) text += fmt::format(", {}: {}", key, value);
  return text;
}

}  // namespace

bool fits(const json& alert, const Wanted& wanted) {
  if (text_of(alert, "detection") != wanted.detection) return false;
  return std::all_of(
      wanted.conditions.begin(), wanted.conditions.end(), [&](const auto& condition) {
        return is_same(condition.first, text_of(alert, condition.first), condition.second);
      });
}

std::vector<std::string> differences(const Case& wanted, const Facts& facts) {
  std::vector<std::string> out;
  if (!facts.failure.empty()) out.push_back(facts.failure);
  for (const Wanted& one : wanted.alerts) {
    const auto got = std::count_if(facts.alerts.begin(), facts.alerts.end(),
                                   [&](const json& alert) { return fits(alert, one); });
    compare("alerts of " + print(one), static_cast<std::uint32_t>(got), one.count, out);
  }
  if (wanted.calls) compare("calls", facts.calls, *wanted.calls, out);
  if (!wanted.only.empty()) return out;
  for (const json& alert : facts.alerts) {
    const bool is_wanted = std::any_of(wanted.alerts.begin(), wanted.alerts.end(),
                                       [&](const Wanted& one) { return fits(alert, one); });
    if (!is_wanted) out.push_back("unexpected alert " + alert.at("rpcsieve").dump());
  }
  compare("blind spots", facts.anomalies, wanted.anomalies, out);
  compare("outcomes", facts.outcomes, wanted.outcomes, out);
  compare("users", facts.users, wanted.users, out);
  return out;
}

}  // namespace rpcsieve::suite

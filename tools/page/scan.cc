// Facts that the page groups and sorts by have names of their own here, "~" first so that none of
// the event's can be taken for them; beside them stands every fact of the event, by its path.
#include "tools/page/scan.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "runtime/alert/record.h"

namespace rpcsieve::page {
namespace {

using nlohmann::json;

std::string join(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::uint64_t number_at(const json& object, std::string_view key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_number_unsigned() ? at->get<std::uint64_t>() : 0;
}

std::string text_at(const json& object, std::string_view key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

const json* object_at(const json& object, std::string_view key) {
  const auto at = object.is_object() ? object.find(key) : object.end();
  return at != object.end() && at->is_object() ? &*at : nullptr;
}

alert::Coverage coverage_of(const json& object) {
  alert::Coverage coverage;
  for (const auto& field : alert::kCoverageFields) {
    coverage.*field.value = number_at(object, field.name);
  }
  return coverage;
}

std::optional<alert::Service> service_of(const json& server) {
  const auto address = parse_address(text_at(server, "ip"));
  const std::uint64_t port = number_at(server, "port");
  if (!address || port > 0xffff) return std::nullopt;
  alert::Service service{{*address, static_cast<std::uint16_t>(port)}, match::Transport::kSmb};
  for (const auto transport :
       {match::Transport::kSmb, match::Transport::kTcp, match::Transport::kUdp}) {
    if (text_at(server, "transport") == alert::name(transport)) service.transport = transport;
  }
  return service;
}

// read_inspectable reads the coverage of one run. Whatever is in it is added up, also from runs
// that had the same servers.
alert::CoverageTable read_inspectable(const json& inspectable) {
  alert::CoverageTable table(kMaxServers);
  const auto servers = inspectable.find("servers");
  if (servers != inspectable.end() && servers->is_array()) {
    for (const json& server : *servers) {
      const auto service = server.is_object() ? service_of(server) : std::nullopt;
      if (service) table.add(*service, coverage_of(server));
    }
  }
  return table;
}

}  // namespace

void Scan::begin(std::string_view name) { files_.push_back({.name = cut(name)}); }

void Scan::add(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  ++files_.back().lines;
  if (!add_event(line)) ++files_.back().malformed;
}

// add_event is false for what is no EVE event: every one has a time and a type.
bool Scan::add_event(std::string_view line) {
  const auto event = parse_event(line);
  if (!event) return false;
  const auto time_us = parse_time(event->get("timestamp"));
  const std::string_view type = event->get("event_type");
  if (!time_us || type.empty()) return false;
  if (type == "alert") {
    add_alert(*event, *time_us);
  } else if (type == "anomaly") {
    add_blind_spot(*event, *time_us);
  } else if (type == "stats") {
    add_stats(line);
  } else {
    ++other_events_;
  }
  return true;
}

void Scan::set(Columns& columns, std::string_view name, std::string_view text) {
  if (!columns.set(name, text)) ++facts_left_out_;
}

void Scan::set_fields(Columns& columns, const Event& event) {
  for (const Field& field : event.fields()) {
    if (field.path != "timestamp" && field.path != "event_type") {
      set(columns, field.path, field.text);
    }
  }
}

void Scan::add_alert(const Event& event, std::int64_t time_us) {
  const Facts facts = find_facts(event);
  techniques_.add(facts);
  if (!event.get("rpcsieve.detection").empty()) files_.back().own = true;
  if (alerts_.rows() == kMaxAlerts) {
    ++alerts_left_out_;
    return;
  }
  set(alerts_, "~severity", facts.severity);
  set(alerts_, "~detection", facts.detection);
  set(alerts_, "~title", facts.title);
  set(alerts_, "~client", facts.client);
  set(alerts_, "~server", facts.server);
  set(alerts_, "~user", facts.user);
  set(alerts_, "~interface", facts.interface);
  set(alerts_, "~call", facts.call);
  set(alerts_, "~outcome", facts.outcome);
  set(alerts_, "~confidence", facts.confidence);
  set(alerts_, "~attack", join(facts.techniques));
  set(alerts_, "~file", files_.back().name);
  set_fields(alerts_, event);
  alerts_.end_row(time_us);
}

void Scan::add_blind_spot(const Event& event, std::int64_t time_us) {
  if (blind_spots_.rows() == kMaxBlindSpots) {
    ++blind_spots_left_out_;
    return;
  }
  const Ends ends = find_ends(event);
  set(blind_spots_, "~cause", event.first({"anomaly.event", "anomaly.type"}));
  set(blind_spots_, "~client", ends.client);
  set(blind_spots_, "~server", ends.server);
  set_fields(blind_spots_, event);
  blind_spots_.end_row(time_us);
}

// add_stats takes rpcsieve's counters and coverage; another program's are something else. The line
// was read before, so it is well-formed, and not nested deep.
void Scan::add_stats(std::string_view line) {
  const json event = json::parse(line, nullptr, false);
  const json* own = object_at(event, "rpcsieve");
  if (own == nullptr) {
    ++other_events_;
    return;
  }
  files_.back().own = files_.back().finished = true;
  for (const auto& [name, value] : own->items()) {
    const bool room = counters_.size() < kMaxCounters || counters_.count(name) > 0;
    if (room && value.is_number_unsigned()) counters_[name] += value.get<std::uint64_t>();
  }
  if (const json* inspectable = object_at(*own, "inspectable")) {
    ++sights_;
    coverage_.add(read_inspectable(*inspectable));
    if (const json* others = object_at(*inspectable, "other_servers")) {
      other_servers_ += coverage_of(*others);
    }
  }
}

std::uint64_t Scan::malformed() const {
  std::uint64_t total = 0;
  for (const EveFile& file : files_) total += file.malformed;
  return total;
}

}  // namespace rpcsieve::page

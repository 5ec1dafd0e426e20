// How alerts look to people, and what a scan found in sum.
#include "tools/rpcsieve/report.h"

#include <array>

#include "runtime/alert/eve.h"
#include "tools/rpcsieve/condition_words.h"
#include "tools/rpcsieve/console.h"

namespace rpcsieve::cli {
namespace {

std::string print_flow(const Endpoint& client, const Endpoint& server) {
  return print_endpoint(client) + " -> " + print_endpoint(server);
}

std::string print_operation(const dcerpc::Call& call, const alert::Names& names) {
  const bool known = call.known_by != dcerpc::KnownBy::kUnknown;
  const std::string interface = !names.interface.empty() ? std::string(names.interface)
                                : known                  ? print(call.interface.uuid)
                                                         : "unknown interface";
  if (names.operation.empty()) return fmt::format("{} opnum {}", interface, call.opnum);
  return fmt::format("{} {} ({})", interface, names.operation, call.opnum);
}

// print_outcome gives "denied (STATUS_ACCESS_DENIED)"; a success speaks for itself.
std::string print_outcome(const alert::CallRecord& record, const match::Hit& hit,
                          const database::Database& database) {
  const dcerpc::Outcome& outcome = record.outcome;
  const auto code = alert::code_name(outcome, alert::returns_of(record.call, hit, database));
  const auto result = dcerpc::name(outcome.result);
  if (code.empty() || outcome.result == dcerpc::Result::kSuccess) return std::string(result);
  return fmt::format("{} ({})", result, code);
}

template <class Record>
std::string print_way(const Record& record) {
  const std::string pipe = record.pipe.empty() ? "" : fmt::format(" \\{}", record.pipe);
  return std::string(alert::name(record.transport)) + pipe;
}

// describe_event says what an alert is about.
std::string describe_event(const alert::CallRecord& record, const alert::Alert& alert,
                           const database::Database& database) {
  return fmt::format("{}  {}  {}, {}", print_way(record),
                     print_operation(record.call, alert::find_names(record.call, database)),
                     print_outcome(record, alert.hit, database), alert::confidence(alert));
}

std::string describe_event(const alert::BindRecord& record, const alert::Alert& alert,
                           const database::Database& database) {
  return fmt::format("{}  bind of {}, {}", print_way(record),
                     interface_words(database, record.interface.uuid), alert::confidence(alert));
}

std::string describe_event(const alert::FileOpen& open, const alert::Alert&,
                           const database::Database&) {
  return fmt::format("smb  {}\\{}, {}, {}", alert::share_name(open.share.value_or("")),
                     open.path.value_or(""), alert::access_name(open.access_mask),
                     dcerpc::name(open.result));
}

// describe gives an alert, or a blind spot, as a line for people.
std::string describe(const alert::Alert& alert, const database::Database& database) {
  const auto& detection = database.detections()[alert.hit.detection];
  const std::string history = !alert.history
                                  ? ""
                                  : fmt::format(", the last of {} events since {}",
                                                alert.history->events, print(alert.history->first));
  return fmt::format(
      "{}  {}  {}  {}  {}{}", print(alert::time_of(alert)), alert::name(detection.severity),
      database.text(detection.name), print_flow(alert::client_of(alert), alert::server_of(alert)),
      std::visit([&](const auto& event) { return describe_event(event, alert, database); },
                 alert.event),
      history);
}

std::string describe(const alert::BlindSpot& spot) {
  const bool has_ports = spot.cause != alert::BlindSpot::Cause::kEsp;
  return fmt::format("{}  blind  {}  {}", print(spot.time), alert::name(spot.cause),
                     has_ports ? print_flow(spot.client, spot.server)
                               : print(spot.client.address) + " -> " + print(spot.server.address));
}

using Tallies = std::map<std::string_view, std::uint64_t>;

std::uint64_t sum(const Tallies& tallies) {
  std::uint64_t total = 0;
  for (const auto& [name, n] : tallies) total += n;
  return total;
}

std::string print_tallies(const Tallies& tallies) {
  std::string text;
  for (const auto& [name, n] : tallies) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, name);
  }
  return text;
}

}  // namespace

Report::Report(const database::Database& database, bool eve, Output& out)
    : database_(database),
      signatures_(database),
      eve_(eve),
      out_(out),
      alerts_(database.detections().size()) {}

void Report::begin(const std::string& file) {
  file_ = file;
  ++files_;
}

void Report::add(const alert::Record& record) {
  if (const auto* alert = std::get_if<alert::Alert>(&record)) add(*alert);
  if (const auto* spot = std::get_if<alert::BlindSpot>(&record)) add(*spot);
}

void Report::add(const alert::Alert& alert) {
  const bool is_file = std::holds_alternative<alert::FileOpen>(alert.event);
  ++alerts_[alert.hit.detection][is_file ? "file" : alert::confidence(alert)];
  out_.line(eve_ ? alert::eve_alert(alert, signatures_, file_)
                 : printable(describe(alert, database_)));
}

void Report::add(const alert::BlindSpot& spot) {
  ++blind_[alert::name(spot.cause)];
  out_.line(eve_ ? alert::eve_blind_spot(spot, file_) : printable(describe(spot)));
}

std::string Report::summary(const Counters& counters) const {
  Table table = {{"DETECTION", "SEVERITY", "ALERTS", "CONFIDENCE"}};
  std::uint64_t alerts = 0;
  for (std::size_t i = 0; i < alerts_.size(); ++i) {
    if (alerts_[i].empty()) continue;
    const auto& row = database_.detections()[i];
    table.push_back({printable(database_.text(row.name)), std::string(alert::name(row.severity)),
                     std::to_string(sum(alerts_[i])), print_tallies(alerts_[i])});
    alerts += sum(alerts_[i]);
  }
  const std::string blind = blind_.empty() ? "" : "; blind: " + print_tallies(blind_);
  return fmt::format("{}alerts {}, captures {}, packets {}, calls {}{}",
                     alerts == 0 ? "" : print(table), alerts, files_, counters[Counter::packets],
                     counters[Counter::calls], blind);
}

std::string print_counters(const Counters& counters) {
  Table table = {{"COUNTER", "VALUE"}};
  for (std::size_t i = 0; i < kCounterNames.size(); ++i) {
    const std::uint64_t value = counters[static_cast<Counter>(i)];
    if (value > 0) table.push_back({std::string(kCounterNames[i]), std::to_string(value)});
  }
  return print(table);
}

}  // namespace rpcsieve::cli

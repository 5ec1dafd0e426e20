#include "tests/support/dump.h"

#include <fmt/format.h>

#include <string_view>

#include "runtime/base/endpoint.h"

namespace rpcsieve::test {

using database::AddressSet;
using database::ConditionRow;
using database::Database;
using database::Range;

namespace {

std::string_view name(database::Severity severity) {
  constexpr std::string_view kNames[] = {"informational", "low", "medium", "high", "critical"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string print_set(const Database& database, const AddressSet& set) {
  if (set.everyone != 0) return "everyone";
  std::string out = set.negated != 0 ? "not(" : "(";
  for (const auto& row : database.addresses(set.ranges))
    out += print(IpAddress{row.first}) + "-" + print(IpAddress{row.last}) + " ";
  if (out.back() == ' ') out.pop_back();
  return out + ")";
}

std::string print_transports(std::uint8_t bits) {
  std::string out;
  if ((bits & 1) != 0) out += "smb,";
  if ((bits & 2) != 0) out += "tcp,";
  if ((bits & 4) != 0) out += "udp,";
  out.pop_back();
  return out;
}

std::string print_clauses(const Database& database, Range range) {
  std::string out;
  for (const auto& clause : database.clauses(range)) {
    out += " [";
    for (const auto& term : database.terms(clause.terms))
      out += fmt::format("{}{} ", term.negated != 0 ? "!" : "", term.pattern);
    out.back() = ']';
  }
  return out;
}

std::string print_interface(const Database& database, const database::InterfaceRow& row) {
  if (row.name.length == 0) return print(row.uuid);
  return std::string(database.text(row.name));
}

// print_who gives what alternatives of all kinds have.
template <class Row>
std::string print_who(const Database& database, const Row& row) {
  std::string out;
  if (row.from.everyone == 0) out += " from=" + print_set(database, row.from);
  if (row.to.everyone == 0) out += " to=" + print_set(database, row.to);
  if (row.step > 0) out += fmt::format(" step={}", row.step);
  return out;
}

std::string print_condition(const Database& database, const ConditionRow& row) {
  std::string out(database.text(database.detections()[row.detection].name));
  out += fmt::format(
      " {} v{}-{} {}", print_interface(database, *database.find_interface(row.interface, 0)),
      row.version_major_first, row.version_major_last, print_transports(row.transports));
  if (row.has_object != 0) out += " object=" + print(row.object);
  for (const auto& pipe : database.pipes(row.pipes))
    out += fmt::format(" pipe={}", database.text(pipe));
  if (row.outcomes != database::kEveryOutcome) out += fmt::format(" outcomes={:#x}", row.outcomes);
  if (row.auth_levels != database::kEveryLevel)
    out += fmt::format(" auth_levels={:#x}", row.auth_levels);
  for (const std::uint8_t type : database.auth_types(row.auth_types))
    out += fmt::format(" auth_type={}", type);
  out += print_who(database, row);
  if (row.inferable != 0) out += " inferable";
  return out + print_clauses(database, row.clauses);
}

std::string print_bind(const Database& database, const database::BindRow& row) {
  std::string out(database.text(database.detections()[row.detection].name));
  out += fmt::format(" {} v{}-{} {} results={:#x}", print(row.interface), row.version_major_first,
                     row.version_major_last, print_transports(row.transports), row.results);
  for (const auto& pipe : database.pipes(row.pipes))
    out += fmt::format(" pipe={}", database.text(pipe));
  return out + print_who(database, row);
}

std::string print_file(const Database& database, const database::FileRow& row) {
  return fmt::format("{} {}{}{} access={:#x} outcomes={:#x}{}",
                     database.text(database.detections()[row.detection].name),
                     row.whole_path != 0 ? "path " : "", database.text(row.name),
                     row.share.length > 0 ? fmt::format(" share={}", database.text(row.share)) : "",
                     row.access, row.outcomes, print_who(database, row));
}

std::string print_history(const Database& database, const database::DetectionRow& row) {
  const auto* history = database.history(row);
  if (history == nullptr) return "";
  std::string out;
  if (row.steps > 1)
    out += fmt::format(" steps={} within={}us by={:#x}", row.steps, history->sequence_us,
                       history->sequence_by);
  if (history->at_least > 0)
    out += fmt::format(" at_least={} within={}us by={:#x}", history->at_least, history->count_us,
                       history->count_by);
  return out;
}

// print_runs gives every run of operation numbers with the same candidates.
template <class Find>
std::string print_runs(std::string_view name, const Find& find) {
  std::string out;
  for (std::uint32_t first = 0; first <= 0xffff;) {
    const auto candidates = find(static_cast<std::uint16_t>(first));
    std::uint32_t last = first;
    while (last < 0xffff && find(static_cast<std::uint16_t>(last + 1)).data() == candidates.data())
      ++last;
    if (!candidates.empty()) {
      out += fmt::format("watch {} {}-{}:", name, first, last);
      for (const std::uint32_t candidate : candidates) out += fmt::format(" {}", candidate);
      out += '\n';
    }
    first = last + 1;
  }
  return out;
}

}  // namespace

std::string dump(const Database& database) {
  std::string out;
  for (const auto& row : database.detections())
    out += fmt::format("detection {} sid={} rev={} {} {} \"{}\"{}\n", database.text(row.name),
                       row.sid, row.rev, name(row.severity),
                       row.sealed == database::Sealed::kAlert ? "alert" : "ignore",
                       database.text(row.category), print_history(database, row));
  for (std::size_t i = 0; i < database.conditions().size(); ++i)
    out += fmt::format("condition {} {}\n", i, print_condition(database, database.conditions()[i]));
  for (const auto& row : database.binds())
    out += fmt::format("bind {}\n", print_bind(database, row));
  for (const auto& row : database.files())
    out += fmt::format("file {}\n", print_file(database, row));
  for (const auto& row : database.interfaces())
    out += print_runs(print_interface(database, row),
                      [&](std::uint16_t opnum) { return database.find_watched(row, opnum); });
  out += print_runs("inferred", [&](std::uint16_t opnum) { return database.find_inferred(opnum); });
  for (std::size_t i = 0; i < database.patterns().size(); ++i) {
    const auto& row = database.patterns()[i];
    out += fmt::format("pattern {} {} flags={}{}\n", i, database.text(row.expression), row.flags,
                       row.at_end != 0 ? " at_end" : "");
  }
  return out;
}

}  // namespace rpcsieve::test

// One run answers for all filters: each is the filter of a table of conversations (`-z conv`),
// whose rows name the two hosts of every frame that it shows. The table names its filter, by which
// the detection is found again.
#include "tools/suite/tshark.h"

#include <fmt/format.h>

#include <map>
#include <sstream>
#include <string_view>

#include "compiler/backend/wireshark.h"
#include "tools/suite/process.h"

namespace rpcsieve::suite {
namespace {

constexpr std::string_view kBetween = "<->";
constexpr std::string_view kFilter = "Filter:";

// filters_of takes the backend's text apart: a comment with the name, and below it the filter.
std::vector<std::pair<std::string, std::string>> filters_of(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> filters;
  std::istringstream lines(text);
  for (std::string name, filter; std::getline(lines, name) && std::getline(lines, filter);)
    filters.emplace_back(name.substr(2, name.find(':') - 2), filter);
  return filters;
}

// ends_of reads a row of a table, "10.0.0.5 <-> 10.0.0.1   0 0 bytes …".
std::optional<std::pair<std::string, std::string>> ends_of(const std::string& row) {
  std::istringstream words(row);
  std::string one, between, other;
  words >> one >> between >> other;
  if (between != kBetween) return std::nullopt;
  return std::pair(one, other);
}

// claims_of adds what is true of every filter: it sees one frame, and the answer to the bind is in
// another.
Claims claims_of(std::vector<compiler::Verdict> verdicts) {
  for (compiler::Verdict& verdict : verdicts)
    verdict.reasons.emplace_back("wider: a request is shown even if its bind was refused");
  return Claims(verdicts);
}

}  // namespace

bool Tshark::find(const std::string& command) {
  return run_program({command, "--version"}).said.find("TShark") != std::string::npos;
}

std::unique_ptr<Tshark> Tshark::create(const std::string& command, const compiler::RuleSet& rules) {
  const auto emitted = compiler::emit_wireshark(rules.ir, compiler::Profile::kCoverage);
  return std::unique_ptr<Tshark>(new Tshark(command, emitted));
}

Tshark::Tshark(std::string command, const compiler::Emitted& emitted)
    : Sensor(std::string(kTsharkEngine), claims_of(emitted.verdicts)),
      command_(std::move(command)),
      filters_(filters_of(emitted.text)) {}

std::optional<std::vector<SensorAlert>> Tshark::alerts(const std::string& capture,
                                                       const std::set<std::string>& about,
                                                       std::string& error) const {
  std::vector<std::string> command = {command_, "-n", "-q", "-r", capture};
  std::map<std::string, std::vector<std::string>> detections;  // by filter: two may have the same
  for (const auto& [detection, filter] : filters_) {
    if (!about.empty() && about.count(detection) == 0) continue;
    if (detections[filter].empty())
      for (const std::string_view version : {"ip", "ipv6"})
        command.insert(command.end(), {"-z", fmt::format("conv,{},{}", version, filter)});
    detections[filter].push_back(detection);
  }
  const Done done = run_program(command);
  if (done.status != 0) {
    error = fmt::format("tshark: exit status {}: {}", done.status, done.said);
    return std::nullopt;
  }
  std::vector<SensorAlert> all;
  std::istringstream lines(done.said);
  std::string filter;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kFilter)) filter = line.substr(kFilter.size());
    const auto ends = ends_of(line);
    if (!ends) continue;
    for (const std::string& detection : detections[filter])
      all.push_back({ends->first, ends->second, detection, "filter"});
  }
  return all;
}

}  // namespace rpcsieve::suite

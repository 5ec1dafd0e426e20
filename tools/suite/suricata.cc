// Each capture gets an engine of its own, since nothing else makes it begin with empty state. Its
// configuration is the least that reads a capture and reports alerts; what is not in it stays at
// the engine's defaults, so that rules meet what they would meet in a sensor.
#include "tools/suite/suricata.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "compiler/backend/backend.h"
#include "compiler/backend/suricata_files.h"
#include "runtime/base/uuid.h"

namespace rpcsieve::suite {
namespace {

using nlohmann::json;

constexpr std::string_view kConfiguration = R"(%YAML 1.1
---
vars:
  address-groups: {HOME_NET: "any", EXTERNAL_NET: "any"}
  port-groups: {}
default-log-dir: ./
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types: [{alert: {metadata: {rule: {metadata: yes}}}}]
app-layer:
  protocols:
    dcerpc: {enabled: yes}
    smb: {enabled: yes, detection-ports: {dp: "139, 445"}}
pcre: {match-limit: 3500, match-limit-recursion: 1500}
stream: {reassembly: {depth: 0, randomize-chunk-size: no}}
mpm-algo: hs
spm-algo: hs
stats: {enabled: no}
)";

void write(const std::string& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error(path + ": cannot be written");
}

// complaints keeps the lines in which the engine is not content.
std::string complaints(const std::string& said) {
  static const std::regex complaint("^(E: |W: |Error|Warning)");
  std::string kept;
  std::istringstream lines(said);
  for (std::string line; std::getline(lines, line);)
    if (std::regex_search(line, complaint)) kept += (kept.empty() ? "" : "\n") + line;
  return kept;
}

// failure says what is wrong with a run, "" if nothing is.
std::string failure(const Done& done) {
  std::string said = complaints(done.said);
  if (!said.empty() || done.status == 0) return said;
  return fmt::format("suricata: exit status {}: {}", done.status, done.said);
}

}  // namespace

std::optional<Suricata::Program> Suricata::find(const std::string& command) {
  static const std::regex version("Suricata version (([0-9]+)[^ ]*)");
  const Done done = run_program({command, "-V"});
  std::smatch found;
  if (!std::regex_search(done.said, found, version) || (found[2] != "7" && found[2] != "8"))
    return std::nullopt;
  return Program{command, "suricata" + found[2].str(), found[1].str()};
}

std::unique_ptr<Suricata> Suricata::create(const Program& program, const compiler::RuleSet& rules,
                                           std::string& error) {
  const auto emit =
      program.target == "suricata8" ? compiler::emit_suricata8 : compiler::emit_suricata7;
  const auto emitted = emit(rules.ir, rules.sids, compiler::Profile::kCoverage);
  std::unique_ptr<Suricata> made(new Suricata(program, emitted));
  const std::string& folder = made->scratch_.path();
  write(folder + "/suricata.yaml", kConfiguration);
  write(folder + "/rpcsieve.rules", emitted.text);
  for (const auto& detection : rules.ir.detections)
    made->names_[rpcsieve::print(detection.id)] = detection.name;
  const Done done = run_program({program.command, "-T", "-c", folder + "/suricata.yaml", "-S",
                                 folder + "/rpcsieve.rules", "-l", folder});
  error = failure(done);
  return error.empty() ? std::move(made) : nullptr;
}

std::optional<std::vector<SensorAlert>> Suricata::alerts(const std::string& capture,
                                                         const std::set<std::string>& /*about*/,
                                                         std::string& error) const {
  const Scratch logs;
  const std::string& folder = scratch_.path();
  const Done done = run_program({program_.command, "-c", folder + "/suricata.yaml", "-S",
                                 folder + "/rpcsieve.rules", "-r", capture, "-l", logs.path(), "-k",
                                 "none", "--runmode", "single"});
  error = failure(done);
  if (!error.empty()) return std::nullopt;
  std::vector<SensorAlert> all;
  std::ifstream events(logs.path() + "/eve.json");
  for (std::string line; std::getline(events, line);) {
    const json event = json::parse(line, nullptr, false);
    if (event.is_discarded() || event.value("event_type", "") != "alert") continue;
    const json& metadata = event.at("alert").at("metadata");
    const std::string id = metadata.at("rpcsieve_id").at(0);
    all.push_back({event.value("src_ip", ""), event.value("dest_ip", ""), names_.at(id),
                   metadata.at("rpcsieve_form").at(0).get<std::string>()});
  }
  return all;
}

}  // namespace rpcsieve::suite

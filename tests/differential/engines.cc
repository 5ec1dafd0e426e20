// Two engines read one capture file; what they say is brought into one form.
#include "tests/differential/engines.h"

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "runtime/base/cursor.h"
#include "runtime/engine/engine.h"
#include "tests/support/rules.h"
#include "tools/suite/process.h"

namespace rpcsieve::test {
namespace {

const std::string kConfiguration = RPCSIEVE_SOURCE_DIR "/tests/differential/suricata.yaml";
constexpr std::string_view kVersion = "version 7.0.10";  // as in sensor.py

class Native {
 public:
  Native(const database::Database& database, const match::Matcher& matcher)
      : engine_(database, matcher, {}) {}

  Fired run(const forge::Buffer& pcap) {
    Cursor cursor(Bytes(pcap).subspan(24), Endian::kLittle);
    while (!cursor.done()) {
      const std::int64_t seconds = cursor.u32(), us = cursor.u32();
      const std::size_t size = cursor.u32();
      cursor.skip(4);
      engine_.push(packet::LinkType::kEthernet, cursor.take(size), static_cast<std::uint32_t>(size),
                   {seconds * 1'000'000 + us});
      drain();
    }
    engine_.finish();
    drain();
    return std::move(fired_);
  }

 private:
  void drain() {
    while (const alert::Record* record = engine_.next())
      if (const auto* alert = std::get_if<alert::Alert>(record))
        fired_.emplace(ends_of(client_of(*alert).address, server_of(*alert).address),
                       alert->hit.detection);
  }

  engine::Engine engine_;
  Fired fired_;
};

void write(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error(path + ": cannot be written");
}

Fired read_alerts(const compiler::Ir& ir, const std::string& path) {
  std::map<std::string, std::size_t> ids;
  for (const auto& detection : ir.detections) ids.emplace(print(detection.id), ids.size());
  Fired fired;
  std::ifstream events(path);
  for (std::string line; std::getline(events, line);) {
    const auto event = nlohmann::json::parse(line);
    if (event.at("event_type") != "alert") continue;
    const auto address = [&](const char* key) {
      return parse_address(event.at(key).get<std::string>()).value();
    };
    fired.emplace(ends_of(address("src_ip"), address("dest_ip")),
                  ids.at(event.at("alert").at("metadata").at("rpcsieve_id").at(0)));
  }
  return fired;
}

}  // namespace

Fired run_native(const compiler::Ir& ir, const forge::Buffer& pcap) {
  std::string error;
  const auto database = database::Database::load(compile(ir), error);
  if (!database) throw std::runtime_error(error);
  const auto matcher = match::Matcher::create(*database, error);
  if (!matcher) throw std::runtime_error(error);
  return Native(*database, *matcher).run(pcap);
}

bool suricata_is_there() {
  return suite::run_program({"suricata", "-V"}).said.find(kVersion) != std::string::npos;
}

Fired run_suricata(const compiler::Ir& ir, const std::string& rules, const forge::Buffer& pcap) {
  const suite::Scratch scratch;
  const std::string& folder = scratch.path();
  write(folder + "/out.rules", rules);
  write(folder + "/in.pcap", std::string(pcap.begin(), pcap.end()));
  // All rules that fit a packet count here, not the fifteen gravest.
  const suite::Done done = suite::run_program(
      {"suricata", "-c", kConfiguration, "-r", folder + "/in.pcap", "-S", folder + "/out.rules",
       "-l", folder, "-k", "none", "--runmode", "single", "--set", "packet-alert-max=255"});
  std::istringstream lines(done.said);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("E: ") || line.starts_with("W: ")) throw std::runtime_error(line);
  if (done.status != 0) throw std::runtime_error(done.said);
  return read_alerts(ir, folder + "/eve.json");
}

}  // namespace rpcsieve::test

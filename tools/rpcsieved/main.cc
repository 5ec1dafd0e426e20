// rpcsieved: the sensor as a service. It takes a compiled database, writes EVE, and knows no
// compiler: what runs at the edge of a network holds as little as it can.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "runtime/database/database.h"
#include "runtime/match/matcher.h"
#include "runtime/sensor/eve_log.h"
#include "runtime/sensor/sensor.h"
#include "runtime/sensor/stop_signals.h"

namespace {

using namespace rpcsieve;

constexpr int kDone = 0, kFailed = 2;  // as the command line exits (DESIGN section 6)

struct ServiceOptions {
  std::string database;
  std::string eve = "-";
  sensor::Options sensor;
};

// say writes to standard error, which a service manager keeps.
void say(const std::string& what) { fmt::print(stderr, "rpcsieved: {}\n", what); }

std::optional<database::Database> load(const std::string& path, std::string& error) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  if (file.fail() && bytes.empty()) {
    error = "cannot be read";
    return std::nullopt;
  }
  return database::Database::load(std::move(bytes), error);
}

int fail(const std::string& what) {
  say(what);
  return kFailed;
}

int serve(const ServiceOptions& options) {
  std::string error;
  const auto database = load(options.database, error);
  if (!database) return fail(fmt::format("{}: bad database: {}", options.database, error));
  const auto matcher = match::Matcher::create(*database, error);
  if (!matcher) return fail(fmt::format("{}: bad database: {}", options.database, error));
  const auto log = sensor::EveLog::open(options.eve, *database, error);
  if (!log) return fail(error);
  const std::atomic<bool>& stop = sensor::stop_signals();
  const sensor::Handlers handlers = {
      [&](const alert::Record& record) { log->add(record); },
      [&](const sensor::Statistics& statistics) { log->add(statistics); }, say};
  const auto sensor = sensor::Sensor::open(*database, *matcher, options.sensor, handlers, error);
  if (!sensor) return fail(error);
  say(fmt::format("listening on {}", fmt::join(options.sensor.interfaces, ", ")));
  const bool saw = sensor->run([&] { return stop || log->failed(); });
  if (log->failed()) return fail(fmt::format("{}: cannot be written", options.eve));
  return saw ? kDone : kFailed;
}

int run(int argc, char** argv) {
  ServiceOptions options;
  CLI::App app("Runs a compiled database of detections over live traffic, and writes EVE JSON.",
               "rpcsieved");
  app.set_version_flag("--version", "rpcsieved " RPCSIEVE_VERSION);
  app.add_option("-i,--interface", options.sensor.interfaces, "Network interfaces")
      ->type_name("IFACE")
      ->required();
  app.add_option("-r,--rules", options.database, "Database, of rpcsieve compile -t native")
      ->type_name("DATABASE")
      ->required();
  app.add_option("--eve", options.eve, "Add EVE JSON lines to this file; - is standard output")
      ->type_name("FILE");
  app.add_option("--filter", options.sensor.live.filter,
                 "Capture only what this libpcap filter passes")
      ->type_name("FILTER");
  app.add_option("--threads", options.sensor.threads, "Threads that inspect")
      ->check(CLI::Range(std::size_t{1}, engine::Dealer::kMostThreads))
      ->type_name("N");
  app.add_option("--ring", options.sensor.live.ring_mib, "MiB that the kernel holds, per interface")
      ->check(CLI::Range(1, 2047))
      ->type_name("MIB");
  app.add_option("--interval", options.sensor.interval_s, "Seconds between two EVE stats events")
      ->check(CLI::Range(1, 86400))
      ->type_name("SECONDS");
  app.footer(
      "Example:\n  rpcsieved -i eth1 -r rpcsieve.db --eve /var/log/rpcsieve/eve.json\n"
      "SIGINT and SIGTERM end it: what is under way is told first.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kFailed;
  }
  return serve(options);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    say(error.what());
    return kFailed;
  }
}

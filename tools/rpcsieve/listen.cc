// rpcsieve listen: network interfaces against detections, until it is told to stop.
#include <atomic>
#include <optional>

#include "runtime/alert/eve.h"
#include "runtime/sensor/sensor.h"
#include "runtime/sensor/stop_signals.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/coverage.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/report.h"
#include "tools/rpcsieve/rules.h"

namespace rpcsieve::cli {
namespace {

struct ListenOptions {
  RuleOptions rules;
  std::string eve;  // empty: for people
  sensor::Options sensor;
};

std::string print_interface(const alert::Interface& interface) {
  return fmt::format("{}: {} packets, {} dropped, {} dropped by the interface", interface.name,
                     interface.received, interface.dropped, interface.interface_dropped);
}

Status listen(const ListenOptions& options) {
  Status status = Status::kDone;
  const auto sieve = load_sieve(options.rules, status);
  if (!sieve) return status;
  const bool eve = !options.eve.empty();
  Output out(eve ? options.eve : "-");
  Report report(sieve->database, eve, out);
  std::optional<sensor::Statistics> last;
  sensor::Handlers handlers;
  handlers.record = [&](const alert::Record& record) {
    report.add(record);
    out.flush();
  };
  handlers.statistics = [&](const sensor::Statistics& statistics) {
    last = statistics;
    if (!eve) return;
    out.line(alert::eve_stats(last->counters, last->coverage, last->time, last->interfaces));
    out.flush();
  };
  handlers.complaint = [](const std::string& what) { complain("{}", what); };
  std::string error;
  const auto sensor =
      sensor::Sensor::open(sieve->database, *sieve->matcher, options.sensor, handlers, error);
  if (!sensor) {
    complain("{}", error);
    return Status::kFailed;
  }
  complain("listening on {}", fmt::join(options.sensor.interfaces, ", "));
  const std::atomic<bool>& stop = sensor::stop_signals();
  if (!sensor->run([&] { return stop || out.failed(); })) status = Status::kFailed;
  if (!out.close()) status = Status::kFailed;
  for (const alert::Interface& interface : last->interfaces) say(print_interface(interface));
  say(print_coverage(last->coverage) + report.summary(last->counters));
  return status;
}

}  // namespace

void add_listen(CLI::App& app, Status& status) {
  auto options = std::make_shared<ListenOptions>();
  CLI::App* command =
      app.add_subcommand("listen", "Run detections over live traffic, until SIGINT or SIGTERM");
  command->add_option("-i,--interface", options->sensor.interfaces, "Network interfaces")
      ->type_name("IFACE")
      ->required();
  command->add_option("-r,--rules", options->rules.paths, "Detections, or one compiled database")
      ->type_name("RULES|DATABASE")
      ->required()
      ->allow_extra_args(false);
  command->add_option("--eve", options->eve, "Write EVE JSON lines there; - is standard output")
      ->type_name("FILE");
  command
      ->add_option("--filter", options->sensor.live.filter,
                   "Capture only what this libpcap filter passes")
      ->type_name("FILTER");
  command->add_option("--threads", options->sensor.threads, "Threads that inspect")
      ->check(CLI::Range(std::size_t{1}, engine::Dealer::kMostThreads))
      ->type_name("N");
  command
      ->add_option("--ring", options->sensor.live.ring_mib,
                   "MiB that the kernel holds, per interface")
      ->check(CLI::Range(1, 2047))
      ->type_name("MIB");
  command
      ->add_option("--interval", options->sensor.interval_s, "Seconds between two EVE stats events")
      ->check(CLI::Range(1, 86400))
      ->type_name("SECONDS");
  command->add_flag("--early", options->sensor.engine.early,
                    "Alert on the request, without its outcome");
  options->rules.add_variables(*command);
  options->rules.add_only(*command);
  command->footer("Example:\n  rpcsieve listen -i eth1 -r rules/ --eve eve.json");
  command->callback([options, &status] { status = listen(*options); });
}

}  // namespace rpcsieve::cli

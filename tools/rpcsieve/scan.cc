// rpcsieve scan: captures against detections. Alerts go to standard output for people, or as EVE
// to where --eve says; what was found in sum goes to standard error.
#include <algorithm>

#include "runtime/alert/eve.h"
#include "tools/rpcsieve/captures.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/coverage.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/report.h"
#include "tools/rpcsieve/rules.h"

namespace rpcsieve::cli {
namespace {

struct ScanOptions {
  std::vector<std::string> captures;
  RuleOptions rules;
  std::string eve;  // empty: for people
  std::size_t threads = 1;
  bool early = false;
  bool stats = false;
};

Status scan(const ScanOptions& options) {
  Status status = Status::kDone;
  const auto sieve = load_sieve(options.rules, status);
  if (!sieve) return status;
  const bool eve = !options.eve.empty();
  Output out(eve ? options.eve : "-");
  Report report(sieve->database, eve, out);
  const engine::Options engine_options{.limits = {}, .early = options.early, .every_call = false};
  engine::Dealer dealer(sieve->database, *sieve->matcher, engine_options, options.threads,
                        [&](const alert::Record& record) { report.add(record); });
  Timestamp latest;
  const Playback playback{.progress = eve && options.eve != "-",
                          .begin = [&](const std::string& file) { report.begin(file); },
                          .step =
                              [&](Timestamp now) {
                                latest = std::max(latest, now);
                                return !out.failed();
                              },
                          .end = [&] { out.flush(); }};
  status = play(find_captures(options.captures), dealer, playback);
  const Counters counters = dealer.counters();
  const alert::CoverageTable coverage = dealer.coverage();
  if (eve) out.line(alert::eve_stats(counters, coverage, latest));
  if (!out.close()) status = Status::kFailed;
  if (options.stats) say(print_counters(counters));
  say(print_coverage(coverage) + report.summary(counters));
  return status;
}

}  // namespace

void add_scan(CLI::App& app, Status& status) {
  auto options = std::make_shared<ScanOptions>();
  CLI::App* command = app.add_subcommand("scan", "Run detections over captures");
  command->add_option("CAPTURE", options->captures, "Captures: files, folders, or - for stdin")
      ->required();
  command->add_option("-r,--rules", options->rules.paths, "Detections, or one compiled database")
      ->type_name("RULES|DATABASE")
      ->required()
      ->allow_extra_args(false);
  command->add_option("--eve", options->eve, "Write EVE JSON lines there; - is standard output")
      ->type_name("FILE");
  command->add_option("--threads", options->threads, "Threads that inspect")
      ->check(CLI::Range(std::size_t{1}, engine::Dealer::kMostThreads))
      ->type_name("N");
  command->add_flag("--early", options->early, "Alert on the request, without its outcome");
  command->add_flag("--stats", options->stats, "Print all counters to standard error");
  options->rules.add_variables(*command);
  options->rules.add_only(*command);
  command->footer("Example:\n  rpcsieve scan pcaps/ -r rules/ --eve eve.json --threads 2");
  command->callback([options, &status] { status = scan(*options); });
}

}  // namespace rpcsieve::cli

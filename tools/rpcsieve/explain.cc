// rpcsieve explain: why detections did or did not fire on captures. The engine runs as in a scan,
// and shows every call to a witness that asks each detection what it misses in it.
#include <algorithm>
#include <map>

#include "tools/rpcsieve/captures.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/near_misses.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/rules.h"

namespace rpcsieve::cli {
namespace {

struct ExplainOptions {
  std::vector<std::string> captures;
  RuleOptions rules;
  std::string detection;  // empty: every one
  bool json = false;
};

// choose gives the detections to tell of; none, with a complaint, if there is none of that name.
std::vector<std::uint32_t> choose(const database::Database& database, const std::string& name) {
  std::vector<std::uint32_t> chosen;
  std::vector<std::string_view> names;
  for (std::uint32_t i = 0; i < database.detections().size(); ++i) {
    names.push_back(database.text(database.detections()[i].name));
    if (name.empty() || names.back() == name) chosen.push_back(i);
  }
  if (!chosen.empty()) return chosen;
  const auto near = compiler::nearest(name, names);
  complain("no detection '{}'{}", name,
           near.empty() ? "" : fmt::format("; did you mean {}?", near));
  return {};
}

using BlindSpots = std::map<std::string_view, std::uint64_t>;

// describe_captures says what there was to be matched at all.
std::string describe_captures(const Counters& counters, const BlindSpots& blind) {
  std::string out =
      fmt::format("packets {}, calls {}\n", counters[Counter::packets], counters[Counter::calls]);
  if (counters[Counter::calls] == 0) {
    out += counters[Counter::conversations] == 0
               ? "There is no SMB or RPC at all.\n"
               : "There are SMB or RPC connections, but no call could be read.\n";
  }
  for (const auto& [cause, n] : blind)
    out += fmt::format("Blind in {} place{}: {}. Calls that are hidden there are not told below.\n",
                       n, n == 1 ? "" : "s", cause);
  return out + '\n';
}

Status explain(const ExplainOptions& options) {
  Status status = Status::kDone;
  const auto sieve = load_sieve(options.rules, status);
  if (!sieve) return status;
  const database::Database& database = sieve->database;
  const auto chosen = choose(database, options.detection);
  if (chosen.empty() && !options.detection.empty()) return Status::kFailed;
  std::string error;
  auto explainer = match::Explainer::create(database, error);
  if (!explainer) {
    complain("{}", error);
    return Status::kFailed;
  }
  NearMisses misses(database, std::move(explainer));
  BlindSpots blind;
  const auto witness = [&](const match::Subject& subject, const Endpoint& client,
                           const Endpoint& server,
                           std::uint64_t number) { misses.see(subject, client, server, number); };
  engine::Dealer dealer(database, *sieve->matcher,
                        {.limits = {},
                         .every_call = true,
                         .every_file = true,
                         .every_bind = true,
                         .witness = witness},
                        1, [&](const alert::Record& record) {
                          misses.add(record);
                          if (const auto* spot = std::get_if<alert::BlindSpot>(&record))
                            ++blind[alert::name(spot->cause)];
                        });
  const Playback playback{.progress = !is_terminal(STDOUT_FILENO),
                          .begin = [](const std::string&) {},
                          .step = [](Timestamp) { return true; },
                          .end = [] {}};
  status = play(find_captures(options.captures), dealer, playback);
  Output out("-");
  if (!options.json) out.write(describe_captures(dealer.counters(), blind));
  for (const std::uint32_t detection : chosen) {
    if (options.json)
      out.line(misses.to_json(detection));
    else
      out.write(misses.describe(detection));
  }
  return out.close() ? status : Status::kFailed;
}

}  // namespace

void add_explain(CLI::App& app, Status& status) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command =
      app.add_subcommand("explain", "Say why detections did or did not fire on captures");
  command->add_option("CAPTURE", options->captures, "Captures: files, folders, or - for stdin")
      ->required();
  command->add_option("-r,--rules", options->rules.paths, "Detections, or one compiled database")
      ->type_name("RULES|DATABASE")
      ->required()
      ->allow_extra_args(false);
  command->add_option("--detection", options->detection, "Tell only of this one")
      ->type_name("NAME");
  command->add_flag("--json", options->json, "Print one JSON object for each detection");
  options->rules.add_variables(*command);
  options->rules.add_only(*command);
  command->footer("Example:\n  rpcsieve explain theft.pcap -r rules/ --detection dcsync");
  command->callback([options, &status] { status = explain(*options); });
}

}  // namespace rpcsieve::cli

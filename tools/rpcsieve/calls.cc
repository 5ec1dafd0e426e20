// rpcsieve calls: every RPC call, one JSON line each, in the order of the requests' first bytes.
// The engine gives a call when its outcome is known, and a request may end long after it began; so
// each line is held back as long as an outcome is waited for, and comes in time before those that
// began later.
#include "runtime/alert/eve.h"
#include "tools/rpcsieve/captures.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/ordered_lines.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/rules.h"

namespace rpcsieve::cli {
namespace {

struct CallsOptions {
  std::vector<std::string> captures;
};

Status calls(const CallsOptions& options) {
  Status status = Status::kDone;
  const auto sieve = catalogue_sieve(status);
  if (!sieve) return status;
  const engine::Options engine_options{
      .limits = {}, .early = false, .every_call = true, .every_file = false};
  Output out("-");
  OrderedLines lines(out, engine_options.limits.outcome_wait_us);
  std::string file;
  engine::Dealer dealer(
      sieve->database, *sieve->matcher, engine_options, 1, [&](const alert::Record& record) {
        const auto* call = std::get_if<alert::CallRecord>(&record);
        if (call == nullptr) return;
        lines.add(call->call.time, call->number, alert::call_line(*call, sieve->database, file));
      });
  const Playback playback{.progress = !is_terminal(STDOUT_FILENO),
                          .begin = [&](const std::string& name) { file = name; },
                          .step =
                              [&](Timestamp now) {
                                lines.advance(now);
                                return !out.failed();
                              },
                          .end = [&] { lines.finish(); }};
  status = play(find_captures(options.captures), dealer, playback);
  return out.close() ? status : Status::kFailed;
}

}  // namespace

void add_calls(CLI::App& app, Status& status) {
  auto options = std::make_shared<CallsOptions>();
  CLI::App* command = app.add_subcommand("calls", "Print every RPC call of captures as JSON lines");
  command->add_option("CAPTURE", options->captures, "Captures: files, folders, or - for stdin")
      ->required();
  command->footer("Example:\n  rpcsieve calls pcaps/ | jq -r '.interface + \".\" + .operation'");
  command->callback([options, &status] { status = calls(*options); });
}

}  // namespace rpcsieve::cli

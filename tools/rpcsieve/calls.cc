// rpcsieve calls: every RPC call, one JSON line each, in the order of the requests' first bytes.
// The engine gives a call when its outcome is known, which may be later than the next call's. So
// lines wait for those before them, but no longer than an outcome is waited for: a number that is
// missing then will never come.
#include <map>

#include "runtime/alert/eve.h"
#include "tools/rpcsieve/captures.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/rules.h"

namespace rpcsieve::cli {
namespace {

struct CallsOptions {
  std::vector<std::string> captures;
};

// OrderedLines puts the lines of one capture in the order of their calls' numbers.
class OrderedLines {
 public:
  OrderedLines(Output& out, std::int64_t wait_us) : out_(out), wait_us_(wait_us) {}

  void add(std::uint64_t number, Timestamp time, std::string line) {
    held_.emplace(number, Held{time, std::move(line)});
    release_ready();
  }
  // advance says what time it is in the capture.
  void advance(Timestamp now) {
    if (held_.empty() || held_.begin()->second.time.us + wait_us_ >= now.us) return;
    next_ = held_.begin()->first;
    release_ready();
  }
  // finish gives out all that is held; the next capture counts from zero again.
  void finish() {
    for (const auto& [number, held] : held_) out_.line(held.line);
    held_.clear();
    next_ = 0;
  }

 private:
  struct Held {
    Timestamp time;
    std::string line;
  };

  void release_ready() {
    while (!held_.empty() && held_.begin()->first <= next_) {
      next_ = std::max(next_, held_.begin()->first + 1);
      out_.line(held_.begin()->second.line);
      held_.erase(held_.begin());
    }
  }

  Output& out_;
  std::int64_t wait_us_;
  std::uint64_t next_ = 0;  // the number that follows those given out
  std::multimap<std::uint64_t, Held> held_;
};

Status calls(const CallsOptions& options) {
  Status status = Status::kDone;
  const auto sieve = catalogue_sieve(status);
  if (!sieve) return status;
  const engine::Options engine_options{.limits = {}, .early = false, .every_call = true};
  Output out("-");
  OrderedLines lines(out, engine_options.limits.outcome_wait_us);
  std::string file;
  engine::Dealer dealer(
      sieve->database, *sieve->matcher, engine_options, 1, [&](const alert::Record& record) {
        const auto* call = std::get_if<alert::CallRecord>(&record);
        if (call == nullptr) return;
        lines.add(call->number, call->call.time, alert::call_line(*call, sieve->database, file));
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

// rpcsieve calls: every RPC call, one JSON line each, in the order of the requests' first bytes.
// The engine gives a call when its outcome is known, and a request may end long after it began; so
// each line is held back as long as an outcome is waited for, and comes in time before those that
// began later.
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

// So many lines are held back at most: far more than there are calls between the first byte of a
// request and its last.
constexpr std::size_t kHeldLines = 1 << 16;

// OrderedLines puts the lines of one capture in the order of their calls' times; calls of the same
// time keep the order in which they were found.
class OrderedLines {
 public:
  OrderedLines(Output& out, std::int64_t wait_us) : out_(out), wait_us_(wait_us) {}

  void add(const alert::CallRecord& record, std::string line) {
    held_.emplace(std::pair(record.call.time, record.number), std::move(line));
    if (held_.size() > kHeldLines) release();
  }
  // advance says what time it is in the capture, and gives out the lines that waited long enough.
  void advance(Timestamp now) {
    while (!held_.empty() && now.us - held_.begin()->first.first.us > wait_us_) release();
  }
  // finish gives out all that is held.
  void finish() {
    while (!held_.empty()) release();
  }

 private:
  void release() {
    out_.line(held_.begin()->second);
    held_.erase(held_.begin());
  }

  Output& out_;
  std::int64_t wait_us_;
  std::multimap<std::pair<Timestamp, std::uint64_t>, std::string> held_;
};

Status calls(const CallsOptions& options) {
  Status status = Status::kDone;
  const auto sieve = catalogue_sieve(status);
  if (!sieve) return status;
  const engine::Options engine_options{.limits = {}, .early = false, .every_call = true};
  Output out("-");
  OrderedLines lines(out, engine_options.limits.outcome_wait_us);
  std::string file;
  engine::Dealer dealer(sieve->database, *sieve->matcher, engine_options, 1,
                        [&](const alert::Record& record) {
                          const auto* call = std::get_if<alert::CallRecord>(&record);
                          if (call == nullptr) return;
                          lines.add(*call, alert::call_line(*call, sieve->database, file));
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

// rpcsieve files: every file that was opened or created over SMB, one JSON line each, in the order
// of the requests. The engine gives a file when its answer came, so lines are held back as those of
// calls are.
#include "runtime/alert/eve.h"
#include "tools/rpcsieve/captures.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/ordered_lines.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/rules.h"

namespace rpcsieve::cli {
namespace {

struct FilesOptions {
  std::vector<std::string> captures;
};

Status files(const FilesOptions& options) {
  Status status = Status::kDone;
  const auto sieve = catalogue_sieve(status);
  if (!sieve) return status;
  engine::Options engine_options;
  engine_options.every_file = true;
  Output out("-");
  // A request without an answer is given once it is found that it waited too long, which is at most
  // as long again.
  OrderedLines lines(out, 2 * engine_options.limits.outcome_wait_us);
  std::string file;
  engine::Dealer dealer(sieve->database, *sieve->matcher, engine_options, 1,
                        [&](const alert::Record& record) {
                          const auto* open = std::get_if<alert::FileOpen>(&record);
                          if (open == nullptr) return;
                          lines.add(open->time, 0, alert::file_line(*open, file));
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

void add_files(CLI::App& app, Status& status) {
  auto options = std::make_shared<FilesOptions>();
  CLI::App* command =
      app.add_subcommand("files", "Print every file opened over SMB in captures as JSON lines");
  command->add_option("CAPTURE", options->captures, "Captures: files, folders, or - for stdin")
      ->required();
  command->footer("Example:\n  rpcsieve files pcaps/ | jq -r '.share + \"\\\\\" + .path'");
  command->callback([options, &status] { status = files(*options); });
}

}  // namespace rpcsieve::cli

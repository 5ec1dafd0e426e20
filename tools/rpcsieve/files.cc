// rpcsieve files: every file that was opened or created over SMB, one JSON line each, in the order
// of the requests. The engine gives a file when its answer came, so lines are held back as those of
// calls are.
#include "runtime/alert/eve.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/listing.h"

namespace rpcsieve::cli {
namespace {

Status files(const std::vector<std::string>& captures) {
  Status status = Status::kDone;
  const auto sieve = catalogue_sieve(status);
  if (!sieve) return status;
  engine::Options options;
  options.every_file = true;
  // A request without an answer is given once it is found that it waited too long, which is at most
  // as long again.
  return list_in_order(
      captures, *sieve, options, 2 * options.limits.outcome_wait_us,
      [](const alert::Record& record, const std::string& file) {
        const auto* open = std::get_if<alert::FileOpen>(&record);
        if (open == nullptr) return std::optional<ListLine>();
        return std::optional<ListLine>({open->time, 0, alert::file_line(*open, file)});
      });
}

}  // namespace

void add_files(CLI::App& app, Status& status) {
  auto captures = std::make_shared<std::vector<std::string>>();
  CLI::App* command =
      app.add_subcommand("files", "Print every file opened over SMB in captures as JSON lines");
  command->add_option("CAPTURE", *captures, "Captures: files, folders, or - for stdin")->required();
  command->footer("Example:\n  rpcsieve files pcaps/ | jq -r '.share + \"\\\\\" + .path'");
  command->callback([captures, &status] { status = files(*captures); });
}

}  // namespace rpcsieve::cli

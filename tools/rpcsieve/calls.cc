// rpcsieve calls: every RPC call, one JSON line each, in the order of the requests' first bytes.
// The engine gives a call when its outcome is known, and a request may end long after it began; so
// each line is held back as long as an outcome is waited for, and comes in time before those that
// began later.
#include "runtime/alert/eve.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/listing.h"

namespace rpcsieve::cli {
namespace {

Status calls(const std::vector<std::string>& captures) {
  Status status = Status::kDone;
  const auto sieve = catalogue_sieve(status);
  if (!sieve) return status;
  engine::Options options;
  options.every_call = true;
  return list_in_order(
      captures, *sieve, options, options.limits.outcome_wait_us,
      [&](const alert::Record& record, const std::string& file) {
        const auto* call = std::get_if<alert::CallRecord>(&record);
        if (call == nullptr) return std::optional<ListLine>();
        return std::optional<ListLine>(
            {call->call.time, call->number, alert::call_line(*call, sieve->database, file)});
      });
}

}  // namespace

void add_calls(CLI::App& app, Status& status) {
  auto captures = std::make_shared<std::vector<std::string>>();
  CLI::App* command = app.add_subcommand("calls", "Print every RPC call of captures as JSON lines");
  command->add_option("CAPTURE", *captures, "Captures: files, folders, or - for stdin")->required();
  command->footer("Example:\n  rpcsieve calls pcaps/ | jq -r '.interface + \".\" + .operation'");
  command->callback([captures, &status] { status = calls(*captures); });
}

}  // namespace rpcsieve::cli

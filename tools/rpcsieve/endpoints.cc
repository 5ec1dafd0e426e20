// rpcsieve endpoints: what endpoint mappers said of who is where, one JSON line for each endpoint,
// in the order of the answers.
#include "runtime/alert/eve.h"
#include "tools/rpcsieve/captures.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/rules.h"

namespace rpcsieve::cli {
namespace {

Status endpoints(const std::vector<std::string>& captures) {
  Status status = Status::kDone;
  const auto sieve = catalogue_sieve(status);
  if (!sieve) return status;
  engine::Options options;
  options.every_endpoint = true;
  Output out("-");
  std::string file;
  engine::Dealer dealer(sieve->database, *sieve->matcher, options, 1,
                        [&](const alert::Record& record) {
                          const auto* endpoint = std::get_if<alert::EndpointRecord>(&record);
                          if (endpoint == nullptr) return;
                          out.line(alert::endpoint_line(*endpoint, sieve->database, file));
                        });
  const Playback playback{.progress = !is_terminal(STDOUT_FILENO),
                          .begin = [&](const std::string& name) { file = name; },
                          .step = [&](Timestamp) { return !out.failed(); },
                          .end = [] {}};
  status = play(find_captures(captures), dealer, playback);
  return out.close() ? status : Status::kFailed;
}

}  // namespace

void add_endpoints(CLI::App& app, Status& status) {
  auto captures = std::make_shared<std::vector<std::string>>();
  CLI::App* command =
      app.add_subcommand("endpoints", "Print what endpoint mappers name as JSON lines");
  command->add_option("CAPTURE", *captures, "Captures: files, folders, or - for stdin")->required();
  command->footer("Example:\n  rpcsieve endpoints pcaps/ | jq -r '[.interface, .port, .pipe]'");
  command->callback([captures, &status] { status = endpoints(*captures); });
}

}  // namespace rpcsieve::cli

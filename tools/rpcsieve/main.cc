// The command line: which command, and what became of it.
#include <csignal>
#include <exception>
#include <iostream>

#include "compiler/diagnostic.h"
#include "tools/rpcsieve/commands.h"

namespace {

using rpcsieve::cli::Status;

constexpr const char* kAbout =
    "One YAML detection for every sensor: compiles detections of DCE/RPC calls into Suricata "
    "rules\n"
    "and into a database for its own matcher, and runs that over captures.";
constexpr const char* kExitStatuses =
    "Exit status: 0 done; 1 what was checked is bad; 2 usage or I/O error, bad capture or "
    "database.";

// complain_of_unknown names the word that stands where a command should.
void complain_of_unknown(const CLI::App& app, const std::string& word) {
  std::vector<std::string_view> commands;
  for (const CLI::App* command : app.get_subcommands({})) commands.push_back(command->get_name());
  const auto near = rpcsieve::compiler::nearest(word, commands);
  rpcsieve::cli::complain("unknown {} '{}'; {}rpcsieve --help lists them",
                          word.front() == '-' ? "option" : "command", word,
                          near.empty() ? "" : fmt::format("did you mean {}? ", near));
}

Status run(int argc, char** argv) {
  Status status = Status::kDone;
  CLI::App app(kAbout, "rpcsieve");
  app.set_version_flag("--version", "rpcsieve " RPCSIEVE_VERSION);
  app.footer(kExitStatuses);
  app.require_subcommand(1);
  rpcsieve::cli::add_check(app, status);
  rpcsieve::cli::add_compile(app, status);
  rpcsieve::cli::add_scan(app, status);
  rpcsieve::cli::add_listen(app, status);
  rpcsieve::cli::add_calls(app, status);
  rpcsieve::cli::add_explain(app, status);
  rpcsieve::cli::add_test(app, status);
  rpcsieve::cli::add_forge(app, status);
  rpcsieve::cli::add_endpoints(app, status);
  rpcsieve::cli::add_files(app, status);
  rpcsieve::cli::add_catalog(app, status);
  rpcsieve::cli::add_import(app, status);
  rpcsieve::cli::add_diff(app, status);
  rpcsieve::cli::add_report(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    const auto unknown = app.remaining();
    if (unknown.empty() || unknown.front().empty()) {
      app.exit(error);
    } else {
      complain_of_unknown(app, unknown.front());
    }
    return Status::kFailed;
  } catch (const CLI::ParseError& error) {
    const bool asked_for = app.exit(error) == 0;  // --help and --version come as errors too
    std::cout.flush();
    return asked_for && std::cout ? Status::kDone : Status::kFailed;
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that went away shows as a failed write, which is reported like any other.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return static_cast<int>(run(argc, argv));
  } catch (const std::exception& error) {
    rpcsieve::cli::complain("{}", error.what());
    return static_cast<int>(Status::kFailed);
  }
}

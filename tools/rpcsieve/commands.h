#pragma once

#include <CLI/CLI.hpp>

#include "tools/rpcsieve/console.h"

namespace rpcsieve::cli {

// Each command adds itself to the command line: its options, its help, and what it does when it is
// called. `status` is what the program then exits with; it must outlive `app`.
void add_check(CLI::App& app, Status& status);
void add_compile(CLI::App& app, Status& status);
void add_scan(CLI::App& app, Status& status);
void add_listen(CLI::App& app, Status& status);
void add_calls(CLI::App& app, Status& status);
void add_explain(CLI::App& app, Status& status);
void add_test(CLI::App& app, Status& status);
void add_forge(CLI::App& app, Status& status);
void add_endpoints(CLI::App& app, Status& status);
void add_files(CLI::App& app, Status& status);
void add_catalog(CLI::App& app, Status& status);
void add_import(CLI::App& app, Status& status);
void add_diff(CLI::App& app, Status& status);
void add_report(CLI::App& app, Status& status);

}  // namespace rpcsieve::cli

#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "runtime/database/database.h"
#include "runtime/match/matcher.h"
#include "tools/rpcsieve/console.h"

namespace rpcsieve::cli {

// RuleOptions are what every command takes that reads rules.
struct RuleOptions {
  std::vector<std::string> paths;
  std::vector<std::string> variables;  // "NAME=cidr,cidr"
  std::string only;                    // "core" or "hunt"; empty: both

  void add_variables(CLI::App& command);
  CLI::Option* add_only(CLI::App& command);
  [[nodiscard]] compiler::Inputs inputs() const;
};

// Tally counts diagnostics by their level.
struct Tally {
  std::size_t errors = 0, warnings = 0, lints = 0;
};
Tally count(const compiler::Diagnostics& diagnostics);

std::string_view name(compiler::Level level);  // "error"

// print_coloured gives a diagnostic's lines, on request with its level and code in colour.
std::string print_coloured(const compiler::Diagnostic& diagnostic, bool colour);

// report prints errors and warnings to standard error; lints are `check`'s business.
void report(const compiler::Diagnostics& diagnostics);

// load_rules reads rules and reports what is wrong with them; nullopt if that is an error, and then
// `status` says which kind.
std::optional<compiler::RuleSet> load_rules(const RuleOptions& options, Status& status);

// Sieve is a rule set that is ready to run.
struct Sieve {
  database::Database database;
  std::unique_ptr<match::Matcher> matcher;  // of `database`
};

// compile_sieve makes one of rules that were read; nullptr, with a complaint and the status, if it
// cannot.
std::unique_ptr<Sieve> compile_sieve(const compiler::RuleSet& rules, Status& status);

// load_sieve takes what `scan -r` names: files and folders of rules, which it compiles, or one
// database. nullptr, with a complaint and the status, if it is bad.
std::unique_ptr<Sieve> load_sieve(const RuleOptions& options, Status& status);

// catalogue_sieve has the catalogue's names and no rule.
std::unique_ptr<Sieve> catalogue_sieve(Status& status);

}  // namespace rpcsieve::cli

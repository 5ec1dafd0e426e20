// From what the user names to a matcher that is ready. A file that is not named .yaml or .yml is
// taken for a database even if it does not begin like one: a database that was cut or flipped there
// should be called that, not a bad spec.
#include "tools/rpcsieve/rules.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "compiler/backend/backend.h"
#include "compiler/catalog/catalog.h"
#include "tools/rpcsieve/output.h"

namespace rpcsieve::cli {
namespace {

using compiler::Diagnostic;
using compiler::Diagnostics;
using compiler::Level;

std::string_view colour_of(Level level) {
  if (level == Level::kError) return "\x1b[1;31m";
  return level == Level::kWarning ? "\x1b[1;33m" : "\x1b[1;36m";
}

std::string check_variable(const std::string& setting) {
  const auto equals = setting.find('=');
  return equals == 0 || equals == std::string::npos ? "is not NAME=cidr,cidr" : "";
}

bool is_database(const std::string& path) {
  const std::filesystem::path file(path);
  if (!std::filesystem::is_regular_file(file)) return false;
  return file.extension() != ".yaml" && file.extension() != ".yml";
}

std::unique_ptr<Sieve> make_sieve(std::vector<std::uint8_t> file, std::string& error) {
  auto database = database::Database::load(std::move(file), error);
  if (!database) return nullptr;
  std::unique_ptr<Sieve> sieve(new Sieve{std::move(*database), nullptr});
  sieve->matcher = match::Matcher::create(sieve->database, error);
  return sieve->matcher ? std::move(sieve) : nullptr;
}

std::unique_ptr<Sieve> load_database(const std::string& path, Status& status) {
  std::string error;
  const auto content = read_file(path, error);
  if (content) {
    std::vector<std::uint8_t> bytes(content->begin(), content->end());
    if (auto sieve = make_sieve(std::move(bytes), error)) return sieve;
  }
  complain("{}: bad database: {}", path, error);
  status = Status::kFailed;
  return nullptr;
}

}  // namespace

void RuleOptions::add_variables(CLI::App& command) {
  command.add_option("--var", variables, "Set a variable of the rules: NAME=cidr,cidr")
      ->type_name("NAME=CIDRS")
      ->allow_extra_args(false)
      ->check(CLI::Validator(check_variable, ""));
}

CLI::Option* RuleOptions::add_only(CLI::App& command) {
  return command
      .add_option("--only", only, "Take the detections of this profile only: core or hunt")
      ->type_name("PROFILE")
      ->check(CLI::IsMember({"core", "hunt"}));
}

compiler::Inputs RuleOptions::inputs() const {
  compiler::Inputs inputs;
  inputs.rules.assign(paths.begin(), paths.end());
  for (const std::string& setting : variables) {
    const auto equals = setting.find('=');
    inputs.variables[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  if (!only.empty())
    inputs.only = only == "core" ? database::Profile::kCore : database::Profile::kHunt;
  return inputs;
}

std::string_view name(Level level) {
  if (level == Level::kError) return "error";
  return level == Level::kWarning ? "warning" : "lint";
}

Tally count(const Diagnostics& diagnostics) {
  Tally tally;
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    if (diagnostic.level == Level::kError) ++tally.errors;
    if (diagnostic.level == Level::kWarning) ++tally.warnings;
    if (diagnostic.level == Level::kLint) ++tally.lints;
  }
  return tally;
}

std::string print_coloured(const Diagnostic& diagnostic, bool colour) {
  std::string text = print(diagnostic);
  const std::string label = fmt::format("{}[{}]", name(diagnostic.level), diagnostic.code);
  const auto at = text.find(label);
  if (!colour || at == std::string::npos) return text;
  return text.replace(at, label.size(),
                      fmt::format("{}{}\x1b[0m", colour_of(diagnostic.level), label));
}

void report(const Diagnostics& diagnostics) {
  const bool colour = is_terminal(STDERR_FILENO);
  for (const Diagnostic& diagnostic : diagnostics.sorted()) {
    if (diagnostic.level == Level::kLint) continue;
    fmt::print(stderr, "{}", print_coloured(diagnostic, colour));
  }
}

std::optional<compiler::RuleSet> load_rules(const RuleOptions& options, Status& status) {
  Diagnostics diagnostics;
  std::string io_error;
  auto rules = compiler::read_rules(options.inputs(), diagnostics, io_error);
  report(diagnostics);
  if (!io_error.empty()) complain("{}", io_error);
  if (!rules) status = io_error.empty() ? Status::kBad : Status::kFailed;
  return rules;
}

std::unique_ptr<Sieve> compile_sieve(const compiler::RuleSet& rules, Status& status) {
  const compiler::DatabaseOptions options{.for_this_host = true};
  Diagnostics diagnostics;
  auto bytes = compiler::emit_database(rules.ir, rules.sids, compiler::Catalog::builtin(), options,
                                       diagnostics);
  report(diagnostics);
  if (!bytes) {
    status = Status::kBad;
    return nullptr;
  }
  std::string error;
  auto sieve = make_sieve(std::move(*bytes), error);
  if (!sieve) {
    complain("the compiled rules do not load: {}", error);
    status = Status::kFailed;
  }
  return sieve;
}

std::unique_ptr<Sieve> load_sieve(const RuleOptions& options, Status& status) {
  const auto database = std::find_if(options.paths.begin(), options.paths.end(), is_database);
  if (database == options.paths.end()) {
    const auto rules = load_rules(options, status);
    return rules ? compile_sieve(*rules, status) : nullptr;
  }
  const bool alone = options.paths.size() == 1;
  const bool as_it_is = options.variables.empty() && options.only.empty();
  if (alone && as_it_is) return load_database(*database, status);
  complain("{} is a database: {}", *database,
           alone ? "its detections are compiled in; give --var and --only to rpcsieve compile"
                 : "it cannot be joined with other rules");
  status = Status::kFailed;
  return nullptr;
}

std::unique_ptr<Sieve> catalogue_sieve(Status& status) { return compile_sieve({}, status); }

}  // namespace rpcsieve::cli

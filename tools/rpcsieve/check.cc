// rpcsieve check: everything that is wrong with a set of detections.
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/rules.h"
#include "tools/rpcsieve/schema.h"

namespace rpcsieve::cli {
namespace {

using compiler::Diagnostic;
using compiler::Diagnostics;
using nlohmann::ordered_json;

struct CheckOptions {
  RuleOptions rules;
  bool json = false;
  bool schema = false;
};

std::string plural(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string summary(const std::optional<compiler::RuleSet>& rules, const Diagnostics& found) {
  const Tally tally = count(found);
  const std::string what = rules ? plural(rules->ir.detections.size(), "detection") + ": " : "";
  return fmt::format("{}{}, {}, {}", what, plural(tally.errors, "error"),
                     plural(tally.warnings, "warning"), plural(tally.lints, "lint"));
}

std::string to_json(const Diagnostic& diagnostic) {
  const compiler::Span& span = diagnostic.span;
  const ordered_json value = {{"level", name(diagnostic.level)},
                              {"code", diagnostic.code},
                              {"file", span.source ? span.source->name : ""},
                              {"line", span.line},
                              {"column", span.column},
                              {"length", span.length},
                              {"message", diagnostic.message},
                              {"hint", diagnostic.hint}};
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Status print_schema() {
  Output out("-");
  out.write(json_schema());
  return out.close() ? Status::kDone : Status::kFailed;
}

Status check(const CheckOptions& options) {
  if (options.schema) return print_schema();
  if (options.rules.paths.empty()) {
    complain("RULES is required: a file or a folder to check");
    return Status::kFailed;
  }
  Diagnostics found;
  std::string io_error;
  const auto rules = compiler::read_rules(options.rules.inputs(), found, io_error);
  Output out("-");
  const bool colour = is_terminal(STDOUT_FILENO);
  for (const Diagnostic& diagnostic : found.sorted()) {
    out.write(options.json ? to_json(diagnostic) : print_coloured(diagnostic, colour));
  }
  if (!options.json && io_error.empty()) out.line(summary(rules, found));
  if (!io_error.empty()) complain("{}", io_error);
  if (!out.close() || !io_error.empty()) return Status::kFailed;
  return rules ? Status::kDone : Status::kBad;
}

}  // namespace

void add_check(CLI::App& app, Status& status) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand("check", "Validate and lint detections");
  command->add_option("RULES", options->rules.paths, "Detections: files or folders");
  command->add_flag("--json", options->json, "Print one JSON object for each diagnostic");
  command->add_flag("--schema", options->schema, "Print the JSON Schema of detections instead");
  options->rules.add_variables(*command);
  command->footer("Example:\n  rpcsieve check rules/ --var DOMAIN_CONTROLLERS=10.0.0.10,10.0.0.11");
  command->callback([options, &status] { status = check(*options); });
}

}  // namespace rpcsieve::cli

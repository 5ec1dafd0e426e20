// rpcsieve compile: detections into a sensor's rules, or into a database, with a table of what each
// of them is worth there.
#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "compiler/backend/backend.h"
#include "compiler/backend/suricata_files.h"
#include "compiler/catalog/catalog.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/rules.h"
#include "tools/rpcsieve/targets.h"

namespace rpcsieve::cli {
namespace {

namespace fs = std::filesystem;
using compiler::Verdict;
using nlohmann::ordered_json;

struct CompileOptions {
  RuleOptions rules;
  std::string target;
  std::string output;
  std::string profile = "coverage";
  std::string platform = "generic";
  std::string report;
  bool update_lock = false;
};

struct File {
  std::string name;  // in the folder that -o may be
  std::string content;
};

// Product is what a target was compiled to. The first file is the one that stands alone if -o is no
// folder.
struct Product {
  std::vector<File> files;
  std::vector<Verdict> verdicts;
};

// Targets of the design that other releases bring; they are known, so the message can say so.
constexpr std::array<std::string_view, 5> kLaterTargets = {"suricata8", "snort3", "snort29",
                                                           "wireshark", "sigma"};

Product compile_suricata7(const compiler::RuleSet& rules, const CompileOptions& options) {
  const auto profile =
      options.profile == "precise" ? compiler::Profile::kPrecise : compiler::Profile::kCoverage;
  auto emitted = compiler::emit_suricata7(rules.ir, rules.sids, profile);
  return {{{"rpcsieve.rules", std::move(emitted.text)},
           {"classification.config", compiler::suricata_classification_config()},
           {"reference.config", compiler::suricata_reference_config()}},
          std::move(emitted.verdicts)};
}

// compile_native: the database holds the meaning of every detection as it is.
std::optional<Product> compile_native(const compiler::RuleSet& rules,
                                      const CompileOptions& options) {
  const compiler::DatabaseOptions database{.for_this_host = options.platform == "host"};
  compiler::Diagnostics diagnostics;
  const auto bytes = compiler::emit_database(rules.ir, rules.sids, compiler::Catalog::builtin(),
                                             database, diagnostics);
  report(diagnostics);
  if (!bytes) return std::nullopt;
  Product product{{{"rpcsieve.db", std::string(bytes->begin(), bytes->end())}}, {}};
  for (const auto& detection : rules.ir.detections) {
    product.verdicts.push_back({detection.name, compiler::Fidelity::kExact, {"native"}, {}});
  }
  return product;
}

std::string join(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

// print_verdicts gives a table with one line for each reason.
std::string print_verdicts(const std::vector<Verdict>& verdicts) {
  Table table = {{"DETECTION", "FIDELITY", "FORMS", "WHY"}};
  for (const Verdict& verdict : verdicts) {
    table.push_back({verdict.detection, std::string(name(verdict.fidelity)), join(verdict.forms),
                     verdict.reasons.empty() ? "" : verdict.reasons.front()});
    for (std::size_t i = 1; i < verdict.reasons.size(); ++i) {
      table.push_back({"", "", "", verdict.reasons[i]});
    }
  }
  return print(table);
}

std::string report_json(const CompileOptions& options, const std::vector<Verdict>& verdicts) {
  ordered_json detections = ordered_json::array();
  for (const Verdict& verdict : verdicts) {
    detections.push_back({{"detection", verdict.detection},
                          {"fidelity", name(verdict.fidelity)},
                          {"forms", verdict.forms},
                          {"reasons", verdict.reasons}});
  }
  const ordered_json report = {
      {"target", options.target}, {"profile", options.profile}, {"detections", detections}};
  return report.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

bool write_product(const std::string& output, const std::vector<File>& files) {
  std::error_code error;
  const bool folder = output.back() == '/' || fs::is_directory(output, error);
  if (!folder) return replace_file(output, files.front().content);
  fs::create_directories(output, error);
  if (error) {
    complain("cannot make {}: {}", output, error.message());
    return false;
  }
  return std::all_of(files.begin(), files.end(), [&](const File& file) {
    return replace_file((fs::path(output) / file.name).string(), file.content);
  });
}

Status compile(const CompileOptions& options) {
  Status status = Status::kDone;
  const auto rules = load_rules(options.rules, status);
  if (!rules) return status;
  const auto product = options.target == "native"
                           ? compile_native(*rules, options)
                           : std::optional(compile_suricata7(*rules, options));
  if (!product) return Status::kBad;
  fmt::print(stderr, "{}", print_verdicts(product->verdicts));
  bool written = write_product(options.output, product->files);
  if (!options.report.empty()) {
    written = replace_file(options.report, report_json(options, product->verdicts)) && written;
  }
  if (options.update_lock) {
    written = replace_file(rules->lock.string(), compiler::print(rules->sids)) && written;
  }
  return written ? Status::kDone : Status::kFailed;
}

std::string check_target(const std::string& target) {
  if (target == "native" || target == "suricata7") return "";
  if (std::find(kLaterTargets.begin(), kLaterTargets.end(), target) != kLaterTargets.end()) {
    return fmt::format("target {} is not supported yet; use native or suricata7", target);
  }
  return fmt::format("unknown target {}; use native or suricata7", target);
}

std::string check_output(const std::string& output) { return output.empty() ? "is empty" : ""; }

}  // namespace

std::optional<std::string> rules_for(const compiler::RuleSet& rules, std::string_view target) {
  if (target != "suricata7") return std::nullopt;
  return compile_suricata7(rules, CompileOptions()).files.front().content;
}

void add_compile(CLI::App& app, Status& status) {
  auto options = std::make_shared<CompileOptions>();
  CLI::App* command = app.add_subcommand("compile", "Compile detections for a sensor");
  command->add_option("RULES", options->rules.paths, "Detections: files or folders")->required();
  command->add_option("-t,--target", options->target, "native (a database) or suricata7")
      ->required()
      ->type_name("TARGET")
      ->check(CLI::Validator(check_target, ""));
  command
      ->add_option("-o,--output", options->output, "A file; or a folder, if it is one or ends in /")
      ->required()
      ->type_name("PATH")
      ->check(CLI::Validator(check_output, ""));
  command
      ->add_option("--profile", options->profile,
                   "precise: never alert on more; coverage: also close blind spots")
      ->check(CLI::IsMember({"precise", "coverage"}))
      ->capture_default_str();
  command
      ->add_option("--platform", options->platform, "native: for any processor, or for this host's")
      ->check(CLI::IsMember({"generic", "host"}))
      ->capture_default_str();
  command->add_option("--report", options->report, "Write the fidelity of each detection as JSON")
      ->type_name("FILE");
  command->add_flag("--update-lock", options->update_lock, "Write new sids to sids.lock");
  options->rules.add_variables(*command);
  command->footer(
      "Example:\n  rpcsieve compile rules/ -t suricata7 -o /etc/suricata/rules/rpcsieve.rules\n"
      "  rpcsieve compile rules/ -t native -o rpcsieve.db");
  command->callback([options, &status] { status = compile(*options); });
}

}  // namespace rpcsieve::cli

// rpcsieve compile: detections into a sensor's rules, or into a database, with a table of what each
// of them is worth there.
#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/backend/backend.h"
#include "compiler/backend/evidence.h"
#include "compiler/backend/sigma.h"
#include "compiler/backend/snort.h"
#include "compiler/backend/suricata_files.h"
#include "compiler/backend/wireshark.h"
#include "compiler/catalog/catalog.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/rules.h"
#include "tools/rpcsieve/targets.h"

namespace rpcsieve::cli {
namespace {

namespace fs = std::filesystem;
using compiler::Fidelity;
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

// Product is what a target was compiled to. If -o is no folder, the first file stands alone.
struct Product {
  std::vector<File> files;
  std::vector<Verdict> verdicts;
  std::string alone = {};  // in place of the first file, if that alone is not all
};

compiler::Profile profile_of(const CompileOptions& options) {
  return options.profile == "precise" ? compiler::Profile::kPrecise : compiler::Profile::kCoverage;
}

std::optional<Product> compile_suricata(const compiler::RuleSet& rules,
                                        const CompileOptions& options) {
  const auto emit =
      options.target == "suricata8" ? compiler::emit_suricata8 : compiler::emit_suricata7;
  auto emitted = emit(rules.ir, rules.sids, profile_of(options));
  return Product{{{"rpcsieve.rules", std::move(emitted.text)},
                  {"classification.config", compiler::suricata_classification_config()},
                  {"reference.config", compiler::suricata_reference_config()}},
                 std::move(emitted.verdicts)};
}

std::optional<Product> compile_snort3(const compiler::RuleSet& rules,
                                      const CompileOptions& options) {
  auto emitted = compiler::emit_snort3(rules.ir, rules.sids, profile_of(options));
  return Product{{{"rpcsieve.rules", std::move(emitted.text)}}, std::move(emitted.verdicts)};
}

std::optional<Product> compile_snort29(const compiler::RuleSet& rules,
                                       const CompileOptions& options) {
  auto emitted = compiler::emit_snort29(rules.ir, rules.sids, profile_of(options));
  return Product{{{"rpcsieve.rules", std::move(emitted.text)}}, std::move(emitted.verdicts)};
}

// compile_sigma: one rule per file, as Sigma's tools expect, or one file of several documents.
std::optional<Product> compile_sigma(const compiler::RuleSet& rules,
                                     const CompileOptions& options) {
  auto emitted = compiler::emit_sigma(rules.ir, profile_of(options));
  Product product{{}, std::move(emitted.verdicts), compiler::sigma_documents(emitted.files)};
  for (auto& file : emitted.files) {
    product.files.push_back({std::move(file.name), std::move(file.text)});
  }
  return product;
}

std::optional<Product> compile_wireshark(const compiler::RuleSet& rules,
                                         const CompileOptions& options) {
  auto emitted = compiler::emit_wireshark(rules.ir, profile_of(options));
  std::string dfilters = compiler::wireshark_dfilters(emitted.text);
  return Product{{{"rpcsieve.filters", std::move(emitted.text)}, {"dfilters", std::move(dfilters)}},
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

struct Target {
  std::string_view name;
  std::optional<Product> (*compile)(const compiler::RuleSet&, const CompileOptions&);
};
constexpr std::array kTargets = {
    Target{"native", compile_native},      Target{"suricata7", compile_suricata},
    Target{"suricata8", compile_suricata}, Target{"snort3", compile_snort3},
    Target{"snort29", compile_snort29},    Target{"wireshark", compile_wireshark},
    Target{"sigma", compile_sigma}};

const Target* find_target(std::string_view name) {
  const auto* const found = std::find_if(kTargets.begin(), kTargets.end(),
                                         [&](const Target& target) { return target.name == name; });
  return found == kTargets.end() ? nullptr : found;
}

std::string target_names() {
  std::string out;
  for (const Target& target : kTargets) {
    const std::string_view by = &target == &kTargets.back() ? " or " : ", ";
    out += fmt::format("{}{}", out.empty() ? "" : by, target.name);
  }
  return out;
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

// evidence_for gives what was measured of the forms that a verdict names, each once.
std::vector<const compiler::Evidence*> evidence_for(const CompileOptions& options,
                                                    const Verdict& verdict) {
  std::vector<const compiler::Evidence*> all;
  for (const std::string& form : verdict.forms) {
    const auto* one = compiler::evidence_of(options.target, options.profile, form);
    if (one != nullptr && std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  }
  return all;
}

std::string number_or_dash(const std::optional<std::uint32_t>& number) {
  return number ? std::to_string(*number) : "-";
}

// print_evidence gives a table of what was measured of the forms that were used; "" if nothing was.
std::string print_evidence(const CompileOptions& options, const std::vector<Verdict>& verdicts) {
  std::set<const compiler::Evidence*> used;
  for (const Verdict& verdict : verdicts)
    for (const auto* one : evidence_for(options, verdict)) used.insert(one);
  if (used.empty()) return "";
  Table table = {{"FORM", "FINDS", "ALONE", "FALSE"}};
  for (const auto* one : used)
    table.push_back({std::string(one->form), std::to_string(one->found), number_or_dash(one->alone),
                     std::to_string(one->wrong)});
  return fmt::format("measured with {} on {} pairs of capture and operation from {}:\n{}",
                     compiler::engine_of(options.target), compiler::kEvidencePairs,
                     compiler::kEvidenceSource, print(table));
}

// warn says aloud what the table says of each: rules that may alert on more, and those that are
// not there.
void warn(const std::vector<Verdict>& verdicts) {
  const auto count = [&](Fidelity fidelity) {
    return std::count_if(verdicts.begin(), verdicts.end(),
                         [&](const Verdict& verdict) { return verdict.fidelity == fidelity; });
  };
  if (const auto wider = count(Fidelity::kWider); wider > 0)
    complain("warning: {} of {} detections are wider: their rules may alert on more than they say",
             wider, verdicts.size());
  if (const auto refused = count(Fidelity::kRefused); refused > 0)
    complain("warning: {} of {} detections are refused: they have no rules", refused,
             verdicts.size());
}

ordered_json evidence_json(const CompileOptions& options, const Verdict& verdict) {
  ordered_json all = ordered_json::array();
  for (const auto* one : evidence_for(options, verdict)) {
    ordered_json entry = {{"form", one->form}, {"found", one->found}};
    entry["alone"] = one->alone ? ordered_json(*one->alone) : ordered_json(nullptr);
    entry["false"] = one->wrong;
    all.push_back(std::move(entry));
  }
  return all;
}

std::string report_json(const CompileOptions& options, const std::vector<Verdict>& verdicts) {
  ordered_json detections = ordered_json::array();
  for (const Verdict& verdict : verdicts) {
    detections.push_back({{"detection", verdict.detection},
                          {"fidelity", name(verdict.fidelity)},
                          {"forms", verdict.forms},
                          {"reasons", verdict.reasons},
                          {"evidence", evidence_json(options, verdict)}});
  }
  ordered_json report = {{"target", options.target}, {"profile", options.profile}};
  if (const auto engine = compiler::engine_of(options.target); !engine.empty())
    report["measured"] = {{"engine", engine},
                          {"captures", compiler::kEvidenceSource},
                          {"pairs", compiler::kEvidencePairs}};
  report["detections"] = std::move(detections);
  return report.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

bool write_product(const std::string& output, const Product& product) {
  std::error_code error;
  const bool folder = output.back() == '/' || fs::is_directory(output, error);
  const std::vector<File>& files = product.files;
  if (!folder) {
    return replace_file(
        output, product.alone.empty() && !files.empty() ? files.front().content : product.alone);
  }
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
  const auto product = find_target(options.target)->compile(*rules, options);
  if (!product) return Status::kBad;
  fmt::print(stderr, "{}{}", print_verdicts(product->verdicts),
             print_evidence(options, product->verdicts));
  warn(product->verdicts);
  bool written = write_product(options.output, *product);
  if (!options.report.empty()) {
    written = replace_file(options.report, report_json(options, product->verdicts)) && written;
  }
  if (options.update_lock) {
    written = replace_file(rules->lock.string(), compiler::print(rules->sids)) && written;
  }
  return written ? Status::kDone : Status::kFailed;
}

std::string check_target(const std::string& target) {
  if (find_target(target) != nullptr) return "";
  return fmt::format("unknown target {}; use {}", target, target_names());
}

std::string check_output(const std::string& output) { return output.empty() ? "is empty" : ""; }

}  // namespace

std::optional<std::string> rules_for(const compiler::RuleSet& rules, std::string_view target) {
  const Target* found = find_target(target);
  if (found == nullptr || target == "native") return std::nullopt;
  CompileOptions options;
  options.target = target;
  auto product = found->compile(rules, options);
  if (!product) return std::nullopt;
  return product->alone.empty() && !product->files.empty()
             ? std::move(product->files.front().content)
             : std::move(product->alone);
}

void add_compile(CLI::App& app, Status& status) {
  auto options = std::make_shared<CompileOptions>();
  CLI::App* command = app.add_subcommand("compile", "Compile detections for a sensor");
  command->add_option("RULES", options->rules.paths, "Detections: files or folders")->required();
  command->add_option("-t,--target", options->target, target_names())
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
  options->rules.add_only(*command);
  command->footer(
      "Example:\n  rpcsieve compile rules/ -t suricata7 -o /etc/suricata/rules/rpcsieve.rules\n"
      "  rpcsieve compile rules/ -t native -o rpcsieve.db\n"
      "  rpcsieve compile rules/ -t snort3 --report fidelity.json -o rpcsieve.rules\n"
      "  rpcsieve compile rules/ -t wireshark -o rpcsieve.filters\n"
      "  rpcsieve compile rules/ -t sigma -o sigma/");
  command->callback([options, &status] { status = compile(*options); });
}

}  // namespace rpcsieve::cli

// rpcsieve import: others' rules into specs. A spec is only written if it passes `check` as it
// stands: what an import makes, its owner must be able to build on.
#include <algorithm>
#include <filesystem>

#include "compiler/backend/backend.h"
#include "compiler/catalog/catalog.h"
#include "compiler/import/sigma.h"
#include "compiler/import/suricata.h"
#include "compiler/ir/lower.h"
#include "compiler/spec/spec.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/rules.h"

namespace rpcsieve::cli {
namespace {

namespace fs = std::filesystem;
using compiler::Diagnostics;
using compiler::Imported;
using compiler::Imports;
using compiler::Source;

struct ImportOptions {
  std::vector<std::string> files;
  std::string folder;
  bool force = false;
};

// Dialect is a kind of rules: how its files end, and who reads them.
struct Dialect {
  std::string_view name, rules;
  std::vector<std::string_view> extensions;
  void (*read)(const std::shared_ptr<const Source>&, const compiler::Catalog&, Imports&,
               Diagnostics&);
};

bool has_extension(const fs::path& path, const Dialect& dialect) {
  return std::find(dialect.extensions.begin(), dialect.extensions.end(), path.extension()) !=
         dialect.extensions.end();
}

// files_of gives a file, or those of a folder and the folders in it, by path.
std::vector<fs::path> files_of(const fs::path& path, const Dialect& dialect) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored) && has_extension(at->path(), dialect))
      files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// read_all reads every rule; false, with a complaint, if a file cannot be read.
bool read_all(const ImportOptions& options, const Dialect& dialect, Imports& imports,
              Diagnostics& diagnostics) {
  bool whole = true;
  for (const std::string& given : options.files) {
    for (const fs::path& path : files_of(given, dialect)) {
      std::string error;
      auto text = read_file(path.string(), error);
      if (!text) complain("{}: {}", path.string(), error);
      whole = whole && text;
      if (text)
        dialect.read(std::make_shared<const Source>(Source{path.string(), std::move(*text)}),
                     compiler::Catalog::builtin(), imports, diagnostics);
    }
  }
  return whole;
}

// passes_check says whether a spec is without errors; what is wrong is reported.
bool passes_check(const Imported& rule, const std::string& path, const std::string& text) {
  Diagnostics found;
  const auto source = std::make_shared<const Source>(Source{path, text});
  std::vector<compiler::Spec> specs;
  if (auto spec = compiler::parse(source, found)) specs.push_back(std::move(*spec));
  const auto ir = compiler::lower(specs, compiler::Catalog::builtin(), {}, found);
  check_patterns(ir, found);
  if (!found.has_errors()) return true;
  report(found);
  complain("{}:{}: the rule '{}' is not imported: its spec would not pass check",
           rule.span.source->name, rule.span.line, rule.title);
  return false;
}

Status write(const Imported& rule, const ImportOptions& options) {
  const fs::path path = fs::path(options.folder) / (rule.name + ".yaml");
  const std::string text = print(rule);
  if (!passes_check(rule, path.string(), text)) return Status::kBad;
  std::error_code error;
  if (!options.force && fs::exists(path, error)) {
    complain("{} is there already: give --force to write over it, or another folder",
             path.string());
    return Status::kFailed;
  }
  return replace_file(path.string(), text) ? Status::kDone : Status::kFailed;
}

Status write_all(const Imports& imports, const ImportOptions& options, const Dialect& dialect) {
  std::error_code error;
  fs::create_directories(options.folder, error);
  if (error) {
    complain("cannot make {}: {}", options.folder, error.message());
    return Status::kFailed;
  }
  Status status = Status::kDone;
  std::size_t written = 0;
  for (const Imported& rule : imports.rules) {
    const Status one = write(rule, options);
    written += one == Status::kDone ? 1U : 0U;
    status = worse(status, one);
  }
  say(fmt::format("imported {} of {} {}; others passed over: {}", written, imports.rules.size(),
                  dialect.rules, imports.passed_over));
  return status;
}

Status import(const ImportOptions& options, const Dialect& dialect) {
  Imports imports;
  Diagnostics diagnostics;
  const bool readable = read_all(options, dialect, imports, diagnostics);
  report(diagnostics);
  Status status = readable ? Status::kDone : Status::kFailed;
  if (diagnostics.has_errors()) status = worse(status, Status::kBad);
  if (imports.rules.empty() && status == Status::kDone) {
    complain("no {} among what was given", dialect.rules);
    return Status::kBad;
  }
  return worse(status, write_all(imports, options, dialect));
}

void add_dialect(CLI::App& parent, Status& status, const Dialect& dialect,
                 const std::string& about) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command = parent.add_subcommand(std::string(dialect.name), about);
  command->add_option("FILES", options->files, "Rules: files or folders")->required();
  command->add_option("-o,--output", options->folder, "The folder for the specs; made if missing")
      ->required()
      ->type_name("DIR");
  command->add_flag("--force", options->force, "Write over specs that are there already");
  command->footer(
      fmt::format("Example:\n  rpcsieve import {} {}/ -o imported/", dialect.name, dialect.name));
  command->callback([options, dialect, &status] { status = import(*options, dialect); });
}

}  // namespace

void add_import(CLI::App& app, Status& status) {
  CLI::App* command =
      app.add_subcommand("import", "Turn rules of Sigma or Suricata into detections");
  command->require_subcommand(1);
  command->footer(
      "Example:\n  rpcsieve import sigma sigma/rules/application/rpc_firewall/ -o imported/");
  add_dialect(*command, status,
              {"sigma", "Sigma rules on RPC calls", {".yml", ".yaml"}, compiler::import_sigma},
              "Sigma rules for the RPC Firewall and for Zeek's dce_rpc.log");
  add_dialect(
      *command, status,
      {"suricata", "Suricata rules on RPC interfaces", {".rules"}, compiler::import_suricata},
      "Suricata rules with dcerpc.iface");
}

}  // namespace rpcsieve::cli

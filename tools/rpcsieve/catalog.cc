// rpcsieve catalog: the interfaces, operations and pipes that detections may name.
#include "compiler/catalog/catalog.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "compiler/catalog/glob.h"
#include "compiler/diagnostic.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/output.h"

namespace rpcsieve::cli {
namespace {

using compiler::Catalog;
using compiler::Interface;
using compiler::Operation;
using nlohmann::ordered_json;

struct CatalogOptions {
  std::string query;
  bool operations = false;
  bool json = false;
};

// Found is an operation that fits a query.
struct Found {
  const Interface* interface;
  const Operation* operation;
};

template <class Texts>
std::string join(const Texts& texts) {
  std::string out;
  for (const std::string_view text : texts) {
    if (!out.empty()) out += ", ";
    out += text;
  }
  return out;
}

std::string print_version(const Interface& interface) {
  return fmt::format("{}.{}", interface.version_major, interface.version_minor);
}

std::string print_overview(const std::vector<const Interface*>& interfaces) {
  Table table = {{"NAME", "UUID", "VERSION", "OPERATIONS", "PIPES"}};
  for (const Interface* interface : interfaces) {
    table.push_back({std::string(interface->name), print(interface->uuid),
                     print_version(*interface), std::to_string(interface->operations.size()),
                     join(interface->pipes)});
  }
  return print(table);
}

std::string_view name(database::Returns returns) {
  using database::Returns;
  switch (returns) {
    case Returns::kNtStatus:
      return "ntstatus";
    case Returns::kWin32:
      return "win32";
    case Returns::kHresult:
      return "hresult";
    case Returns::kNothing:
      return "nothing";
    case Returns::kUnknown:
      break;
  }
  return "-";
}

std::string fixed_of(const Operation& operation) {
  return operation.fixed_bytes ? std::to_string(*operation.fixed_bytes) : "-";
}

std::string print_interface(const Interface& interface) {
  std::string out =
      fmt::format("{} {} {}\n", interface.name, print(interface.uuid), print_version(interface));
  if (!interface.aliases.empty()) out += fmt::format("aliases: {}\n", join(interface.aliases));
  if (!interface.pipes.empty()) out += fmt::format("pipes: {}\n", join(interface.pipes));
  out += fmt::format("source: {}\n", interface.source);
  if (interface.operations.empty()) return out + "its operations are not known by name\n";
  Table table = {{"   NO", "OPERATION", "RETURNS", "FIXED", "ALIASES"}};
  for (const Operation& operation : interface.operations)
    table.push_back({fmt::format("{:>5}", operation.number), std::string(operation.name),
                     std::string(name(operation.returns)), fixed_of(operation),
                     join(operation.aliases)});
  return out + print(table);
}

std::string print_operations(const std::vector<Found>& found) {
  Table table = {{"OPERATION", "NO", "INTERFACE", "UUID", "VERSION"}};
  for (const auto& [interface, operation] : found)
    table.push_back({std::string(operation->name), std::to_string(operation->number),
                     std::string(interface->name), print(interface->uuid),
                     print_version(*interface)});
  return print(table);
}

ordered_json to_json(const Operation& operation) {
  const std::string_view returns = name(operation.returns);
  return {{"number", operation.number},
          {"name", operation.name},
          {"aliases", operation.aliases},
          {"returns", returns == "-" ? ordered_json() : ordered_json(returns)},
          {"fixed_bytes",
           operation.fixed_bytes ? ordered_json(*operation.fixed_bytes) : ordered_json()}};
}

ordered_json to_json(const Interface& interface) {
  return {{"name", interface.name},
          {"uuid", print(interface.uuid)},
          {"version", print_version(interface)},
          {"aliases", interface.aliases},
          {"pipes", interface.pipes},
          {"source", interface.source}};
}

// print_json gives an interface with all of its operations, in one line.
std::string print_json(const Interface& interface) {
  ordered_json value = to_json(interface);
  value["operations"] = ordered_json::array();
  for (const Operation& operation : interface.operations)
    value["operations"].push_back(to_json(operation));
  return value.dump() + "\n";
}

std::string print_json(const Found& found) {
  ordered_json value = to_json(*found.operation);
  value["interface"] = to_json(*found.interface);
  return value.dump() + "\n";
}

// pipe_of gives the bare name of a pipe, lower case, as the catalogue has it.
std::string pipe_of(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  text.erase(0, text.find_first_not_of('\\'));
  constexpr std::string_view kPrefix = "pipe\\";
  if (text.compare(0, kPrefix.size(), kPrefix) == 0) text.erase(0, kPrefix.size());
  return text;
}

// find gives every interface of that UUID (each version is one), name, or pipe, whichever is the
// first to give any.
std::vector<const Interface*> find(const std::string& query) {
  const Catalog& catalog = Catalog::builtin();
  std::vector<const Interface*> found;
  const auto uuid = parse_uuid(query);
  const std::string pipe = pipe_of(query);
  if (const Interface* named = catalog.find_name(query)) return {named};
  for (const Interface& interface : catalog.interfaces()) {
    const auto& pipes = interface.pipes;
    const bool has_pipe = std::find(pipes.begin(), pipes.end(), pipe) != pipes.end();
    if (uuid ? interface.uuid == *uuid : has_pipe) found.push_back(&interface);
  }
  return found;
}

std::vector<const Interface*> all() {
  std::vector<const Interface*> found;
  for (const Interface& interface : Catalog::builtin().interfaces()) found.push_back(&interface);
  const auto by_name = [](const Interface* a, const Interface* b) { return a->name < b->name; };
  std::stable_sort(found.begin(), found.end(), by_name);
  return found;
}

bool has_name(const Operation& operation, std::string_view glob) {
  return compiler::glob_fits(glob, operation.name) ||
         std::any_of(operation.aliases.begin(), operation.aliases.end(),
                     [&](std::string_view alias) { return compiler::glob_fits(glob, alias); });
}

// find_operations gives every operation whose name, or one of its other names, holds the query; or
// fits it, if it has wildcards.
std::vector<Found> find_operations(const std::string& query) {
  const bool is_glob = query.find_first_of("*?") != std::string::npos;
  const std::string glob = is_glob ? query : "*" + query + "*";
  std::vector<Found> found;
  for (const Interface& interface : Catalog::builtin().interfaces())
    for (const Operation& operation : interface.operations)
      if (has_name(operation, glob)) found.push_back({&interface, &operation});
  return found;
}

std::vector<std::string_view> operation_names() {
  std::vector<std::string_view> names;
  for (const Interface& interface : Catalog::builtin().interfaces())
    for (const Operation& operation : interface.operations) names.push_back(operation.name);
  return names;
}

void complain_of_unknown(const CatalogOptions& options) {
  auto names = options.operations ? operation_names() : Catalog::builtin().names();
  std::string_view near = compiler::nearest(options.query, names);
  if (near.empty()) near = compiler::nearest(options.query, operation_names());
  complain("the catalogue has no {} '{}'{}",
           options.operations ? "operation" : "interface, pipe or operation", options.query,
           near.empty() ? "; rpcsieve catalog lists the interfaces"
                        : fmt::format("; did you mean {}?", near));
}

std::string print_interfaces(const std::vector<const Interface*>& found, bool overview, bool json) {
  if (overview && !json) return print_overview(found);
  std::string out;
  for (const Interface* interface : found)
    out += json ? print_json(*interface) : print_interface(*interface);
  return out;
}

// answer gives what the catalogue knows: interfaces, or else operations; "" is nothing.
std::string answer(const CatalogOptions& options) {
  if (!options.operations) {
    const auto found = options.query.empty() ? all() : find(options.query);
    const bool by_pipe = found.size() > 1 && !parse_uuid(options.query);
    if (!found.empty()) return print_interfaces(found, by_pipe, options.json);
  }
  const auto found = find_operations(options.query);
  if (found.empty() || !options.json) return found.empty() ? "" : print_operations(found);
  std::string out;
  for (const Found& one : found) out += print_json(one);
  return out;
}

Status catalog(const CatalogOptions& options) {
  const std::string text = answer(options);
  if (text.empty()) {
    complain_of_unknown(options);
    return Status::kFailed;
  }
  Output out("-");
  out.write(text);
  return out.close() ? Status::kDone : Status::kFailed;
}

}  // namespace

void add_catalog(CLI::App& app, Status& status) {
  auto options = std::make_shared<CatalogOptions>();
  CLI::App* command = app.add_subcommand("catalog", "Look up interfaces, operations and pipes");
  command
      ->add_option("QUERY", options->query,
                   "An interface's name or UUID, a pipe, or a part of an operation's name (or a "
                   "pattern with * and ?); none: every interface")
      ->type_name("NAME|UUID|PIPE");
  command->add_flag("--operations", options->operations,
                    "Only ask which interfaces have an operation of that name");
  command->add_flag("--json", options->json, "Print one JSON object for each answer");
  command->footer(
      "Example:\n  rpcsieve catalog lsarpc\n  rpcsieve catalog '\\PIPE\\lsass'\n"
      "  rpcsieve catalog --operations '*PrivateData'");
  command->callback([options, &status] { status = catalog(*options); });
}

}  // namespace rpcsieve::cli

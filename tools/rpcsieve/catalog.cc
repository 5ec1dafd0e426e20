// rpcsieve catalog: the interfaces, operations and pipes that detections may name.
#include "compiler/catalog/catalog.h"

#include <algorithm>
#include <cctype>

#include "compiler/diagnostic.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/output.h"

namespace rpcsieve::cli {
namespace {

using compiler::Catalog;
using compiler::Interface;

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

std::string print_interface(const Interface& interface) {
  std::string out =
      fmt::format("{} {} {}\n", interface.name, print(interface.uuid), print_version(interface));
  if (!interface.aliases.empty()) out += fmt::format("aliases: {}\n", join(interface.aliases));
  if (!interface.pipes.empty()) out += fmt::format("pipes: {}\n", join(interface.pipes));
  out += fmt::format("source: {}\n", interface.source);
  for (const auto& operation : interface.operations) {
    out += fmt::format("{:>5}  {}\n", operation.number, operation.name);
  }
  return out;
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

void complain_of_unknown(const std::string& query) {
  const auto near = compiler::nearest(query, Catalog::builtin().names());
  complain(
      "the catalogue has no interface or pipe '{}'{}", query,
      near.empty() ? "; rpcsieve catalog lists them" : fmt::format("; did you mean {}?", near));
}

Status catalog(const std::string& query) {
  const auto found = query.empty() ? all() : find(query);
  if (found.empty()) {
    complain_of_unknown(query);
    return Status::kFailed;
  }
  Output out("-");
  const bool by_pipe = !query.empty() && found.size() > 1 && !parse_uuid(query);
  if (query.empty() || by_pipe) {
    out.write(print_overview(found));
  } else {
    for (const Interface* interface : found) out.write(print_interface(*interface));
  }
  return out.close() ? Status::kDone : Status::kFailed;
}

}  // namespace

void add_catalog(CLI::App& app, Status& status) {
  auto query = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("catalog", "Look up interfaces, operations and pipes");
  command->add_option("QUERY", *query, "An interface's name or UUID, or a pipe; none: everything")
      ->type_name("NAME|UUID|PIPE");
  command->footer("Example:\n  rpcsieve catalog lsarpc\n  rpcsieve catalog '\\PIPE\\lsass'");
  command->callback([query, &status] { status = catalog(*query); });
}

}  // namespace rpcsieve::cli

// Names of interfaces, their versions, transports and pipes get their meaning.
#include "compiler/ir/targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/ir/words.h"
#include "compiler/spec/number.h"

namespace rpcsieve::compiler {
namespace {

// is_meant_as_uuid tells a mistyped UUID from a mistyped name: names have no such groups.
bool is_meant_as_uuid(std::string_view text) {
  return std::count(text.begin(), text.end(), '-') >= 2 || text[0] == '{';
}

std::optional<Target> read_interface(const Value& value, const Catalog& catalog, Diagnostics& out) {
  if (const Interface* known = catalog.find_name(value.text)) return Target{known->uuid, known};
  if (const auto uuid = parse_uuid(value.text)) return Target{*uuid, catalog.find(*uuid)};
  if (is_meant_as_uuid(value.text)) {
    read_uuid_value(value, "interface", out);
    return std::nullopt;
  }
  const std::string_view near = out.suggest(value.text, catalog.names());
  out.error("E020", value.span, fmt::format("unknown interface '{}'", value.text),
            near.empty() ? "'rpcsieve catalog' lists the names; its UUID will do too"
                         : fmt::format("did you mean {}?", near));
  return std::nullopt;
}

// read_major reads "4.0" or "4". A server takes calls of any minor version up to its own, so the
// minor one only has to be a number [C706 §6.2.3.2].
std::optional<std::uint16_t> read_major(const Value& value, Diagnostics& out) {
  const std::string_view text = value.text;
  const std::size_t dot = text.find('.');
  const auto major = parse_number(text.substr(0, dot), 0xffff);
  const bool minor_is_sound =
      dot == std::string_view::npos || parse_number(text.substr(dot + 1), 0xffff);
  if (major && minor_is_sound) return static_cast<std::uint16_t>(*major);
  out.error("E035", value.span, fmt::format("'{}' is no interface version", text),
            "write major.minor, as \"4.0\"");
  return std::nullopt;
}

// choose_version makes a target the interface of that version, whose operations may differ.
void choose_version(Target& target, std::uint16_t major, const Value& value, const Catalog& catalog,
                    Diagnostics& out) {
  if (!target.known) return;
  for (const Interface& one : catalog.interfaces())
    if (one.uuid == target.uuid && one.version_major == major) return void(target.known = &one);
  out.warning("W003", value.span,
              fmt::format("{} has no version {}", target.known->name, value.text),
              fmt::format("the catalogue has {}.{}", target.known->version_major,
                          target.known->version_minor));
}

// pipe_name gives a name as the engine compares it: lower case, without \PIPE\ [MS-CIFS §2.2.4.64].
std::string pipe_name(std::string_view text) {
  std::string name(text);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const std::string_view prefix : {"\\", "pipe\\"})
    if (name.starts_with(prefix)) name.erase(0, prefix.size());
  return name;
}

Targets read_all(const std::vector<Value>& values, const Catalog& catalog, Diagnostics& out) {
  Targets targets;
  for (const Value& value : values) {
    const auto target = read_interface(value, catalog, out);
    const auto is_it = [&](const Target& other) { return other.uuid == target->uuid; };
    if (!target) {
      targets.complete = false;
    } else if (std::none_of(targets.all.begin(), targets.all.end(), is_it)) {
      targets.all.push_back(*target);
    }
  }
  return targets;
}

}  // namespace

std::optional<Uuid> read_uuid_value(const Value& value, std::string_view key, Diagnostics& out) {
  if (const auto uuid = parse_uuid(value.text)) return uuid;
  out.error("E022", value.span, fmt::format("{} '{}' is no UUID", key, value.text),
            "write 8-4-4-4-12 hex digits, without braces");
  return std::nullopt;
}

Targets read_targets(const std::vector<Value>& interfaces, const std::optional<Value>& version,
                     const Catalog& catalog, Diagnostics& out) {
  Targets targets = read_all(interfaces, catalog, out);
  if (!version) return targets;
  targets.version_major = read_major(*version, out);
  if (!targets.version_major) return targets;
  for (Target& target : targets.all)
    choose_version(target, *targets.version_major, *version, catalog, out);
  return targets;
}

std::vector<const Interface*> tables_of(const Targets& targets) {
  std::vector<const Interface*> tables;
  tables.reserve(targets.all.size());
  for (const Target& target : targets.all) tables.push_back(target.known);
  return tables;
}

std::uint8_t read_transports(const std::vector<Value>& values, Diagnostics& out) {
  return look_up_bits(values, "transport", kTransportWords, kEveryTransport, out);
}

std::vector<std::string> read_pipes(const std::vector<Value>& values, std::uint8_t transports,
                                    Diagnostics& out) {
  if (!values.empty() && (transports & kSmb) == 0)
    out.warning("W002", values[0].span, "'pipe' has no effect: it restricts SMB calls only",
                "add smb to 'transport', or leave 'pipe' out");
  std::vector<std::string> names;
  for (const Value& value : values) {
    names.push_back(pipe_name(value.text));
    if (names.back().empty())
      out.error("E036", value.span, fmt::format("'{}' names no pipe", value.text),
                "write the name behind \\PIPE\\, as lsarpc");
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace rpcsieve::compiler

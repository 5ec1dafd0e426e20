// Call conditions: names of interfaces, versions, transports and pipes get their meaning.
#include "compiler/ir/calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "compiler/ir/operations.h"
#include "compiler/ir/words.h"
#include "compiler/spec/number.h"

namespace rpcsieve::compiler {
namespace {

constexpr std::array<Word<std::uint8_t>, 3> kTransports = {
    {{"smb", kSmb}, {"tcp", kTcp}, {"udp", kUdp}}};

// Target is an interface that a condition names.
struct Target {
  Uuid uuid;
  const Interface* known = nullptr;  // nullptr: the catalogue lacks it
};

std::optional<Uuid> read_uuid_value(const Value& value, std::string_view key, Diagnostics& out) {
  if (const auto uuid = parse_uuid(value.text)) return uuid;
  out.error("E022", value.span, fmt::format("{} '{}' is no UUID", key, value.text),
            "write 8-4-4-4-12 hex digits, without braces");
  return std::nullopt;
}

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
  const std::string_view near = nearest(value.text, catalog.names());
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

std::uint8_t read_transports(const std::vector<Value>& values, Diagnostics& out) {
  if (values.empty()) return kEveryTransport;
  std::uint8_t bits = 0;
  for (const Value& value : values)
    bits =
        static_cast<std::uint8_t>(bits | look_up(value, "transport", kTransports, out).value_or(0));
  return bits;
}

// pipe_name gives a name as the engine compares it: lower case, without \PIPE\ [MS-CIFS §2.2.4.64].
std::string pipe_name(std::string_view text) {
  std::string name(text);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const std::string_view prefix : {"\\", "pipe\\"})
    if (name.starts_with(prefix)) name.erase(0, prefix.size());
  return name;
}

std::vector<std::string> read_pipes(const std::vector<Value>& values, Diagnostics& out) {
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

// shared_part gives a condition all that does not depend on the interface.
CallCondition shared_part(const CallSpec& call, PatternTable& patterns, Diagnostics& out) {
  CallCondition condition;
  condition.transports = read_transports(call.transports, out);
  condition.transports_given = !call.transports.empty();
  condition.pipes = read_pipes(call.pipes, out);
  if (!call.pipes.empty() && (condition.transports & kSmb) == 0)
    out.warning("W002", call.pipes[0].span, "'pipe' has no effect: it restricts SMB calls only",
                "add smb to 'transport', or leave 'pipe' out");
  if (call.object) condition.object = read_uuid_value(*call.object, "object", out);
  Stub stub = lower_stub(call.stub, patterns, out);
  condition.stub = std::move(stub.clauses);
  if (stub.sound && !condition.stub.empty() && !is_inferable(patterns.all(), condition))
    out.lint("L002", condition.stub[0].any[0].span,
             "no stub condition speaks for a call whose interface is not known",
             "a literal of 8 bytes, not all equal, would find it without its bind");
  return condition;
}

// Targets are the interfaces of a condition, each once; `complete`: all that it lists.
struct Targets {
  std::vector<Target> all;
  bool complete = true;
};

Targets read_targets(const std::vector<Value>& values, const Catalog& catalog, Diagnostics& out) {
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

std::vector<const Interface*> tables_of(const std::vector<Target>& targets) {
  std::vector<const Interface*> tables;
  tables.reserve(targets.size());
  for (const Target& target : targets) tables.push_back(target.known);
  return tables;
}

}  // namespace

std::vector<CallCondition> lower_call(const CallSpec& call, const Catalog& catalog,
                                      PatternTable& patterns, Diagnostics& out) {
  CallCondition condition = shared_part(call, patterns, out);
  Targets targets = read_targets(call.interfaces, catalog, out);
  if (const auto major = call.version ? read_major(*call.version, out) : std::nullopt) {
    condition.version_major_first = condition.version_major_last = *major;
    for (Target& target : targets.all) choose_version(target, *major, *call.version, catalog, out);
  }
  const Operations operations(call.operations, tables_of(targets.all), targets.complete, out);
  std::vector<CallCondition> conditions;
  for (const Target& target : targets.all) {
    condition.interface = target.uuid;
    condition.interface_name = target.known ? target.known->name : "";
    condition.opnums = operations.of(target.known);
    if (!condition.opnums.empty()) conditions.push_back(condition);
  }
  // After a mistake in the interface or operation, the stub still has to be checked.
  if (conditions.empty()) conditions.push_back(std::move(condition));
  return conditions;
}

}  // namespace rpcsieve::compiler

// The Ir as text: one line per fact, in a fixed order.
#include <fmt/format.h>

#include "compiler/ir/ir.h"
#include "compiler/utf8.h"

namespace rpcsieve::compiler {
namespace {

std::string escaped(std::uint32_t unit) {
  if (unit == '"' || unit == '\\') return fmt::format("\\{}", static_cast<char>(unit));
  if (unit >= 0x20 && unit < 0x7f) return std::string(1, static_cast<char>(unit));
  return unit < 0x100 ? fmt::format("\\x{:02x}", unit) : fmt::format("\\u{:04x}", unit);
}

// quoted gives bytes so that each of them can be told.
template <class Bytes>
std::string quoted(const Bytes& bytes) {
  std::string out = "\"";
  for (const auto byte : bytes) out += escaped(static_cast<std::uint8_t>(byte));
  return out + '"';
}

// quoted_text leaves characters that are not ASCII as they are.
std::string quoted_text(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::string_view before = text;
    const auto c = next_code_point(text);
    out += c.value_or(0) >= 0xa0 ? std::string(before.substr(0, before.size() - text.size()))
                                 : escaped(static_cast<std::uint8_t>(before[0]));
  }
  return out + '"';
}

std::string quoted_utf16(const std::vector<std::uint8_t>& bytes) {
  std::string out = "\"";
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
    out += escaped(bytes[i] | static_cast<std::uint32_t>(bytes[i + 1]) << 8);
  return out + '"';
}

std::string print(const Pattern& pattern) {
  const char* nocase = pattern.nocase ? " nocase" : "";
  if (pattern.kind == Pattern::Kind::kRegex)
    return fmt::format("regex {}{}", quoted(pattern.regex), nocase);
  if (pattern.utf16) return fmt::format("utf16 {}{}", quoted_utf16(pattern.bytes), nocase);
  return fmt::format("bytes {}{}", quoted(pattern.bytes), nocase);
}

std::string print(const AddressSet& set) {
  if (set.everyone()) return "everyone";
  if (set.nobody()) return "nobody";
  std::string out = set.negated ? "not" : "only";
  for (const Cidr& net : set.nets) out += fmt::format(" {}/{}", print(net.address), net.prefix);
  return out;
}

std::string print(const std::vector<OpnumRange>& ranges) {
  std::string out;
  for (const OpnumRange& range : ranges) {
    out += fmt::format(" {}", range.first);
    if (range.last != range.first) out += fmt::format("-{}", range.last);
  }
  return out;
}

std::string print(const Clause& clause, const Ir& ir) {
  std::string out;
  for (const Term& term : clause.any)
    out += fmt::format("{}{}{}", out.empty() ? "" : " or ", term.negated ? "not " : "",
                       print(ir.patterns[term.pattern]));
  return out;
}

std::string_view name(database::Severity severity) {
  static constexpr std::string_view kNames[] = {"informational", "low", "medium", "high",
                                                "critical"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string transports(std::uint8_t bits) {
  std::string out;
  if ((bits & kSmb) != 0) out += " smb";
  if ((bits & kTcp) != 0) out += " tcp";
  if ((bits & kUdp) != 0) out += " udp";
  return out;
}

std::string print_outcomes(std::uint8_t bits) {
  static constexpr std::string_view kNames[] = {"success", "denied",   "failed",
                                                "fault",   "answered", "unanswered"};
  std::string out = "    outcomes";
  for (std::size_t i = 0; i < std::size(kNames); ++i)
    if ((bits >> i & 1U) != 0) out += fmt::format(" {}", kNames[i]);
  return out + "\n";
}

std::string print_levels(std::uint8_t bits) {
  std::string out;
  for (unsigned level = 0; (kEveryLevel >> level) != 0; ++level)
    if ((bits >> level & 1U) != 0) out += fmt::format(" {}", level);
  return out;
}

// print_interface and print_way print what calls and binds have in common.
template <class Condition>
std::string print_interface(std::string_view kind, const Condition& condition) {
  const std::string& name = condition.interface_name;
  std::string out =
      fmt::format("  {} {}{}{}\n", kind, name, name.empty() ? "" : " ", print(condition.interface));
  if (condition.version_major_first > 0 || condition.version_major_last < 0xffff)
    out += fmt::format("    version {}-{}\n", condition.version_major_first,
                       condition.version_major_last);
  return out;
}

template <class Condition>
std::string print_way(const Condition& condition) {
  std::string out = fmt::format("    transports{}{}\n", transports(condition.transports),
                                condition.transports_given ? "" : " (not given)");
  if (!condition.pipes.empty())
    out += fmt::format("    pipes {}\n", fmt::join(condition.pipes, " "));
  return out;
}

std::string print(const CallCondition& call, const Ir& ir) {
  std::string out = print_interface("call", call);
  out += fmt::format("    opnums{}\n", print(call.opnums));
  out += print_way(call);
  if (call.object) out += fmt::format("    object {}\n", print(*call.object));
  for (const Clause& clause : call.stub) out += fmt::format("    stub {}\n", print(clause, ir));
  if (is_inferable(ir, call)) out += "    inferable\n";
  if (call.outcomes != kEveryOutcome) out += print_outcomes(call.outcomes);
  if (!call.auth_types.empty())
    out += fmt::format("    auth types {}\n", fmt::join(call.auth_types, " "));
  if (call.auth_levels != kEveryLevel)
    out += fmt::format("    auth levels{}\n", print_levels(call.auth_levels));
  return out;
}

std::string print(const BindCondition& bind) {
  static constexpr std::string_view kResults[] = {"any", "accepted", "rejected"};
  std::string out = print_interface("bind", bind);
  out += print_way(bind);
  out += fmt::format("    result {}\n", kResults[static_cast<std::size_t>(bind.result)]);
  return out;
}

std::string print(const FileCondition& file) {
  static constexpr std::string_view kAccess[] = {"none", "read", "write", "read write"};
  std::string out =
      fmt::format("  file {} {}\n", file.whole_path ? "path" : "name", quoted_text(file.name));
  if (!file.share.empty()) out += fmt::format("    share {}\n", quoted_text(file.share));
  out += fmt::format("    access {}\n", kAccess[file.access & kEveryAccess]);
  return out + print_outcomes(file.outcomes);
}

std::string print_by(std::uint8_t bits) {
  std::string out;
  if ((bits & kByClient) != 0) out += " client";
  if ((bits & kByServer) != 0) out += " server";
  return out;
}

// print_steps numbers the steps of a sequence; what stands alone needs no number.
std::string print_steps(const Detection& detection, const Ir& ir) {
  std::string out;
  const bool sequence = detection.steps.size() > 1;
  if (sequence)
    out +=
        fmt::format("  sequence within {} us by{}\n", detection.within_us, print_by(detection.by));
  if (const auto& count = detection.count)
    out += fmt::format("  count {} within {} us by{}\n", count->at_least, count->within_us,
                       print_by(count->by));
  for (std::size_t i = 0; i < detection.steps.size(); ++i) {
    if (sequence) out += fmt::format("  step {}\n", i + 1);
    for (const CallCondition& call : detection.steps[i].calls) out += print(call, ir);
    for (const BindCondition& bind : detection.steps[i].binds) out += print(bind);
    for (const FileCondition& file : detection.steps[i].files) out += print(file);
  }
  return out;
}

std::string print_list(std::string_view key, const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) out += fmt::format("  {} {}\n", key, quoted_text(value));
  return out;
}

}  // namespace

std::string print(const Detection& detection, const Ir& ir) {
  std::string out = fmt::format("detection {}\n", detection.name);
  out += fmt::format("  id {}\n", print(detection.id));
  out += fmt::format("  title {}\n", quoted_text(detection.title));
  out += fmt::format("  description {}\n", quoted_text(detection.description));
  out += fmt::format("  status {}\n", detection.status);
  out += fmt::format("  severity {}\n", name(detection.severity));
  out += fmt::format("  profile {}\n",
                     detection.profile == database::Profile::kCore ? "core" : "hunt");
  if (!detection.tactic.empty()) out += fmt::format("  tactic {}\n", detection.tactic);
  out += print_list("attack", detection.attack);
  out += print_list("reference", detection.references);
  out += print_list("falsepositive", detection.falsepositives);
  out += fmt::format("  from {}\n", print(detection.from));
  out += fmt::format("  to {}\n", print(detection.to));
  out += fmt::format("  sealed {}\n",
                     detection.sealed == database::Sealed::kAlert ? "alert" : "ignore");
  out += print_steps(detection, ir);
  for (const YamlNode& rule : detection.sigma)
    for (const Entry& entry : rule.entries)
      if (entry.key.text == "title")
        out += fmt::format("  sigma {}\n", quoted_text(entry.value.text));
  return out;
}

std::string print(const Ir& ir) {
  std::string out;
  for (const Detection& detection : ir.detections) out += print(detection, ir);
  return out;
}

}  // namespace rpcsieve::compiler

// Events other than calls, and what joins several events: names become globs and bits, durations
// microseconds.
#include "compiler/ir/events.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <string>
#include <string_view>

#include "compiler/ir/calls.h"
#include "compiler/ir/targets.h"
#include "compiler/ir/words.h"
#include "compiler/spec/number.h"
#include "runtime/base/rule_limits.h"

namespace rpcsieve::compiler {
namespace {

// lower_case does for globs what the matcher does for names: ASCII letters, and no others.
std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// last_component gives what stands behind the last backslash: `\\HOST\SHARE` is the share.
std::string last_component(std::string_view text) {
  return lower_case(text.substr(text.rfind('\\') + 1));
}

void report_glob(const Value& value, std::string_view what, Diagnostics& out) {
  out.error("E049", value.span, fmt::format("'{}' names no {}", value.text, what),
            what == "file" ? "write its name, as \"*.pfx\", or its path in the share, as "
                             "\"temp\\\\*.dmp\""
                           : "write its name, as \"C$\"");
}

// lower_name: a path begins at the share's root, with a backslash or without.
void lower_name(const Value& value, FileCondition& condition, Diagnostics& out) {
  const std::string_view text = value.text;
  condition.whole_path = text.find('\\') != std::string_view::npos;
  condition.name = lower_case(text.substr(text.starts_with('\\') ? 1 : 0));
  if (condition.name.empty() || condition.name.ends_with('\\')) report_glob(value, "file", out);
}

struct Unit {
  std::string_view name;
  std::int64_t us;
};
constexpr std::array<Unit, 4> kUnits = {
    {{"ms", 1'000}, {"s", 1'000'000}, {"m", 60'000'000}, {"h", 3'600'000'000}}};

std::optional<std::int64_t> parse_duration(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_number(text.substr(0, digits), 0xffffffff);
  if (!number || *number == 0) return std::nullopt;
  for (const Unit& unit : kUnits)
    if (text.substr(digits) == unit.name) return *number * unit.us;
  return std::nullopt;
}

std::int64_t lower_window(const std::optional<Value>& within, Diagnostics& out) {
  if (!within) return 0;
  const auto us = parse_duration(within->text);
  if (us && *us <= kMaxWindowUs) return *us;
  if (us)
    out.error("E047", within->span, fmt::format("within '{}' is too long", within->text),
              fmt::format("write at most {}h", kMaxWindowUs / 3'600'000'000));
  else
    out.error("E047", within->span, fmt::format("'{}' is no length of time", within->text),
              "write a number and its unit: 500ms, 60s, 5m or 1h");
  return 0;
}

std::uint8_t lower_by(const std::vector<Value>& by, Diagnostics& out) {
  return look_up_bits(by, "by", kByWords, 0, out);
}

Count lower_count(const CountSpec& spec, Diagnostics& out) {
  Count count;
  if (spec.at_least) {
    const auto number = parse_number(spec.at_least->text, kMaxCount);
    if (!number || *number == 0)
      out.error("E023", spec.at_least->span,
                fmt::format("'{}' is no number of events", spec.at_least->text),
                fmt::format("write a decimal number from 1 to {}", kMaxCount));
    count.at_least = number.value_or(1);
  }
  count.within_us = lower_window(spec.within, out);
  count.by = lower_by(spec.by, out);
  return count;
}

}  // namespace

std::vector<BindCondition> lower_bind(const BindSpec& bind, const Catalog& catalog,
                                      Diagnostics& out) {
  BindCondition condition;
  condition.transports = read_transports(bind.transports, out);
  condition.transports_given = !bind.transports.empty();
  condition.pipes = read_pipes(bind.pipes, condition.transports, out);
  if (bind.result)
    condition.result =
        static_cast<BindResult>(look_up(*bind.result, "result", kBindResultWords, out).value_or(0));
  const Targets targets = read_targets(bind.interfaces, bind.version, catalog, out);
  std::vector<BindCondition> conditions;
  for (const Target& target : targets.all) {
    aim(condition, target, targets);
    conditions.push_back(condition);
  }
  return conditions;
}

std::vector<FileCondition> lower_file(const FileSpec& file, Diagnostics& out) {
  FileCondition condition;
  if (file.access) {
    const auto access = look_up(*file.access, "access", kAccessWords, out).value_or(0);
    if (access > 0) condition.access = static_cast<std::uint8_t>(access);
  }
  condition.outcomes = read_outcomes(file.outcomes, kOpened, out);
  std::vector<std::string> shares;
  for (const Value& share : file.shares) {
    shares.push_back(last_component(share.text));
    if (shares.back().empty()) report_glob(share, "share", out);
  }
  if (shares.empty()) shares.emplace_back();
  std::vector<FileCondition> conditions;
  for (const Value& name : file.names) {
    lower_name(name, condition, out);
    for (const std::string& share : shares) {
      condition.share = share;
      conditions.push_back(condition);
    }
  }
  return conditions;
}

Step lower_step(const StepSpec& spec, const Catalog& catalog, PatternTable& patterns,
                Diagnostics& out) {
  Step step;
  for (const CallSpec& call : spec.calls)
    for (CallCondition& condition : lower_call(call, catalog, patterns, out))
      step.calls.push_back(std::move(condition));
  if (spec.bind) step.binds = lower_bind(*spec.bind, catalog, out);
  if (spec.file) step.files = lower_file(*spec.file, out);
  return step;
}

void lower_history(const DetectionSpec& spec, Detection& detection, Diagnostics& out) {
  if (spec.sequence) {
    detection.within_us = lower_window(spec.sequence->within, out);
    detection.by = lower_by(spec.sequence->by, out);
  }
  if (spec.count) detection.count = lower_count(*spec.count, out);
}

}  // namespace rpcsieve::compiler

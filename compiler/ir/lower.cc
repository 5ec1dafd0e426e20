// From specs to the Ir: detections in order of their names, each checked whole, so that a mistake
// in one value hides none in another.
#include "compiler/ir/lower.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/ir/addresses.h"
#include "compiler/ir/events.h"
#include "compiler/ir/lint.h"
#include "compiler/ir/stub.h"
#include "compiler/ir/words.h"
#include "runtime/base/tactics.h"

namespace rpcsieve::compiler {
namespace {

using database::Profile;
using database::Sealed;
using database::Severity;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// is_kebab_case: words of lower-case letters and digits, single hyphens between them.
bool is_kebab_case(std::string_view text) {
  bool hyphen = true;  // none may come first
  for (const char c : text) {
    if (c == '-' ? hyphen : !is_lower_or_digit(c)) return false;
    hyphen = c == '-';
  }
  return !hyphen;
}

std::string kebab_case(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const char small = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (is_lower_or_digit(small)) {
      out += small;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

// is_attack_id: T1234 or T1234.567.
bool is_attack_id(std::string_view text) {
  if (text.size() != 5 && text.size() != 9) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 0 ? text[i] != 'T' : i == 5 ? text[i] != '.' : text[i] < '0' || text[i] > '9')
      return false;
  }
  return true;
}

void lower_name(const Value& name, Detection& detection, Diagnostics& out) {
  detection.name = name.text;
  detection.span = name.span;
  if (is_kebab_case(name.text)) return;
  const std::string suggestion = kebab_case(name.text);
  out.error("E026", name.span, fmt::format("the name '{}' is not kebab-case", name.text),
            suggestion.size() * 2 < name.text.size()
                ? "write lower-case words with hyphens, as dpapi-backup-key-read"
                : fmt::format("did you mean {}?", suggestion));
}

void lower_id(const Value& id, Detection& detection, Diagnostics& out) {
  if (const auto uuid = parse_uuid(id.text)) {
    detection.id = *uuid;
  } else {
    out.error("E022", id.span, fmt::format("id '{}' is no UUID", id.text),
              "write 8-4-4-4-12 hex digits; 'uuidgen' makes one");
  }
}

std::vector<std::string> texts(const std::vector<Value>& values) {
  std::vector<std::string> out;
  out.reserve(values.size());
  for (const Value& value : values) out.push_back(value.text);
  return out;
}

void check_attack(const std::vector<Value>& ids, Diagnostics& out) {
  for (const Value& id : ids)
    if (!is_attack_id(id.text))
      out.error("E027", id.span, fmt::format("'{}' is no ATT&CK technique", id.text),
                "write T and four digits, a sub-technique behind a dot: T1003.004");
}

void check_metadata(const DetectionSpec& spec, Diagnostics& out) {
  std::vector<std::string_view> missing;
  if (spec.attack.empty()) missing.emplace_back("attack");
  if (spec.references.empty()) missing.emplace_back("references");
  if (spec.falsepositives.empty()) missing.emplace_back("falsepositives");
  if (missing.empty() || !spec.name) return;
  out.lint("L001", spec.name->span,
           fmt::format("the detection has no {}", fmt::join(missing, ", ")),
           "whoever gets the alert will look for them");
}

// check_threshold asks for a capture on which the threshold was reached: a count that is never
// tried may as well be wrong.
void check_threshold(const DetectionSpec& spec, Diagnostics& out) {
  const auto alerts = [](const Expectation& one) { return one.alerts > 0; };
  if (!spec.count || !spec.name || std::any_of(spec.expect.begin(), spec.expect.end(), alerts))
    return;
  out.lint("L006", spec.name->span, "no capture of its own reaches the threshold of this detection",
           "add one to 'expect' with the number of its alerts");
}

void lower_description(const DetectionSpec& spec, Detection& detection, Diagnostics& out) {
  if (spec.name) lower_name(*spec.name, detection, out);
  if (!spec.name) detection.span = spec.span;
  if (spec.id) lower_id(*spec.id, detection, out);
  if (spec.title) detection.title = spec.title->text;
  if (spec.description) detection.description = spec.description->text;
  if (spec.status && look_up(*spec.status, "status", kStatusWords, out))
    detection.status = spec.status->text;
  if (spec.severity)
    detection.severity =
        static_cast<Severity>(look_up(*spec.severity, "severity", kSeverityWords, out).value_or(0));
  if (spec.profile)
    detection.profile =
        static_cast<Profile>(look_up(*spec.profile, "profile", kProfileWords, out).value_or(0));
  if (spec.tactic && look_up(*spec.tactic, "tactic", kTactics, out))
    detection.tactic = spec.tactic->text;
  check_attack(spec.attack, out);
  check_metadata(spec, out);
  check_threshold(spec, out);
  detection.attack = texts(spec.attack);
  detection.references = texts(spec.references);
  detection.falsepositives = texts(spec.falsepositives);
}

// in_order gives the detections by name; those without one come first.
std::vector<const DetectionSpec*> in_order(const std::vector<Spec>& specs) {
  std::vector<const DetectionSpec*> all;
  for (const Spec& spec : specs)
    for (const DetectionSpec& detection : spec.detections) all.push_back(&detection);
  const auto name = [](const DetectionSpec* d) {
    return d->name ? std::string_view(d->name->text) : std::string_view();
  };
  std::stable_sort(all.begin(), all.end(), [&](const DetectionSpec* a, const DetectionSpec* b) {
    return name(a) < name(b);
  });
  return all;
}

// check_unique reports a value that an earlier detection has too.
void check_unique(const Value& value, std::string_view code, std::string_view what,
                  std::map<std::string, const Value*>& seen, std::string key, Diagnostics& out) {
  const auto [at, fresh] = seen.emplace(std::move(key), &value);
  if (fresh) return;
  const Span& first = at->second->span;
  out.error(
      code, value.span, fmt::format("duplicate {} '{}'", what, value.text),
      fmt::format("{}:{} has it too: give each detection its own", first.source->name, first.line));
}

void check_all_unique(const std::vector<Spec>& specs, Diagnostics& out) {
  std::map<std::string, const Value*> names, ids;
  for (const Spec& spec : specs) {
    for (const DetectionSpec& detection : spec.detections) {
      if (detection.name)
        check_unique(*detection.name, "E033", "name", names, detection.name->text, out);
      const auto id = detection.id ? parse_uuid(detection.id->text) : std::nullopt;
      if (id) check_unique(*detection.id, "E034", "id", ids, print(*id), out);
    }
  }
}

}  // namespace

Ir lower(const std::vector<Spec>& specs, const Catalog& catalog, const Variables& variables,
         Diagnostics& out) {
  Ir ir;
  PatternTable patterns;
  Addresses addresses(variables, out);
  check_all_unique(specs, out);
  for (const DetectionSpec* spec : in_order(specs)) {
    Detection detection;
    lower_description(*spec, detection, out);
    for (const StepSpec& step : spec->steps)
      detection.steps.push_back(lower_step(step, catalog, patterns, out));
    lower_history(*spec, detection, out);
    detection.sigma = spec->sigma;
    detection.from = addresses.lower(spec->from, "from");
    detection.to = addresses.lower(spec->to, "to");
    if (spec->sealed)
      detection.sealed =
          static_cast<Sealed>(look_up(*spec->sealed, "sealed", kSealedWords, out).value_or(0));
    detection.sigma = spec->sigma;
    ir.detections.push_back(std::move(detection));
  }
  addresses.finish();
  ir.patterns = patterns.take();
  // Of what was not understood, advice would only be noise.
  if (!out.has_errors()) lint(ir, out);
  return ir;
}

}  // namespace rpcsieve::compiler

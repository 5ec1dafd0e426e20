// A suite is read as strictly as a detection: a slip in a case must not make it pass.
#include <fmt/format.h>

#include "compiler/spec/fields.h"
#include "compiler/spec/number.h"
#include "compiler/spec/spec.h"
#include "compiler/spec/yaml.h"
#include "tools/suite/suite.h"

namespace rpcsieve::suite {
namespace {

using compiler::Diagnostics;
using compiler::Fields;
using compiler::YamlNode;

constexpr std::uint32_t kMostCounted = 1'000'000;

using Kind = compiler::Key::Kind;
using Need = compiler::Key::Need;

constexpr compiler::Key kDivergenceKeys[] = {
    {"engine", Kind::kText, Need::kRequired, "which engine differs"},
    {"detection", Kind::kText, Need::kRequired, "about which detection"},
    {"reason", Kind::kText, Need::kRequired, "why"},
};
constexpr compiler::Shape kDivergenceShape = {"divergence", "the divergence", kDivergenceKeys};

constexpr compiler::Key kCaseKeys[] = {
    {"capture", Kind::kText, Need::kOptional, "a capture that scan reads"},
    {"forge", Kind::kTexts, Need::kOptional, "all, or the detections that captures are forged for"},
    {"rules", Kind::kTexts, Need::kRequired, "files or folders of detections"},
    {"variables", Kind::kAnything, Need::kOptional, "variables of the rules, each with addresses"},
    {"alerts", Kind::kAnything, Need::kOptional, "every alert that there is"},
    {"quiet", Kind::kFlag, Need::kOptional, "there are none"},
    {"calls", Kind::kNumber, Need::kOptional, "how many calls there are"},
    {"outcomes", Kind::kAnything, Need::kOptional, "their results, each with a count"},
    {"users", Kind::kAnything, Need::kOptional, "who called, each with a count"},
    {"anomalies", Kind::kNumber, Need::kOptional, "blind spots"},
    {"filtered", Kind::kFlag, Need::kOptional, "its TCP is rebuilt for engines that need it"},
    {"divergences", Kind::kMaps, Need::kOptional, "where an engine is known to differ"},
    {"origin", Kind::kText, Need::kRequired, "who recorded it, with what, when"},
};
constexpr compiler::Shape kCaseShape = {"case", "the case", kCaseKeys};

std::string text_of(const YamlNode* node, std::string_view key, Diagnostics& out) {
  const auto value = compiler::read_text(node, key, out);
  return value ? value->text : "";
}

std::optional<std::uint32_t> number_of(const YamlNode* node, std::string_view key,
                                       Diagnostics& out) {
  const auto value = compiler::read_value(node, key, out);
  if (!value) return std::nullopt;
  const auto number = compiler::parse_number(value->text, kMostCounted);
  if (!number)
    out.error("T001", value->span, fmt::format("{} is no number", key),
              fmt::format("a decimal number up to {}", kMostCounted));
  return number;
}

std::optional<Tally> tally_of(const YamlNode* node, std::string_view key, Diagnostics& out) {
  if (node == nullptr) return std::nullopt;
  if (node->kind != YamlNode::Kind::kMap) {
    out.error("T002", node->span, fmt::format("{} is no map", key), "name: count, …");
    return std::nullopt;
  }
  Tally tally;
  for (const compiler::Entry& entry : node->entries)
    tally[entry.key.text] = number_of(&entry.value, key, out).value_or(0);
  return tally;
}

// wanted_of reads an entry of `alerts`: what is neither the detection nor the count is a condition.
// One without a value wants the record to say nothing.
Wanted wanted_of(const YamlNode& node, Diagnostics& out) {
  Wanted wanted;
  if (node.kind != YamlNode::Kind::kMap) {
    out.error("T002", node.span, "an alert is no map", "{detection: …, count: …}");
    return wanted;
  }
  for (const compiler::Entry& entry : node.entries) {
    const std::string& key = entry.key.text;
    if (key == "detection") {
      wanted.detection = text_of(&entry.value, key, out);
    } else if (key == "count") {
      wanted.count = number_of(&entry.value, key, out).value_or(1);
    } else if (entry.value.kind == YamlNode::Kind::kNull) {
      wanted.conditions[key] = "";
    } else if (const auto value = compiler::read_value(&entry.value, key, out)) {
      wanted.conditions[key] = value->text;
    }
  }
  if (wanted.detection.empty())
    out.error("T003", node.span, "an alert of no detection", "add `detection: NAME`");
  return wanted;
}

Divergence divergence_of(const YamlNode& node, Diagnostics& out) {
  Fields fields(node, kDivergenceShape, out);
  Divergence divergence;
  divergence.engine = text_of(fields.take("engine"), "engine", out);
  divergence.detection = text_of(fields.take("detection"), "detection", out);
  divergence.reason = text_of(fields.take("reason"), "reason", out);
  fields.finish();
  return divergence;
}

void read_alerts(Fields& fields, Case& one, Diagnostics& out) {
  const YamlNode* alerts = fields.take("alerts");
  const bool quiet = compiler::read_flag(fields.take("quiet"), "quiet", out);
  if (!one.forge.empty() && (alerts != nullptr || quiet))
    out.error("T006", fields.span(), "what is forged has its own expectations",
              "take out alerts and quiet");
  if (!one.forge.empty()) return;
  if ((alerts != nullptr) == quiet) {
    out.error("T004", fields.span(), "a case has either alerts or quiet",
              "`alerts: […]`, every one there is; or `quiet: true`");
  }
  if (alerts == nullptr) return;
  for (const YamlNode* node : compiler::items_of(alerts, "alerts", out))
    one.alerts.push_back(wanted_of(*node, out));
}

// variables_of reads `{NAME: addresses}` as the command line's NAME=cidr,cidr.
std::vector<std::string> variables_of(const YamlNode* node, Diagnostics& out) {
  std::vector<std::string> settings;
  if (node == nullptr) return settings;
  if (node->kind != YamlNode::Kind::kMap) {
    out.error("T002", node->span, "variables is no map", "{NAME: addresses, …}");
    return settings;
  }
  for (const compiler::Entry& entry : node->entries) {
    std::string setting = entry.key.text + "=";
    if (entry.value.kind == YamlNode::Kind::kList && entry.value.items.empty()) {
      settings.push_back(std::move(setting));
      continue;
    }
    for (const compiler::Value& value : compiler::read_values(&entry.value, "variables", out))
      setting += (setting.ends_with('=') ? "" : ",") + value.text;
    settings.push_back(std::move(setting));
  }
  return settings;
}

Case case_of(const YamlNode& node, Diagnostics& out) {
  Fields fields(node, kCaseShape, out);
  Case one;
  one.span = node.span;
  one.capture = text_of(fields.take("capture"), "capture", out);
  for (const compiler::Value& value : compiler::read_values(fields.take("forge"), "forge", out))
    one.forge.push_back(value.text);
  if (one.capture.empty() == one.forge.empty())
    out.error("T005", node.span, "a case has either a capture or forges some",
              "`capture: FILE`, or `forge: all`");
  one.variables = variables_of(fields.take("variables"), out);
  for (const compiler::Value& value : compiler::read_values(fields.take("rules"), "rules", out))
    one.rules.push_back(value.text);
  read_alerts(fields, one, out);
  one.calls = number_of(fields.take("calls"), "calls", out);
  one.outcomes = tally_of(fields.take("outcomes"), "outcomes", out);
  one.users = tally_of(fields.take("users"), "users", out);
  one.anomalies = number_of(fields.take("anomalies"), "anomalies", out).value_or(0);
  one.filtered = compiler::read_flag(fields.take("filtered"), "filtered", out);
  if (const YamlNode* known = fields.take("divergences")) {
    for (const YamlNode* each : compiler::items_of(known, "divergences", out))
      one.divergences.push_back(divergence_of(*each, out));
  }
  text_of(fields.take("origin"), "origin", out);
  fields.finish();
  return one;
}

// expectations_of gives the cases of a file of detections.
std::vector<Case> expectations_of(const std::shared_ptr<const compiler::Source>& source,
                                  Diagnostics& out) {
  std::vector<Case> cases;
  const auto spec = compiler::parse(source, out);
  if (!spec) return cases;
  for (const compiler::DetectionSpec& detection : spec->detections) {
    for (const compiler::Expectation& expected : detection.expect) {
      Case one;
      one.span = expected.capture.span;
      one.capture = expected.capture.text;
      one.rules = {source->name};
      one.only = detection.name ? detection.name->text : "";
      one.alerts = {{one.only, expected.alerts, {}}};
      cases.push_back(std::move(one));
    }
  }
  return cases;
}

}  // namespace

std::vector<Case> parse(const std::shared_ptr<const compiler::Source>& source, Diagnostics& out) {
  if (!compiler::is_suite(source)) return expectations_of(source, out);
  const auto root = compiler::load(source, out);
  std::vector<Case> cases;
  if (!root) return cases;
  for (const YamlNode& node : root->items) cases.push_back(case_of(node, out));
  return cases;
}

}  // namespace rpcsieve::suite

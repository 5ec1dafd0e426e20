// From the YAML tree to the Spec. Every function reads one kind of map and goes on after a mistake,
// so that all mistakes of a file come out in one run.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/spec/conditions.h"
#include "compiler/spec/fields.h"
#include "compiler/spec/number.h"
#include "compiler/spec/spec.h"
#include "compiler/spec/yaml.h"
#include "runtime/base/rule_limits.h"

namespace rpcsieve::compiler {
namespace {

// read_notes reads an optional list of the description; it may be empty.
std::vector<Value> read_notes(const YamlNode* node, std::string_view key, Diagnostics& out) {
  if (node && node->kind == YamlNode::Kind::kList && node->items.empty()) return {};
  return read_values(node, key, out);
}

// read_within and read_by are the keys that a sequence and a count share.
std::optional<Value> read_within(Fields& fields, Diagnostics& out) {
  return read_text(fields.take("within"), "within", out);
}
std::vector<Value> read_by(Fields& fields, Diagnostics& out) {
  return read_values(fields.take("by"), "by", out);
}

void read_steps(const YamlNode* node, DetectionSpec& detection, std::size_t& left,
                Diagnostics& out) {
  const auto items = items_of(node, "steps", out);
  if (items.size() > kMaxSteps)
    out.error("E019", items[kMaxSteps]->span,
              fmt::format("the sequence has more than {} steps", kMaxSteps),
              "leave out those that say least");
  for (std::size_t i = 0; i < std::min<std::size_t>(items.size(), kMaxSteps); ++i) {
    Fields fields(*items[i], kStepShape, out);
    detection.steps.push_back(read_event(fields, left, out));
    check_form(fields, kStepShape, fields.finish(), out);
  }
  if (items.size() == 1 && !node->cut)
    out.error("E048", items[0]->span, "a sequence of one step",
              "add the others, or write the step in place of 'sequence'");
}

void read_sequence(const YamlNode& node, DetectionSpec& detection, std::size_t& left,
                   Diagnostics& out) {
  Fields fields(node, kSequenceShape, out);
  SequenceSpec& sequence = detection.sequence.emplace();
  sequence.span = fields.span();
  sequence.within = read_within(fields, out);
  sequence.by = read_by(fields, out);
  read_steps(fields.take("steps"), detection, left, out);
  fields.finish();
}

void read_when(const YamlNode* node, DetectionSpec& detection, Diagnostics& out) {
  if (!node) return;
  Fields fields(*node, kWhenShape, out);
  std::size_t left = kMaxUnfolded;
  const bool sequence = fields.has("sequence");
  StepSpec event = read_event(fields, left, out);
  if (!sequence || !event.calls.empty() || event.bind || event.file)
    detection.steps.push_back(std::move(event));
  if (sequence) read_sequence(*fields.take("sequence"), detection, left, out);
  detection.from = read_choice(fields.take("from"), "from", out);
  detection.to = read_choice(fields.take("to"), "to", out);
  check_form(fields, kWhenShape, fields.finish(), out);
}

void read_count(const YamlNode* node, DetectionSpec& detection, Diagnostics& out) {
  if (!node) return;
  Fields fields(*node, kCountShape, out);
  CountSpec& count = detection.count.emplace();
  count.at_least = read_text(fields.take("at_least"), "at_least", out);
  count.within = read_within(fields, out);
  count.by = read_by(fields, out);
  fields.finish();
}

void read_companions(const YamlNode* node, DetectionSpec& detection, Diagnostics& out) {
  if (!node) return;
  Fields fields(*node, kCompanionsShape, out);
  for (const YamlNode* rule : items_of(fields.take("sigma"), "sigma", out)) {
    // Sigma has more keys of its own; these every rule has.
    Fields sigma(*rule, kSigmaShape, out);
    for (const Key& key : kSigmaShape.keys) sigma.take(key.name);
    if (rule->kind == YamlNode::Kind::kMap) detection.sigma.push_back(*rule);
  }
  fields.finish();
}

std::optional<Expectation> read_expectation(const YamlNode& node, Diagnostics& out) {
  Fields fields(node, kExpectationShape, out);
  auto capture = read_text(fields.take("capture"), "capture", out);
  const auto alerts = read_text(fields.take("alerts"), "alerts", out);
  fields.finish();
  if (!capture || !alerts) return std::nullopt;
  if (const auto count = parse_number(alerts->text, kMostAlerts))
    return Expectation{std::move(*capture), *count};
  out.error("E023", alerts->span, fmt::format("'{}' is no number of alerts", alerts->text),
            fmt::format("write a decimal number from 0 to {}", kMostAlerts));
  return std::nullopt;
}

void read_expect(const YamlNode* node, DetectionSpec& detection, Diagnostics& out) {
  for (const YamlNode* item : items_of(node, "expect", out))
    if (auto expectation = read_expectation(*item, out))
      detection.expect.push_back(std::move(*expectation));
}

DetectionSpec read_detection(const YamlNode& node, Diagnostics& out) {
  DetectionSpec detection;
  Fields fields(node, kDetectionShape, out);
  detection.span = fields.span();
  detection.name = read_text(fields.take("name"), "name", out, kLongestName);
  detection.id = read_text(fields.take("id"), "id", out);
  detection.title = read_text(fields.take("title"), "title", out, kLongestTitle);
  detection.description = read_value(fields.take("description"), "description", out);
  detection.status = read_text(fields.take("status"), "status", out);
  detection.severity = read_text(fields.take("severity"), "severity", out);
  detection.profile = read_text(fields.take("profile"), "profile", out);
  detection.tactic = read_text(fields.take("tactic"), "tactic", out);
  detection.attack = read_notes(fields.take("attack"), "attack", out);
  detection.references = read_notes(fields.take("references"), "references", out);
  detection.falsepositives = read_notes(fields.take("falsepositives"), "falsepositives", out);
  read_when(fields.take("when"), detection, out);
  detection.sealed = read_text(fields.take("sealed"), "sealed", out);
  read_count(fields.take("count"), detection, out);
  read_companions(fields.take("companions"), detection, out);
  read_expect(fields.take("expect"), detection, out);
  fields.finish();
  return detection;
}

}  // namespace

bool is_suite(const std::shared_ptr<const Source>& source) {
  Diagnostics ignored;
  const auto root = load(source, ignored);
  return root && root->kind == YamlNode::Kind::kList;
}

std::optional<Spec> parse(const std::shared_ptr<const Source>& source, Diagnostics& out) {
  const auto root = load(source, out);
  if (!root) return std::nullopt;
  Spec spec;
  Fields top(*root, kFileShape, out);
  check_format(top, out);
  for (const YamlNode* item : items_of(top.take("detections"), "detections", out))
    spec.detections.push_back(read_detection(*item, out));
  top.finish();
  return spec;
}

}  // namespace rpcsieve::compiler

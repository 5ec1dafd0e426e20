// From the YAML tree to the Spec. Every function reads one kind of map and goes on after a mistake,
// so that all mistakes of a file come out in one run.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "compiler/spec/fields.h"
#include "compiler/spec/number.h"
#include "compiler/spec/spec.h"
#include "compiler/spec/yaml.h"

namespace rpcsieve::compiler {
namespace {

// read_notes reads an optional list of the description; it may be empty.
std::vector<Value> read_notes(const YamlNode* node, std::string_view key, Diagnostics& out) {
  if (node && node->kind == YamlNode::Kind::kList && node->items.empty()) return {};
  return read_values(node, key, out);
}

struct TermKey {
  std::string_view key;
  StubTerm::Kind kind;
};
constexpr std::array<TermKey, 4> kTermKeys = {{{"utf16", StubTerm::Kind::kUtf16},
                                               {"text", StubTerm::Kind::kText},
                                               {"hex", StubTerm::Kind::kHex},
                                               {"regex", StubTerm::Kind::kRegex}}};

// read_term reads {utf16: …} or one of its like, with nocase and not.
std::optional<StubTerm> read_term(const YamlNode& node, Diagnostics& out) {
  Fields fields(node, "the stub condition", out);
  std::optional<StubTerm> term;
  std::size_t patterns = 0;
  for (const TermKey& known : kTermKeys) {
    const YamlNode* pattern = fields.take(known.key);
    if (!pattern) continue;
    if (++patterns > 1)
      out.error("E017", pattern->span, "the stub condition has more than one pattern",
                "write an item for each: all items must hold");
    if (auto value = read_value(pattern, known.key, out))
      term = StubTerm{known.kind, std::move(*value)};
  }
  const bool nocase = read_flag(fields.take("nocase"), "nocase", out);
  const bool negated = read_flag(fields.take("not"), "not", out);
  if (fields.finish() && patterns == 0 && fields.whole())
    out.error("E017", fields.span(), "the stub condition has no pattern",
              "give it one of utf16, text, hex, regex");
  if (!term) return std::nullopt;
  term->nocase = nocase;
  term->negated = negated;
  return term;
}

// read_clause reads one item of `stub`: a term, or {any: [terms]}.
std::optional<StubClause> read_clause(const YamlNode& node, Diagnostics& out) {
  StubClause clause;
  if (!has_key(node, "any")) {
    if (auto term = read_term(node, out)) clause.any.push_back(std::move(*term));
  } else {
    Fields fields(node, "the group of stub conditions", out);
    for (const YamlNode* item : items_of(fields.take("any"), "any", out))
      if (auto term = read_term(*item, out)) clause.any.push_back(std::move(*term));
    fields.finish();
  }
  if (clause.any.empty()) return std::nullopt;
  return clause;
}

std::vector<StubClause> read_stub(const YamlNode* node, Diagnostics& out) {
  std::vector<StubClause> clauses;
  for (const YamlNode* item : items_of(node, "stub", out))
    if (auto clause = read_clause(*item, out)) clauses.push_back(std::move(*clause));
  return clauses;
}

// read_condition reads the keys of a call condition, all but `any`.
CallSpec read_condition(Fields& fields, Diagnostics& out) {
  CallSpec call;
  call.span = fields.span();
  call.interfaces = read_values(fields.take("interface"), "interface", out);
  call.version = read_text(fields.take("version"), "version", out);
  call.operations = read_choice(fields.take("operation"), "operation", out);
  call.transports = read_values(fields.take("transport"), "transport", out);
  call.pipes = read_values(fields.take("pipe"), "pipe", out);
  call.object = read_text(fields.take("object"), "object", out);
  call.stub = read_stub(fields.take("stub"), out);
  fields.refuse("auth");
  fields.refuse("outcome", "any");
  return call;
}

constexpr std::array<std::string_view, 6> kSharedKeys = {"interface", "version", "operation",
                                                         "transport", "pipe",    "object"};

// refuse_both reports what stands beside `any` and in an alternative too.
void refuse_both(const Fields& shared, const YamlNode& alternative, Diagnostics& out) {
  for (const Entry& entry : alternative.entries)
    for (const std::string_view key : kSharedKeys)
      if (entry.key.text == key && shared.has(key))
        out.error("E018", entry.key.span, fmt::format("'{}' also stands beside 'any'", key),
                  "keep one of the two: beside 'any' it holds for every alternative");
}

// share gives an alternative what stands beside `any`.
void share(const CallSpec& shared, CallSpec& call) {
  if (call.interfaces.empty()) call.interfaces = shared.interfaces;
  if (!call.version) call.version = shared.version;
  if (!call.operations) call.operations = shared.operations;
  if (call.transports.empty()) call.transports = shared.transports;
  if (call.pipes.empty()) call.pipes = shared.pipes;
  if (!call.object) call.object = shared.object;
  call.stub.insert(call.stub.end(), shared.stub.begin(), shared.stub.end());
}

void require_interface(const Fields& fields, Diagnostics& out) {
  if (fields.has("interface") || !fields.whole()) return;
  out.error("E011", fields.span(), "the call has no 'interface'",
            "name one: a call is known by its interface and operation");
}

std::size_t unfolded(const CallSpec& call) {
  std::size_t parts = 1 + call.pipes.size() + (call.operations ? call.operations->items.size() : 0);
  for (const StubClause& clause : call.stub) parts += clause.any.size();
  return parts * std::max<std::size_t>(call.interfaces.size(), 1);
}

// within_limit takes a call's parts off what a detection may unfold into.
bool within_limit(const CallSpec& call, std::size_t& left, Diagnostics& out) {
  const std::size_t parts = unfolded(call);
  if (parts > left) {
    out.error("E019", call.span,
              fmt::format("the detection unfolds into more than {} conditions", kMaxUnfolded),
              "make several detections of it: each interface of each alternative counts");
    return false;
  }
  left -= parts;
  return true;
}

std::vector<CallSpec> read_alternatives(const YamlNode* any, const Fields& fields,
                                        const CallSpec& shared, Diagnostics& out) {
  std::vector<CallSpec> calls;
  std::size_t left = kMaxUnfolded;
  for (const YamlNode* item : items_of(any, "any", out)) {
    Fields alternative(*item, "the call", out);
    CallSpec call = read_condition(alternative, out);
    if (!fields.has("interface")) require_interface(alternative, out);
    alternative.finish();
    refuse_both(fields, *item, out);
    share(shared, call);
    if (!within_limit(call, left, out)) break;
    calls.push_back(std::move(call));
  }
  return calls;
}

std::vector<CallSpec> read_call(const YamlNode& node, Diagnostics& out) {
  Fields fields(node, "the call", out);
  CallSpec call = read_condition(fields, out);
  const YamlNode* any = fields.take("any");
  fields.finish();
  if (any) return read_alternatives(any, fields, call, out);
  require_interface(fields, out);
  std::size_t left = kMaxUnfolded;
  if (!within_limit(call, left, out)) return {};
  return {std::move(call)};
}

void read_when(const YamlNode* node, DetectionSpec& detection, Diagnostics& out) {
  if (!node) return;
  Fields fields(*node, "'when'", out);
  const YamlNode* call = fields.take("call");
  if (call) detection.calls = read_call(*call, out);
  bool other = false;
  for (const std::string_view form : {"bind", "file", "sequence"}) {
    other = other || fields.has(form);
    fields.refuse(form);
  }
  detection.from = read_choice(fields.take("from"), "from", out);
  detection.to = read_choice(fields.take("to"), "to", out);
  if (fields.finish() && !call && !other && fields.whole())
    out.error("E017", fields.span(), "'when' does not say what to look for",
              "give it 'call:' with an interface");
}

void read_companions(const YamlNode* node, DetectionSpec& detection, Diagnostics& out) {
  if (!node) return;
  Fields fields(*node, "'companions'", out);
  for (const YamlNode* rule : items_of(fields.require("sigma"), "sigma", out)) {
    // Sigma has keys of its own; these three every rule has.
    Fields sigma(*rule, "the Sigma rule", out);
    for (const std::string_view key : {"title", "logsource", "detection"}) sigma.require(key);
    if (rule->kind == YamlNode::Kind::kMap) detection.sigma.push_back(*rule);
  }
  fields.finish();
}

std::optional<Expectation> read_expectation(const YamlNode& node, Diagnostics& out) {
  constexpr std::uint32_t kMostAlerts = 1'000'000;
  Fields fields(node, "the expectation", out);
  auto capture = read_text(fields.require("capture"), "capture", out);
  const auto alerts = read_text(fields.require("alerts"), "alerts", out);
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

// A sensor's rule holds the name in its metadata and the title in its message, and Suricata refuses
// rules of more than 8 KiB; whoever reads alerts wants both on one line.
constexpr std::size_t kLongestName = 100, kLongestTitle = 200;

DetectionSpec read_detection(const YamlNode& node, Diagnostics& out) {
  DetectionSpec detection;
  Fields fields(node, "the detection", out);
  detection.span = fields.span();
  detection.name = read_text(fields.require("name"), "name", out, kLongestName);
  detection.id = read_text(fields.require("id"), "id", out);
  detection.title = read_text(fields.require("title"), "title", out, kLongestTitle);
  detection.description = read_value(fields.require("description"), "description", out);
  detection.status = read_text(fields.require("status"), "status", out);
  detection.severity = read_text(fields.require("severity"), "severity", out);
  detection.attack = read_notes(fields.take("attack"), "attack", out);
  detection.references = read_notes(fields.take("references"), "references", out);
  detection.falsepositives = read_notes(fields.take("falsepositives"), "falsepositives", out);
  read_when(fields.require("when"), detection, out);
  detection.sealed = read_text(fields.take("sealed"), "sealed", out);
  read_companions(fields.take("companions"), detection, out);
  read_expect(fields.take("expect"), detection, out);
  fields.refuse("count");
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
  Fields top(*root, "the file", out);
  check_format(top, out);
  for (const YamlNode* item : items_of(top.require("detections"), "detections", out))
    spec.detections.push_back(read_detection(*item, out));
  top.finish();
  return spec;
}

}  // namespace rpcsieve::compiler

// The conditions that one event can meet. What stands beside `any` is copied into each alternative
// here, so that the phases that follow know only whole conditions.
#include "compiler/spec/conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/base/rule_limits.h"

namespace rpcsieve::compiler {
namespace {

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
  Fields fields(node, kTermShape, out);
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
    Fields fields(node, kGroupShape, out);
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

void read_auth(const YamlNode* node, CallSpec& call, Diagnostics& out) {
  if (!node) return;
  Fields fields(*node, kAuthShape, out);
  call.auth_types = read_values(fields.take("type"), "type", out);
  call.auth_levels = read_values(fields.take("level"), "level", out);
  if (fields.finish() && node->entries.empty() && fields.whole())
    out.error("E017", fields.span(), "'auth' says neither type nor level", "give it one of them");
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
  read_auth(fields.take("auth"), call, out);
  call.outcomes = read_values(fields.take("outcome"), "outcome", out);
  return call;
}

constexpr std::array<std::string_view, 8> kSharedKeys = {
    "interface", "version", "operation", "transport", "pipe", "object", "auth", "outcome"};

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
  if (call.auth_types.empty()) call.auth_types = shared.auth_types;
  if (call.auth_levels.empty()) call.auth_levels = shared.auth_levels;
  if (call.outcomes.empty()) call.outcomes = shared.outcomes;
  call.stub.insert(call.stub.end(), shared.stub.begin(), shared.stub.end());
}

void require_interface(const Fields& fields, Diagnostics& out) {
  if (fields.has("interface") || !fields.whole()) return;
  out.error("E011", fields.span(), "the call has no 'interface'",
            "name one: a call is known by its interface and operation");
}

std::size_t unfolded(const CallSpec& call) {
  std::size_t parts = 1 + call.pipes.size() + (call.operations ? call.operations->items.size() : 0);
  parts += call.auth_types.size();
  for (const StubClause& clause : call.stub) parts += clause.any.size();
  return parts * std::max<std::size_t>(call.interfaces.size(), 1);
}

// within_limit takes a condition's parts off what a detection may unfold into.
bool within_limit(std::size_t parts, const Span& span, std::size_t& left, Diagnostics& out) {
  if (parts > left) {
    out.error("E019", span,
              fmt::format("the detection unfolds into more than {} conditions", kMaxUnfolded),
              "make several detections of it: each interface of each alternative counts");
    return false;
  }
  left -= parts;
  return true;
}

std::vector<CallSpec> read_alternatives(const YamlNode* any, const Fields& fields,
                                        const CallSpec& shared, std::size_t& left,
                                        Diagnostics& out) {
  std::vector<CallSpec> calls;
  for (const YamlNode* item : items_of(any, "any", out)) {
    Fields alternative(*item, kAlternativeShape, out);
    CallSpec call = read_condition(alternative, out);
    if (!fields.has("interface")) require_interface(alternative, out);
    alternative.finish();
    refuse_both(fields, *item, out);
    share(shared, call);
    if (!within_limit(unfolded(call), call.span, left, out)) break;
    calls.push_back(std::move(call));
  }
  return calls;
}

std::vector<CallSpec> read_call(const YamlNode& node, std::size_t& left, Diagnostics& out) {
  Fields fields(node, kCallShape, out);
  CallSpec call = read_condition(fields, out);
  const YamlNode* any = fields.take("any");
  fields.finish();
  if (any) return read_alternatives(any, fields, call, left, out);
  require_interface(fields, out);
  if (!within_limit(unfolded(call), call.span, left, out)) return {};
  return {std::move(call)};
}

std::optional<BindSpec> read_bind(const YamlNode& node, std::size_t& left, Diagnostics& out) {
  Fields fields(node, kBindShape, out);
  BindSpec bind;
  bind.span = fields.span();
  bind.interfaces = read_values(fields.take("interface"), "interface", out);
  bind.version = read_text(fields.take("version"), "version", out);
  bind.transports = read_values(fields.take("transport"), "transport", out);
  bind.pipes = read_values(fields.take("pipe"), "pipe", out);
  bind.result = read_text(fields.take("result"), "result", out);
  fields.finish();
  const std::size_t parts = bind.interfaces.size() * (1 + bind.pipes.size());
  if (!within_limit(parts, bind.span, left, out)) return std::nullopt;
  return bind;
}

std::optional<FileSpec> read_file(const YamlNode& node, std::size_t& left, Diagnostics& out) {
  Fields fields(node, kFileConditionShape, out);
  FileSpec file;
  file.span = fields.span();
  file.names = read_values(fields.take("name"), "name", out, kMaxGlobCharacters);
  file.shares = read_values(fields.take("share"), "share", out, kMaxGlobCharacters);
  file.access = read_text(fields.take("access"), "access", out);
  file.outcomes = read_values(fields.take("outcome"), "outcome", out);
  fields.finish();
  const std::size_t parts = file.names.size() * std::max<std::size_t>(file.shares.size(), 1);
  if (!within_limit(parts, file.span, left, out)) return std::nullopt;
  return file;
}

// list_of gives the keys of which a map wants exactly one.
std::string list_of(const Shape& shape) {
  std::vector<std::string_view> names;
  for (const Key& key : shape.keys)
    if (key.need == Key::Need::kOne) names.push_back(key.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

void check_form(const Fields& fields, const Shape& shape, bool known, Diagnostics& out) {
  const auto given = fields.given();
  if (given.size() > 1)
    out.error("E017", given[1]->span,
              fmt::format("{} has '{}' and '{}'", shape.what, given[0]->text, given[1]->text),
              "keep one of the two; a 'sequence' has several steps, a rule set many detections");
  if (given.empty() && known && fields.whole())
    out.error("E017", fields.span(), fmt::format("{} does not say what to look for", shape.what),
              fmt::format("give it one of {}", list_of(shape)));
}

StepSpec read_event(Fields& fields, std::size_t& left, Diagnostics& out) {
  StepSpec step;
  if (const YamlNode* call = fields.take("call")) step.calls = read_call(*call, left, out);
  if (const YamlNode* bind = fields.take("bind")) step.bind = read_bind(*bind, left, out);
  if (const YamlNode* file = fields.take("file")) step.file = read_file(*file, left, out);
  return step;
}

}  // namespace rpcsieve::compiler

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/spec/node.h"

namespace rpcsieve::compiler {

// Value is a scalar as the author wrote it, with its place. The phases that follow give it meaning.
struct Value {
  std::string text;
  Span span;
};

// Choice is a list of values, or all but these: operation numbers and names, or addresses and
// $VARIABLES.
struct Choice {
  std::vector<Value> items;  // never empty
  bool negated = false;
  Span span;
};

// StubTerm is one thing that must (or must not) be in the stub.
struct StubTerm {
  enum class Kind : std::uint8_t { kText, kUtf16, kHex, kRegex };
  Kind kind = Kind::kText;
  Value value;
  bool nocase = false;
  bool negated = false;
};

// StubClause holds if one of its terms does.
struct StubClause {
  std::vector<StubTerm> any;
};

// CallSpec is one alternative of `when: call:`. What a call condition shares beside `any` has been
// copied into each of its alternatives; stub clauses of both stand together, and all must hold.
struct CallSpec {
  Span span;
  std::vector<Value> interfaces;     // empty only after a mistake
  std::optional<Value> version;      // "0.0" or "0"
  std::optional<Choice> operations;  // none: every operation
  std::vector<Value> transports;     // none: every transport
  std::vector<Value> pipes;          // none: every pipe
  std::optional<Value> object;
  std::vector<StubClause> stub;
  std::vector<Value> auth_types, auth_levels;  // none: every one
  std::vector<Value> outcomes;                 // none: every one
};

// BindSpec is a `bind` condition.
struct BindSpec {
  Span span;
  std::vector<Value> interfaces;  // empty only after a mistake
  std::optional<Value> version;
  std::vector<Value> transports, pipes;
  std::optional<Value> result;
};

// FileSpec is a `file` condition.
struct FileSpec {
  Span span;
  std::vector<Value> names;   // globs; empty only after a mistake
  std::vector<Value> shares;  // globs; none: every share
  std::optional<Value> access;
  std::vector<Value> outcomes;
};

// StepSpec is what `when`, or a step of its sequence, waits for: one of the three. After a mistake
// there may be more or none.
struct StepSpec {
  std::vector<CallSpec> calls;
  std::optional<BindSpec> bind;
  std::optional<FileSpec> file;
};

// SequenceSpec is what joins the steps of a sequence.
struct SequenceSpec {
  Span span;
  std::optional<Value> within;
  std::vector<Value> by;
};

// CountSpec is a threshold.
struct CountSpec {
  std::optional<Value> at_least, within;
  std::vector<Value> by;
};

// Expectation is a regression test of the detection's own: so many alerts on that capture.
struct Expectation {
  Value capture;
  std::uint32_t alerts = 0;
};

// DetectionSpec is one detection as written. A value that is required but missing has been
// reported, and is nullopt.
struct DetectionSpec {
  Span span;
  std::optional<Value> name, id, title, description, status, severity, profile, tactic;
  std::vector<Value> attack, references, falsepositives;
  std::vector<StepSpec> steps;  // one; more, or fewer by mistake, only in a sequence
  std::optional<SequenceSpec> sequence;
  std::optional<CountSpec> count;
  std::optional<Choice> from, to;  // none: everyone
  std::optional<Value> sealed;
  std::vector<YamlNode> sigma;  // companions: host-side Sigma rules, each a map, as written
  std::vector<Expectation> expect;
};

// Spec is a file of detections as written: structure checked (keys, kinds of values), meaning not.
struct Spec {
  std::vector<DetectionSpec> detections;
};

// A detection unfolds into a condition for each interface of each alternative; so many parts
// (operations, pipes, stub terms) may they have together.
inline constexpr std::size_t kMaxUnfolded = 10'000;

// parse reads a file of detections (DESIGN section 2). All that is wrong with its structure goes to
// `out`; the Spec holds everything that could be read nevertheless, so that the next phase can say
// what else is wrong. nullopt: nothing could.
//
// Beyond the design, an alternative of `call: {any: […]}` is a call condition of its own: it may
// hold every key of one (but `any`), and what stands beside `any` holds for each alternative. Only
// `stub` may stand in both places; then both must hold.
std::optional<Spec> parse(const std::shared_ptr<const Source>& source, Diagnostics& out);

// is_suite says whether a YAML file is a regression suite, a list, and so not a file of detections.
bool is_suite(const std::shared_ptr<const Source>& source);

// Variable is a named list of addresses; an empty one is a role that the site has not filled in.
struct Variable {
  Span span;
  std::vector<Value> addresses;
  bool from_command_line = false;
};
using Variables = std::map<std::string, Variable, std::less<>>;

// parse_variables reads a variables.yaml and adds what it defines. A name that is there already is
// an error. The file:
//   rpcsieve: 1
//   variables:
//     DOMAIN_CONTROLLERS: [10.0.0.10, 10.0.1.0/24]
//     ADMIN_HOSTS: []
void parse_variables(const std::shared_ptr<const Source>& source, Variables& variables,
                     Diagnostics& out);

// set_variable sets a variable from the command line's `--var NAME=cidr,cidr`, in place of what a
// file defines. No address at all makes it an empty list.
void set_variable(const std::string& name, const std::string& addresses, Variables& variables,
                  Diagnostics& out);

}  // namespace rpcsieve::compiler

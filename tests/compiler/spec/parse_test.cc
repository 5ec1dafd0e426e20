// What the Spec keeps of a file; what is refused is in tests/golden.
#include <gtest/gtest.h>

#include "compiler/spec/spec.h"
#include "tests/support/spec.h"

namespace rpcsieve::compiler {
namespace {

using test::codes;
using test::detection;
using test::source;

std::string print(const std::vector<Value>& values) {
  std::string out;
  for (const Value& value : values) out += (out.empty() ? "" : ",") + value.text;
  return out;
}

std::string print(const StubTerm& term) {
  static constexpr const char* kKinds[] = {"text", "utf16", "hex", "regex"};
  return std::string(term.negated ? "not " : "") + kKinds[static_cast<int>(term.kind)] + ":" +
         term.value.text + (term.nocase ? "/i" : "");
}

std::string print(const CallSpec& call) {
  std::string out = print(call.interfaces);
  if (call.version) out += " v" + call.version->text;
  if (call.operations)
    out += (call.operations->negated ? " not " : " op ") + print(call.operations->items);
  if (!call.transports.empty()) out += " over " + print(call.transports);
  if (!call.pipes.empty()) out += " pipe " + print(call.pipes);
  if (call.object) out += " object " + call.object->text;
  for (const StubClause& clause : call.stub) {
    std::string terms;
    for (const StubTerm& term : clause.any) terms += (terms.empty() ? "" : "|") + print(term);
    out += " stub " + terms;
  }
  return out;
}

struct CallCase {
  std::string_view name, when, want;
};

const CallCase kCalls[] = {
    {"least", "call: {interface: lsarpc}", "lsarpc"},
    {"values and lists",
     "call: {interface: [a, b], version: 1.0, operation: 3, transport: [smb, tcp], pipe: p}",
     "a,b v1.0 op 3 over smb,tcp pipe p"},
    {"all but", "call: {interface: a, operation: {not: [1, \"2-3\", Close]}}", "a not 1,2-3,Close"},
    {"one stub condition", "call: {interface: a, stub: {hex: 0500}}", "a stub hex:0500"},
    {"stub conditions",
     "call: {interface: a, stub: [{text: x, nocase: true, not: true}, {any: [{utf16: y}, {regex: "
     "z, not: false}]}]}",
     "a stub not text:x/i stub utf16:y|regex:z"},
    {"alternatives", "call: {any: [{interface: a}, {interface: b, operation: 1}]}", "a; b op 1"},
    {"the outcome that says nothing", "call: {interface: a, outcome: any}", "a"},
    {"one alternative", "call: {any: {interface: a}}", "a"},
    {"shared keys",
     "call: {any: [{operation: 1, pipe: p}, {operation: 2, pipe: q}], interface: a, object: o, "
     "transport: smb}",
     "a op 1 over smb pipe p object o; a op 2 over smb pipe q object o"},
    {"shared stub",
     "call: {any: [{interface: a, stub: {text: x}}, {interface: b}], stub: {text: y}}",
     "a stub text:x stub text:y; b stub text:y"},
};

TEST(Parse, ReadsCalls) {
  for (const CallCase& c : kCalls) {
    Diagnostics out;
    const auto spec = parse(source(detection(c.when)), out);
    ASSERT_TRUE(spec && spec->detections.size() == 1) << c.name;
    std::string calls;
    for (const CallSpec& call : spec->detections[0].steps[0].calls)
      calls += (calls.empty() ? "" : "; ") + print(call);
    EXPECT_EQ(calls, c.want) << c.name;
    EXPECT_EQ(codes(out), "") << c.name;
  }
}

TEST(Parse, KeepsCompanionsAndExpectations) {
  const std::string text =
      detection("call: {interface: a}") +
      "    companions: {sigma: [{title: t, logsource: {}, detection: {x: [1, {y: z}]}}]}\n"
      "    expect: [{capture: a.pcap, alerts: 4}, {capture: b.pcap, alerts: 0}]\n";
  Diagnostics out;
  const auto spec = parse(source(text), out);
  EXPECT_EQ(codes(out), "");
  const DetectionSpec& kept = spec->detections.at(0);
  ASSERT_EQ(kept.sigma.size(), 1U);
  EXPECT_EQ(kept.sigma[0].entries.at(2).value.entries.at(0).value.items.size(), 2U);
  ASSERT_EQ(kept.expect.size(), 2U);
  EXPECT_EQ(kept.expect[0].capture.text + "=" + std::to_string(kept.expect[0].alerts), "a.pcap=4");
}

TEST(Parse, DropsTheLineBreakOfABlock) {
  std::string text = detection("call: {interface: a}");
  text.replace(text.find("An example"), 10, ">\n      Two words,\n      and more");
  Diagnostics out;
  const auto spec = parse(source(text), out);
  EXPECT_EQ(codes(out), "");
  EXPECT_EQ(spec->detections.at(0).title->text, "Two words, and more");
}

TEST(Parse, GoesOnAfterMistakes) {
  const std::string text =
      detection("{call: {interface: a, stub: [x, {text: y}]}, from: {nott: b}}") +
      "    sealed: [x]\n"
      "  - name: second\n";
  Diagnostics out;
  const auto spec = parse(source(text), out);
  EXPECT_EQ(codes(out),
            "E012@13:36 E010@13:59 E011@13:59 E012@14:13 "
            "E011@15:5 E011@15:5 E011@15:5 E011@15:5 E011@15:5 E011@15:5");
  ASSERT_EQ(spec->detections.size(), 2U);
  EXPECT_EQ(print(spec->detections[0].steps[0].calls.at(0)), "a stub text:y");
  EXPECT_EQ(spec->detections[1].name->text, "second");
}

struct LimitCase {
  std::size_t interfaces, operations;
  std::string_view codes;
};

std::string list(std::size_t n) {
  std::string out = "[";
  for (std::size_t i = 0; i < n; ++i) out += std::to_string(i) + ",";
  return out + "]";
}

// A detection of few words must not unfold without end.
TEST(Parse, LimitsWhatADetectionUnfoldsInto) {
  for (const LimitCase& c : {LimitCase{100, 99, ""}, LimitCase{100, 100, "E019@13:14"}}) {
    Diagnostics out;
    parse(source(detection("call: {interface: " + list(c.interfaces) +
                           ", operation: " + list(c.operations) + "}")),
          out);
    EXPECT_EQ(codes(out), c.codes);
  }
}

TEST(Suite, IsAList) {
  EXPECT_TRUE(is_suite(source("- capture: a.pcap\n")));
  EXPECT_TRUE(is_suite(source("[]")));
  EXPECT_FALSE(is_suite(source(detection("call: {interface: a}"))));
  EXPECT_FALSE(is_suite(source("")));
  EXPECT_FALSE(is_suite(source("a: [")));
}

struct VariablesCase {
  std::string_view name;
  std::string text;
  std::string want;  // NAME=addresses
  std::string codes;
};

const VariablesCase kVariables[] = {
    {"lists", "rpcsieve: 1\nvariables:\n  A: [10.0.0.1, ::1]\n  B_2: []\n  C: 10.0.0.1\n",
     "A=10.0.0.1,::1 B_2= C=10.0.0.1 ", ""},
    {"names", "rpcsieve: 1\nvariables: {a: [], $B: [], 1C: [], \"\": []}\n",
     "= $B= 1C= a= ", "E038@2:13 E038@2:20 E038@2:28 E038@2:36"},
    {"shape", "variables: [A]\nother: x\n", "", "E011@1:1 E012@1:12 E010@2:1"},
    {"twice", "rpcsieve: 1\nvariables: {A: ::1, A: ::2}\n", "A=::1 ", "E009@2:21"},
    {"no address", "rpcsieve: 1\nvariables: {A: , B: {C: d}, D: [[x]]}\n",
     "A= B= D= ", "E013@2:13 E012@2:22 E012@2:33"},
};

TEST(Variables, AreRead) {
  for (const VariablesCase& c : kVariables) {
    Diagnostics out;
    Variables variables;
    parse_variables(source(c.text), variables, out);
    std::string got;
    for (const auto& [name, variable] : variables)
      got += name + "=" + print(variable.addresses) + " ";
    EXPECT_EQ(got, c.want) << c.name;
    EXPECT_EQ(codes(out), c.codes) << c.name;
  }
}

}  // namespace
}  // namespace rpcsieve::compiler

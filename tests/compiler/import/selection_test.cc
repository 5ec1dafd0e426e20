// Formulas over fields become interfaces with operations; an oracle for each case is the words.
#include "compiler/import/selection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "compiler/spec/yaml.h"
#include "tests/support/spec.h"

namespace rpcsieve::compiler {
namespace {

std::string print(const std::vector<ImportedCall>& calls) {
  std::string out;
  for (const ImportedCall& call : calls)
    out += fmt::format("{}{}{}: {}", out.empty() ? "" : "; ", fmt::join(call.interfaces, ","),
                       call.all_but ? " but" : "", fmt::join(call.operations, ","));
  return out;
}

// imported reads a `detection:` and gives its calls, and the codes of what was said.
std::string imported(LogSource source, const std::string& text) {
  Diagnostics out;
  const auto node = load(test::source(text), out);
  if (!node) return "no YAML";
  std::vector<std::string> names, not_kept;
  std::vector<Selection> selections;
  std::string words;
  for (const Entry& entry : node->entries) {
    if (entry.key.text == "condition") {
      words = entry.value.text;
      continue;
    }
    names.push_back(entry.key.text);
    selections.push_back(read_selection(entry.value, source, Catalog::builtin(), not_kept, out));
  }
  Condition condition;
  ConditionFault fault;
  std::vector<ImportedCall> calls;
  if (!parse_condition(words, names, condition, fault)) return fault.message;
  const bool bound = unfold(condition, selections, Catalog::builtin(), calls);
  std::string codes;
  for (const Diagnostic& d : out.sorted()) codes += " " + d.code;
  return (bound ? print(calls) : "any interface") + codes;
}

struct SelectionCase {
  std::string_view name, detection, want;
};

constexpr std::string_view kLsarpc = "12345778-1234-abcd-ef00-0123456789ab";
constexpr std::string_view kForeign = "deadbeef-0000-0000-0000-000000000001";

const SelectionCase kFirewall[] = {
    {"one number", "s: {EventID: 3, InterfaceUuid: LSARPC, OpNum: 43}\ncondition: s",
     "lsarpc: LsarRetrievePrivateData"},
    {"every operation", "s: {InterfaceUuid: LSARPC}\ncondition: s", "lsarpc but: "},
    {"all but", "s: {InterfaceUuid: LSARPC}\nf: {OpNum: [43, 44]}\ncondition: s and not f",
     "lsarpc but: LsarRetrievePrivateData,LsarOpenPolicy2"},
    {"beyond the table", "s: {InterfaceUuid: LSARPC, OpNum: [300, 301, 43]}\ncondition: s",
     "lsarpc: LsarRetrievePrivateData,\"300-301\""},
    {"an interface that nobody knows", "s: {InterfaceUuid: FOREIGN, OpNum: [0, 2]}\ncondition: s",
     "deadbeef-0000-0000-0000-000000000001: 0,2"},
    {"compared", "s: {InterfaceUuid: FOREIGN, 'OpNum|gte': 65534}\ncondition: s",
     "deadbeef-0000-0000-0000-000000000001: \"65534-65535\""},
    {"a list of maps",
     "s: [{InterfaceUuid: FOREIGN, OpNum: 1}, {InterfaceUuid: LSARPC, OpNum: 0}]\n"
     "condition: s",
     "lsarpc: LsarClose; deadbeef-0000-0000-0000-000000000001: 1"},
    {"another event", "s: {EventID: 1, InterfaceUuid: LSARPC}\ncondition: s", ""},
    {"another log", "s: {EventLog: Security, InterfaceUuid: LSARPC}\ncondition: s", ""},
    {"a field more, which narrowed", "s: {InterfaceUuid: FOREIGN, OpNum: 1, User: x}\ncondition: s",
     "deadbeef-0000-0000-0000-000000000001: 1 W060"},
    {"a field more, which excluded",
     "s: {InterfaceUuid: FOREIGN, OpNum: 1}\nf: {User: x}\ncondition: s and not f",
     "deadbeef-0000-0000-0000-000000000001: 1 W060"},
    {"a field of a map that is excluded",
     "s: {InterfaceUuid: FOREIGN}\nf: {OpNum: 1, User: x}\ncondition: s and not f",
     "deadbeef-0000-0000-0000-000000000001 but:  W060"},
    {"no number", "s: {InterfaceUuid: FOREIGN, OpNum: 65536}\ncondition: s",
     "deadbeef-0000-0000-0000-000000000001 but:  W060"},
    {"no interface", "s: {OpNum: 43}\ncondition: s", "any interface"},
    {"all but an interface", "s: {InterfaceUuid: LSARPC}\ncondition: not s", "any interface"},
    {"words", "s: [word, other]\ncondition: s", "any interface W060 W060"},
};

std::string replaced(std::string text, std::string_view word, std::string_view other) {
  for (std::size_t at; (at = text.find(word)) != std::string::npos;)
    text.replace(at, word.size(), other);
  return text;
}

TEST(Selection, OfTheFirewall) {
  for (const SelectionCase& c : kFirewall) {
    const std::string text =
        replaced(replaced(std::string(c.detection), "LSARPC", kLsarpc), "FOREIGN", kForeign);
    EXPECT_EQ(imported(LogSource::kRpcFirewall, text), c.want) << c.name;
  }
}

const SelectionCase kZeek[] = {
    {"both names", "s: {endpoint: lsarpc, operation: LsarRetrievePrivateData}\ncondition: s",
     "lsarpc: LsarRetrievePrivateData"},
    {"another name in use", "s: {endpoint: drsuapi, operation: DRSGetNCChanges}\ncondition: s",
     "drsuapi: IDL_DRSGetNCChanges"},
    {"an operation of several", "s: {operation: EfsRpcOpenFileRaw}\ncondition: s",
     "efsrpc2,efsrpc: EfsRpcOpenFileRaw"},
    {"a part of a name", "s: {endpoint: lsarpc, 'operation|contains': PrivateData}\ncondition: s",
     "lsarpc: LsarStorePrivateData,LsarRetrievePrivateData,LsarStorePrivateData2,"
     "LsarRetrievePrivateData2"},
    {"all parts", "s: {endpoint: lsarpc, 'operation|contains|all': [Private, Store]}\ncondition: s",
     "lsarpc: LsarStorePrivateData,LsarStorePrivateData2"},
    {"wildcards", "s: {endpoint: LSA*, operation: '*retrieve?rivatedata'}\ncondition: s",
     "lsarpc: LsarRetrievePrivateData"},
    {"swapped", "s: {endpoint: JobAdd, operation: atsvc}\ncondition: s",
     "atsvc: NetrJobAdd W061 W061"},
    {"a name that nobody has",
     "s: {endpoint: lsarpc, operation: [LsarClose, Nonsense]}\ncondition: s",
     "lsarpc: LsarClose W062"},
    {"nothing but that", "s: {endpoint: lsarpc, operation: Nonsense}\ncondition: s", " W062"},
    {"a modifier that has no like", "s: {endpoint: lsarpc, 'operation|re': 'Lsar.*'}\ncondition: s",
     "lsarpc but:  W060"},
};

TEST(Selection, OfZeek) {
  for (const SelectionCase& c : kZeek)
    EXPECT_EQ(imported(LogSource::kZeek, std::string(c.detection)), c.want) << c.name;
}

}  // namespace
}  // namespace rpcsieve::compiler

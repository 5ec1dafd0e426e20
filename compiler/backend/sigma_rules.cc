// What a host sees of a detection. RPC Firewall logs each call with its interface and number, and
// the Security log each access to a file of a share (event 5145); neither knows stubs or outcomes.
// Ids come from the detection's, so that a rule keeps its id as long as its detection does.
#include "compiler/backend/sigma_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/backend/name_uuid.h"
#include "compiler/backend/yaml_text.h"
#include "compiler/ir/operations.h"

namespace rpcsieve::compiler::sigma {
namespace {

std::string numbered(std::string_view form, std::size_t index) {
  return index == 0 ? std::string(form) : fmt::format("{}-{}", form, index + 1);
}

std::string_view level(database::Severity severity) {
  static constexpr std::string_view kLevels[] = {"informational", "low", "medium", "high",
                                                 "critical"};
  return kLevels[static_cast<std::size_t>(severity)];
}

std::vector<std::string> once(const std::vector<std::string>& texts, std::size_t shortest) {
  std::vector<std::string> out;
  for (const std::string& text : texts)
    if (text.size() >= shortest && std::find(out.begin(), out.end(), text) == out.end())
      out.push_back(text);
  return out;
}

std::vector<std::string> tags(const Detection& detection) {
  std::vector<std::string> out;
  if (!detection.tactic.empty()) out.push_back("attack." + detection.tactic);
  for (std::string technique : detection.attack) {
    for (char& c : technique) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    out.push_back("attack." + technique);
  }
  return once(out, 1);
}

bool has(const YamlNode& node, std::string_view key) {
  return std::any_of(node.entries.begin(), node.entries.end(),
                     [&](const Entry& entry) { return entry.key.text == key; });
}

// put_missing sets a key unless the rule has it.
void put_missing(YamlNode& rule, std::string_view key, YamlNode value) {
  const bool empty = value.kind == YamlNode::Kind::kList && value.items.empty();
  if (!has(rule, key) && !empty) put(rule, key, std::move(value));
}

// put_id names the rule and the detection that it comes from.
void put_id(YamlNode& rule, const Detection& detection, std::string_view form) {
  const Uuid id = name_uuid(detection.id, fmt::format("sigma {}", form));
  put_missing(rule, "id", yaml_text(print(id)));
  YamlNode derived;
  put(derived, "id", yaml_text(print(detection.id)));
  put(derived, "type", yaml_text("derived"));
  YamlNode related;
  related.kind = YamlNode::Kind::kList;
  related.items.push_back(std::move(derived));
  put_missing(rule, "related", std::move(related));
}

// put_meaning says what an alert means, unless the rule does.
void put_meaning(YamlNode& rule, const Detection& detection) {
  put_missing(rule, "status", yaml_text(detection.status));
  put_missing(rule, "description", yaml_text(detection.description));
  put_missing(rule, "references", yaml_list(once(detection.references, 1)));
  put_missing(rule, "tags", yaml_list(tags(detection)));
}

void put_end(YamlNode& rule, const Detection& detection) {
  put_missing(rule, "falsepositives", yaml_list(once(detection.falsepositives, 2)));
  put_missing(rule, "level", yaml_text(level(detection.severity)));
}

YamlNode map_of(const std::vector<std::pair<std::string_view, std::string_view>>& entries) {
  YamlNode out;
  for (const auto& [key, value] : entries) put(out, key, yaml_text(value));
  return out;
}

// Selections gathers what of a rule's `detection` is found, and what is left out.
class Selections {
 public:
  void add(YamlNode selection) { all_.push_back(std::move(selection)); }
  void leave_out(YamlNode filter) { filters_.push_back(std::move(filter)); }

  // build names the parts: one is `selection`, several are selection_1, selection_2 and so on.
  [[nodiscard]] YamlNode build() const {
    YamlNode out;
    std::string condition = put_all(out, "selection", all_);
    if (!filters_.empty()) condition += " and not " + put_all(out, "filter", filters_);
    put(out, "condition", yaml_text(condition));
    return out;
  }

 private:
  static std::string put_all(YamlNode& out, const std::string& name,
                             const std::vector<YamlNode>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i)
      put(out, parts.size() == 1 ? name : fmt::format("{}_{}", name, i + 1), parts[i]);
    return parts.size() == 1 ? name : fmt::format("1 of {}_*", name);
  }

  std::vector<YamlNode> all_, filters_;
};

// numbers_of lists the numbers within ranges; nullopt if there are too many to list.
std::optional<std::vector<std::string>> numbers_of(const std::vector<OpnumRange>& ranges) {
  constexpr std::size_t kMost = 500;
  std::vector<std::string> out;
  for (const OpnumRange& range : ranges)
    for (std::uint32_t number = range.first; number <= range.last; ++number) {
      if (out.size() == kMost) return std::nullopt;
      out.push_back(fmt::format("{}", number));
    }
  return out;
}

YamlNode one_or_list(const std::vector<std::string>& texts) {
  return texts.size() == 1 ? yaml_text(texts.front()) : yaml_list(texts);
}

YamlNode interface_of(const CallCondition& call) {
  return map_of(
      {{"EventLog", "RPCFW"}, {"EventID", "3"}, {"InterfaceUuid", print(call.interface)}});
}

// add_call selects the calls of one condition. Ranges that are long, as those of `not`, are told by
// what they leave out.
bool add_call(const CallCondition& call, Selections& selections) {
  YamlNode selection = interface_of(call);
  if (call.opnums == std::vector{OpnumRange{}}) {
    selections.add(std::move(selection));
    return true;
  }
  const auto numbers = numbers_of(call.opnums);
  const auto missing = numbers ? std::nullopt : numbers_of(complement(call.opnums));
  if (!numbers && !missing) return false;
  if (numbers) {
    put(selection, "OpNum", one_or_list(*numbers));
  } else {
    YamlNode filter = interface_of(call);
    put(filter, "OpNum", one_or_list(*missing));
    selections.leave_out(std::move(filter));
  }
  selections.add(std::move(selection));
  return true;
}

void explain_call(const CallCondition& call, Reasons& reasons) {
  const bool auth = !call.auth_types.empty() || call.auth_levels != kEveryLevel;
  const auto say = [&](bool asked, std::string_view what) {
    if (asked) reasons.wider(fmt::format("calls: {} not in the event", what));
  };
  say(!call.stub.empty(), "the stub is");
  say(!call.pipes.empty() || call.transports != kEveryTransport, "transport and pipe are");
  say(call.object.has_value(), "the object UUID is");
  say(call.version_major_first > 0 || call.version_major_last < 0xffff, "the version is");
  say(call.outcomes != kEveryOutcome, "the outcome is");
  say(auth, "the authentication is");
}

YamlNode calls_logsource() {
  return map_of(
      {{"product", "rpc_firewall"},
       {"category", "application"},
       {"definition", "RPC Firewall (github.com/zeronetworks/rpcfirewall) audits the interface"}});
}

// escaped gives a glob as a Sigma value, in which a backslash before a wildcard or another
// backslash would be an escape.
std::string escaped(std::string_view glob) {
  std::string out;
  for (std::size_t i = 0; i < glob.size(); ++i) {
    const bool doubled = glob[i] == '\\' && i + 1 < glob.size() &&
                         std::string_view("*?\\").find(glob[i + 1]) != std::string_view::npos;
    out += doubled ? "\\\\" : std::string(1, glob[i]);
  }
  return out;
}

void add_file(const FileCondition& file, Selections& selections, Reasons& reasons) {
  YamlNode selection = map_of({{"EventID", "5145"}});
  if (!file.share.empty()) put(selection, "ShareName", yaml_text(escaped("\\\\*\\" + file.share)));
  std::vector<std::string> names = {escaped(file.name)};
  if (!file.whole_path) names.push_back(escaped("*\\" + file.name));
  put(selection, "RelativeTargetName", one_or_list(names));
  selections.add(std::move(selection));
  if (file.name.find('*') != std::string::npos)
    reasons.wider("files: `*` stands for backslashes too");
  if (file.access != kEveryAccess) reasons.wider("files: the access is not compared");
  if (file.outcomes != kEveryOutcome)
    reasons.wider("files: the event is written before the file is opened, or not");
}

// file_selections leaves out IPC$: named pipes have events 5145 too.
Selections file_selections(const Step& step, Reasons& reasons) {
  Selections selections;
  for (const FileCondition& file : step.files) add_file(file, selections, reasons);
  selections.leave_out(map_of({{"EventID", "5145"}, {"ShareName|endswith", "\\IPC$"}}));
  return selections;
}

// begin gives a rule with everything that stands before its log source.
YamlNode begin(const Detection& detection, std::string_view title, const std::string& form) {
  constexpr std::size_t kLongestTitle = 256;
  YamlNode rule;
  const std::string whole = fmt::format("{}{}", detection.title, title);
  put(rule, "title", yaml_text(whole.size() > kLongestTitle ? detection.title : whole));
  put_id(rule, detection, form);
  put(rule, "name", yaml_text(fmt::format("{}-{}", detection.name, form)));
  put_meaning(rule, detection);
  return rule;
}

Rule finish(const Detection& detection, std::string form, YamlNode rule, YamlNode logsource,
            const Selections& selections) {
  put(rule, "logsource", std::move(logsource));
  put(rule, "detection", selections.build());
  put_end(rule, detection);
  return {std::move(form), std::move(rule)};
}

std::string timespan(std::int64_t within_us) {
  constexpr std::int64_t kSecond = 1'000'000;
  const std::int64_t seconds = std::max<std::int64_t>(1, (within_us + kSecond - 1) / kSecond);
  if (seconds % 3600 == 0) return fmt::format("{}h", seconds / 3600);
  return seconds % 60 == 0 ? fmt::format("{}m", seconds / 60) : fmt::format("{}s", seconds);
}

// The client has another field in each log; `aliases` gives it one name.
std::string_view client_field(const Rule& rule) {
  return rule.form.starts_with("files") ? "IpAddress" : "SourceAddress";
}

YamlNode aliases(const std::vector<Rule>& rules, const std::vector<std::string>& names) {
  YamlNode client;
  for (std::size_t i = 0; i < rules.size(); ++i)
    put(client, names[i], yaml_text(client_field(rules[i])));
  YamlNode out;
  put(out, "client", std::move(client));
  return out;
}

std::vector<std::string> groups(std::uint8_t by) {
  std::vector<std::string> out;
  if ((by & kByClient) != 0) out.emplace_back("client");
  if ((by & kByServer) != 0) out.emplace_back("ComputerName");
  return out;
}

}  // namespace

std::optional<Rule> step_rule(const Detection& detection, std::size_t step, Reasons& reasons) {
  const Step& events = detection.steps[step];
  if (!events.files.empty()) {
    const std::string form = numbered("files", step);
    const Selections selections = file_selections(events, reasons);
    reasons.narrower("files: the server must log event 5145 (Audit Detailed File Share)");
    return finish(detection, form, begin(detection, " (file share)", form),
                  map_of({{"product", "windows"},
                          {"service", "security"},
                          {"definition", "Audit Detailed File Share is on"}}),
                  selections);
  }
  if (events.calls.empty()) {
    reasons.refused("no log source of Sigma has binds");
    return std::nullopt;
  }
  Selections selections;
  for (const CallCondition& call : events.calls) {
    explain_call(call, reasons);
    if (add_call(call, selections)) continue;
    reasons.refused("calls: too many operation numbers to list");
    return std::nullopt;
  }
  reasons.narrower("calls: the server must run RPC Firewall and audit the interface");
  const std::string form = numbered("calls", step);
  return finish(detection, form, begin(detection, " (RPC Firewall)", form), calls_logsource(),
                selections);
}

Rule correlation(const Detection& detection, const std::vector<Rule>& rules) {
  std::vector<std::string> names;
  for (const Rule& rule : rules) names.push_back(fmt::format("{}-{}", detection.name, rule.form));
  const bool counts = detection.count.has_value();
  YamlNode how;
  put(how, "type", yaml_text(counts ? "event_count" : "temporal_ordered"));
  put(how, "rules", yaml_list(names));
  const std::uint8_t by = counts ? detection.count->by : detection.by;
  if ((by & kByClient) != 0) put(how, "aliases", aliases(rules, names));
  put(how, "group-by", yaml_list(groups(by)));
  put(how, "timespan",
      yaml_text(timespan(counts ? detection.count->within_us : detection.within_us)));
  if (counts)
    put(how, "condition", map_of({{"gte", fmt::format("{}", detection.count->at_least)}}));
  YamlNode rule = begin(detection, counts ? " (count)" : " (sequence)", "correlation");
  put(rule, "correlation", std::move(how));
  put_end(rule, detection);
  return {"correlation", std::move(rule)};
}

Rule companion(const Detection& detection, std::size_t index) {
  const std::string form = fmt::format("companion-{}", index + 1);
  YamlNode rule = detection.sigma[index];
  put_id(rule, detection, form);
  put_meaning(rule, detection);
  put_end(rule, detection);
  return {form, std::move(rule)};
}

}  // namespace rpcsieve::compiler::sigma

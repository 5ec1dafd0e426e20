// A Sigma rule is a map: texts that describe it, the log that it reads, and searches with a
// condition over them. The texts are kept, the searches evaluated (selection.h).
#include "compiler/import/sigma.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "compiler/import/condition.h"
#include "compiler/import/selection.h"
#include "compiler/spec/fields.h"
#include "compiler/spec/yaml.h"

namespace rpcsieve::compiler {
namespace {

// Each document is a copy of its own, with the lines before it: so many are enough.
constexpr std::size_t kMostDocuments = 200;
constexpr std::size_t kLongestTitle = 200, kLongestText = 500;  // of a spec

const YamlNode* find(const YamlNode& map, std::string_view key) {
  for (const Entry& entry : map.entries)
    if (entry.key.text == key) return &entry.value;
  return nullptr;
}

// text_of gives the scalar of a key; "" if there is none.
std::string text_of(const YamlNode& map, std::string_view key) {
  const YamlNode* node = find(map, key);
  return node ? node->text : "";
}

// texts_of gives a scalar, or the scalars of a list, each as one line.
std::vector<std::string> texts_of(const YamlNode& map, std::string_view key) {
  std::vector<std::string> texts;
  const YamlNode* node = find(map, key);
  if (!node) return texts;
  std::vector<const YamlNode*> items = {node};
  for (const YamlNode& item : node->items) items.push_back(&item);
  for (const YamlNode* item : items)
    if (std::string line = line_of(item->text, kLongestText); !line.empty())
      texts.push_back(std::move(line));
  return texts;
}

std::optional<LogSource> log_source_of(const YamlNode& rule) {
  const YamlNode* source = find(rule, "logsource");
  if (!source) return std::nullopt;
  const std::string product = text_of(*source, "product");
  if (product == "rpc_firewall") return LogSource::kRpcFirewall;
  if (product == "zeek" && text_of(*source, "service") == "dce_rpc") return LogSource::kZeek;
  return std::nullopt;
}

// RuleReader makes a detection of one rule that is about calls.
class RuleReader {
 public:
  RuleReader(const YamlNode& rule, LogSource source, const Catalog& catalog, Diagnostics& out)
      : rule_(rule), source_(source), catalog_(catalog), out_(out) {}

  std::optional<Imported> read() {
    result_.span = rule_.span;
    const bool named = read_identity();
    read_words();
    read_tags();
    if (!read_detection() || !named) return std::nullopt;
    return std::move(result_);
  }

 private:
  bool read_identity() {
    const std::string title = text_of(rule_, "title");
    result_.title = line_of(title, kLongestTitle);
    if (result_.title.empty()) {
      out_.error("E011", rule_.span, "the rule has no 'title'", "add 'title:'");
      return false;
    }
    if (title.size() > kLongestTitle) keep_not("title", "the end of a long title");
    result_.name = name_of(title);
    return read_id();
  }

  bool read_id() {
    const YamlNode* node = find(rule_, "id");
    const auto id = node ? parse_uuid(node->text) : std::nullopt;
    if (node && !id) {
      out_.error("E022", node->span, "the rule's id is no UUID", "write 8-4-4-4-12 hex digits");
      return false;
    }
    result_.id = id.value_or(derived_id("sigma " + result_.title));
    if (!id) result_.origin.emplace_back("The rule has no id; this one is made of its title.");
    return true;
  }

  void read_words() {
    result_.description = text_of(rule_, "description");
    if (result_.description.empty()) result_.description = result_.title;
    result_.status =
        word("status", {"stable", "test", "experimental", "deprecated"}, "experimental");
    result_.severity =
        word("level", {"informational", "low", "medium", "high", "critical"}, "medium");
    result_.references = texts_of(rule_, "references");
    result_.falsepositives = texts_of(rule_, "falsepositives");
    std::string origin = fmt::format("Imported from a Sigma rule");
    for (const std::string_view key : {"author", "date", "modified", "license"})
      if (const std::string value = text_of(rule_, key); !value.empty())
        origin += fmt::format(", {} {}", key, value);
    result_.origin.insert(result_.origin.begin(), origin + ".");
    for (const std::string_view key : {"related", "fields", "correlation", "scope"})
      if (find(rule_, key)) keep_not(key, fmt::format("the key '{}'", key));
  }

  // word gives a word that a spec has too, or another in its place.
  std::string word(std::string_view key, const std::vector<std::string_view>& known,
                   std::string_view otherwise) {
    std::string value = text_of(rule_, key);
    if (std::find(known.begin(), known.end(), value) != known.end()) return value;
    if (!value.empty()) keep_not(key, fmt::format("{} '{}': it is {}", key, value, otherwise));
    return std::string(otherwise);
  }

  void read_tags() {
    constexpr std::string_view kPrefix = "attack.";
    std::string others;
    for (const std::string& tag : texts_of(rule_, "tags")) {
      const std::string_view id =
          tag.starts_with(kPrefix) ? std::string_view(tag).substr(kPrefix.size()) : "";
      const std::string technique = technique_of(id), tactic = tactic_of(id);
      if (!tactic.empty() && result_.tactic.empty())
        result_.tactic = tactic;
      else if (technique.empty())
        others += (others.empty() ? "" : ", ") + tag;
      else
        result_.attack.push_back(technique);
    }
    if (!others.empty()) keep_not("tags", "tags that name no technique: " + others);
  }

  // keep_not tells of something that does not change what the detection alerts on.
  void keep_not(std::string_view key, const std::string& what) {
    const YamlNode* node = find(rule_, key);
    out_.warning("W061", node ? node->span : rule_.span, what, "the spec has no place for it");
    result_.not_kept.push_back(what);
  }

  bool read_detection() {
    const YamlNode* detection = find(rule_, "detection");
    if (!detection || detection->kind != YamlNode::Kind::kMap) {
      out_.error("E011", detection ? detection->span : rule_.span, "the rule has no 'detection'",
                 "add 'detection:' with a selection and a condition");
      return false;
    }
    for (const Entry& entry : detection->entries) read_search(entry);
    Condition condition;
    const YamlNode* text = find(*detection, "condition");
    if (!text || !read_conditions(*text, condition)) {
      if (!text)
        out_.error("E011", detection->span, "the detection has no 'condition'", "add 'condition:'");
      return false;
    }
    return take_calls(condition, *text);
  }

  void read_search(const Entry& entry) {
    if (entry.key.text == "condition" || entry.key.text.empty()) return;
    if (entry.key.text == "timeframe") {
      lose(entry.key.span, "the time frame");
      return;
    }
    names_.push_back(entry.key.text);
    selections_.push_back(read_selection(entry.value, source_, catalog_, result_.not_kept, out_));
  }

  void lose(const Span& span, const std::string& what) {
    out_.warning("W060", span, what + " is not kept", "the detection alerts on more than the rule");
    result_.not_kept.push_back(what + "; so the detection alerts on more");
  }

  // read_conditions reads one condition, or a list of which one must hold.
  bool read_conditions(const YamlNode& node, Condition& condition) {
    if (node.kind != YamlNode::Kind::kList) return read_condition(node, condition);
    condition.kind = Condition::Kind::kOr;
    for (const YamlNode& item : node.items)
      if (!read_condition(item, condition.operands.emplace_back())) return false;
    return true;
  }

  bool read_condition(const YamlNode& node, Condition& condition) {
    const std::string_view text = node.text;
    const std::size_t bar = text.find('|');
    if (bar != std::string_view::npos) lose(node.span, "the count behind '|'");
    ConditionFault fault;
    if (parse_condition(text.substr(0, bar), names_, condition, fault)) return true;
    Span span = node.span;
    const bool within = fault.at < span.length;
    if (within) {
      span.column += static_cast<std::uint32_t>(fault.at);
      span.length = 1;
    }
    out_.error("E061", span, "the condition cannot be read: " + fault.message,
               "write and, or, not, brackets, 1 of, all of, and names of selections");
    return false;
  }

  bool take_calls(const Condition& condition, const YamlNode& text) {
    if (!unfold(condition, selections_, catalog_, result_.calls)) {
      out_.error("E060", text.span, "the rule is about calls of any interface",
                 "a detection names its interfaces: add InterfaceUuid or endpoint");
      return false;
    }
    if (result_.calls.empty())
      out_.error("E062", text.span, "no call fits the rule",
                 "look at the names and numbers of its selections");
    return !result_.calls.empty();
  }

  const YamlNode& rule_;
  LogSource source_;
  const Catalog& catalog_;
  Diagnostics& out_;
  Imported result_;
  std::vector<std::string> names_;
  std::vector<Selection> selections_;
};

// merge puts what a map lacks into it: the global part of a collection of rules.
void merge(const YamlNode& common, YamlNode& rule) {
  for (const Entry& entry : common.entries) {
    if (entry.key.text == "action") continue;
    const auto own = std::find_if(rule.entries.begin(), rule.entries.end(),
                                  [&](const Entry& e) { return e.key.text == entry.key.text; });
    if (own == rule.entries.end())
      rule.entries.push_back(entry);
    else if (own->value.kind == YamlNode::Kind::kMap)
      merge(entry.value, own->value);
  }
}

bool is_marker(std::string_view line) {
  return line.starts_with("---") &&
         line.find_first_not_of(" \r\t", 3) >= std::min(line.size(), line.find('#', 3));
}

}  // namespace

std::vector<std::shared_ptr<const Source>> documents_of(
    const std::shared_ptr<const Source>& source) {
  std::vector<std::shared_ptr<const Source>> documents;
  std::string lines, text;  // the line feeds so far, and the document
  const auto finish = [&] {
    if (text.find_first_not_of(" \r\t\n") != std::string::npos)
      documents.push_back(std::make_shared<const Source>(Source{source->name, text}));
    text = lines;
  };
  for (std::string_view left = source->text; !left.empty() && documents.size() <= kMostDocuments;) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    lines += '\n';
    if (is_marker(line))
      finish();
    else
      text += std::string(line) + '\n';
  }
  finish();
  return documents;
}

void import_sigma(const std::shared_ptr<const Source>& source, const Catalog& catalog,
                  Imports& imports, Diagnostics& out) {
  if (source->text.size() > kMaxFileBytes) {
    out.error("E005", {source, 0, 0, 0}, "longer than 1 MiB", "split it");
    return;
  }
  const auto documents = documents_of(source);
  if (documents.size() > kMostDocuments) {
    out.error("E063", {source, 0, 0, 0}, fmt::format("more than {} documents", kMostDocuments),
              "split the file");
    return;
  }
  YamlNode common;
  for (const auto& document : documents) {
    auto rule = load(document, out);
    if (!rule || rule->cut || rule->kind != YamlNode::Kind::kMap) continue;
    if (text_of(*rule, "action") == "global") {
      common = std::move(*rule);
      continue;
    }
    merge(common, *rule);
    const auto log = log_source_of(*rule);
    if (!log) {
      ++imports.passed_over;
      continue;
    }
    if (auto imported = RuleReader(*rule, *log, catalog, out).read())
      imports.add(std::move(*imported), out);
  }
}

}  // namespace rpcsieve::compiler

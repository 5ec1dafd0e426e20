// A suite is text that people wrote, with comments; so it is changed by lines, not written anew. A
// key of a case and what belongs to it is a block: its line, and those behind it that are indented
// further.
#include "tools/suite/update.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

namespace rpcsieve::suite {
namespace {

using Lines = std::vector<std::string>;
using nlohmann::json;

Lines split(const std::string& text) {
  Lines lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::size_t indent_of(const std::string& line) { return line.find_first_not_of(' '); }

// Block is where a key's lines are: [begin, end), from 0.
struct Block {
  std::size_t begin = 0, end = 0;
};

// Editor changes the blocks of one case, whose keys stand at one indent.
class Editor {
 public:
  Editor(const Lines& lines, const Case& one, std::vector<Change>& out)
      : lines_(lines), first_(one.span.line - 1), indent_(one.span.column - 1), out_(out) {
    end_ = first_ + 1;
    while (end_ < lines.size() &&
           (lines[end_].empty() || indent_of(lines[end_]) >= indent_ || lines[end_][0] == '#'))
      ++end_;
  }

  [[nodiscard]] std::optional<Block> find(std::string_view key) const {
    for (std::size_t i = first_; i < end_; ++i) {
      // The first key stands behind the dash of the case.
      const std::string& line = lines_[i];
      const bool here = line.size() > indent_ && (i == first_ || indent_of(line) == indent_);
      if (!here || line.compare(indent_, key.size() + 1, std::string(key) + ":") != 0) continue;
      Block block{i, i + 1};
      while (block.end < end_ && belongs(lines_[block.end])) ++block.end;
      return block;
    }
    return std::nullopt;
  }

  // put makes the block of a key these lines; where there is none, they come before `before`.
  void put(std::string_view key, const Lines& wanted, std::string_view before) {
    const auto old = find(key);
    Block block = old.value_or(Block{first_ + 1, first_ + 1});
    if (const auto next = find(before); !old && next) block = {next->begin, next->begin};
    Change change{static_cast<std::uint32_t>(block.begin + 1), {}, {}};
    change.removed.assign(lines_.begin() + static_cast<std::ptrdiff_t>(block.begin),
                          lines_.begin() + static_cast<std::ptrdiff_t>(block.end));
    for (const std::string& line : wanted) change.added.push_back(std::string(indent_, ' ') + line);
    out_.push_back(std::move(change));
  }

 private:
  [[nodiscard]] bool belongs(const std::string& line) const {
    const std::size_t indent = indent_of(line);
    if (indent == std::string::npos) return false;
    return indent > indent_ || (indent == indent_ && line[indent] == '-');
  }

  const Lines& lines_;
  std::size_t first_, end_ = 0, indent_;
  std::vector<Change>& out_;
};

std::string text_at(const json& alert, const char* place) {
  return alert.value(json::json_pointer(place), std::string());
}

// alert_lines says which alerts there are, by what tells them apart.
Lines alert_lines(const Facts& facts) {
  if (facts.alerts.empty()) return {"quiet: true"};
  std::map<std::tuple<std::string, std::string, std::string, std::string>, std::uint32_t> counts;
  for (const json& alert : facts.alerts) {
    ++counts[{text_at(alert, "/rpcsieve/detection"), text_at(alert, "/rpcsieve/outcome/result"),
              text_at(alert, "/rpcsieve/confidence"), text_at(alert, "/rpcsieve/stub_match")}];
  }
  Lines lines = {"alerts:"};
  for (const auto& [one, count] : counts) {
    const auto& [detection, outcome, confidence, stub_match] = one;
    lines.push_back(
        fmt::format("  - {{detection: {}, count: {}, outcome: {}, confidence: {}, stub_match: {}}}",
                    detection, count, outcome, confidence, stub_match));
  }
  return lines;
}

// tally_line writes names in single quotes: users have backslashes.
std::string tally_line(std::string_view key, const Tally& tally) {
  std::string text;
  for (const auto& [name, count] : tally) {
    std::string quoted;
    for (const char c : name) quoted += c == '\'' ? std::string("''") : std::string(1, c);
    text += fmt::format("{}'{}': {}", text.empty() ? "" : ", ", quoted, count);
  }
  return fmt::format("{}: {{{}}}", key, text);
}

bool alerts_differ(const Case& one, const Facts& facts) {
  Case alone = one;
  alone.calls.reset();
  alone.outcomes.reset();
  alone.users.reset();
  alone.anomalies = facts.anomalies;
  return !differences(alone, facts).empty();
}

void change(const Lines& lines, const Case& one, const Facts& facts, std::vector<Change>& out) {
  Editor editor(lines, one, out);
  const std::string_view key = editor.find("alerts") ? "alerts" : "quiet";
  if (alerts_differ(one, facts)) editor.put(key, alert_lines(facts), "origin");
  if (one.calls && *one.calls != facts.calls)
    editor.put("calls", {fmt::format("calls: {}", facts.calls)}, key);
  if (one.anomalies != facts.anomalies)
    editor.put("anomalies", {fmt::format("anomalies: {}", facts.anomalies)}, key);
  if (one.outcomes && *one.outcomes != facts.outcomes)
    editor.put("outcomes", {tally_line("outcomes", facts.outcomes)}, key);
  if (one.users && *one.users != facts.users)
    editor.put("users", {tally_line("users", facts.users)}, key);
}

}  // namespace

std::vector<Change> changes_of(const std::string& text,
                               const std::vector<std::pair<Case, Facts>>& cases) {
  const Lines lines = split(text);
  std::vector<Change> changes;
  for (const auto& [one, facts] : cases) {
    if (facts.failure.empty() && one.only.empty()) change(lines, one, facts, changes);
  }
  // What is put in comes before what is changed in the same place.
  const auto place = [](const Change& change) {
    return std::pair(change.line, !change.removed.empty());
  };
  std::stable_sort(changes.begin(), changes.end(),
                   [&](const Change& a, const Change& b) { return place(a) < place(b); });
  return changes;
}

std::string apply(const std::string& text, const std::vector<Change>& changes) {
  const Lines lines = split(text);
  std::string out;
  std::size_t at = 0;
  const auto add = [&out](const std::string& line) { out += line + "\n"; };
  for (const Change& change : changes) {
    while (at + 1 < change.line) add(lines[at++]);
    for (const std::string& line : change.added) add(line);
    at += change.removed.size();
  }
  while (at < lines.size()) add(lines[at++]);
  return out;
}

std::string print(const std::string& file, const Change& change) {
  std::string out = fmt::format("{}:{}:\n", file, change.line);
  for (const std::string& line : change.removed) out += "-" + line + "\n";
  for (const std::string& line : change.added) out += "+" + line + "\n";
  return out;
}

}  // namespace rpcsieve::suite

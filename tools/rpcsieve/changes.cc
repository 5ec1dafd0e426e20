// Detections are the same if their ids are. What they mean is compared as the Ir prints it, so that
// another order, another spelling or another file is no change.
#include "tools/rpcsieve/changes.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "compiler/ir/meaning.h"

namespace rpcsieve::cli {
namespace {

using compiler::Detection;
using compiler::RuleSet;
using Numbers = std::map<std::string, compiler::Sid>;

// Side is a detection in one of the rule sets; nothing if it is not there.
struct Side {
  std::string name;
  compiler::Facts facts;
  Numbers numbers;
};

Side side_of(const Detection& detection, const RuleSet& rules) {
  Side side{detection.name, compiler::facts_of(detection, rules.ir), {}};
  const auto& all = rules.sids.all();
  for (auto at = all.lower_bound({detection.id, ""}); at != all.end(); ++at) {
    if (at->first.first != detection.id) break;
    side.numbers.emplace(at->first.second, at->second.sid);
  }
  return side;
}

std::vector<NumberChange> number_changes(const Numbers& before, const Numbers& after) {
  std::set<std::string> forms;
  for (const auto& [form, sid] : before) forms.insert(form);
  for (const auto& [form, sid] : after) forms.insert(form);
  const auto find = [](const Numbers& numbers, const std::string& form) {
    const auto found = numbers.find(form);
    return found == numbers.end() ? std::nullopt : std::optional(found->second);
  };
  std::vector<NumberChange> changes;
  for (const std::string& form : forms) {
    NumberChange change{form, find(before, form), find(after, form)};
    if (change.before != change.after) changes.push_back(std::move(change));
  }
  return changes;
}

Change change_of(const Uuid& id, const Side& before, const Side& after) {
  return {id,
          before.name,
          after.name,
          line_changes(before.facts.meaning, after.facts.meaning),
          line_changes(before.facts.metadata, after.facts.metadata),
          number_changes(before.numbers, after.numbers)};
}

bool is_change(const Change& change) {
  return change.before != change.after || !change.meaning.empty() || !change.metadata.empty() ||
         !change.numbers.empty();
}

}  // namespace

LineChanges line_changes(const std::vector<std::string>& before,
                         const std::vector<std::string>& after) {
  std::multiset<std::string> old_lines(before.begin(), before.end());
  LineChanges changes;
  for (const std::string& line : after) {
    if (const auto same = old_lines.find(line); same != old_lines.end())
      old_lines.erase(same);
    else
      changes.added.push_back(line);
  }
  for (const std::string& line : before) {
    if (const auto left = old_lines.find(line); left != old_lines.end()) {
      old_lines.erase(left);
      changes.removed.push_back(line);
    }
  }
  return changes;
}

std::vector<Change> changes_between(const RuleSet& before, const RuleSet& after) {
  std::map<Uuid, std::pair<Side, Side>> sides;
  for (const Detection& detection : before.ir.detections)
    sides[detection.id].first = side_of(detection, before);
  for (const Detection& detection : after.ir.detections)
    sides[detection.id].second = side_of(detection, after);
  std::vector<Change> changes;
  for (const auto& [id, pair] : sides)
    if (Change change = change_of(id, pair.first, pair.second); is_change(change))
      changes.push_back(std::move(change));
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return std::tie(a.after.empty() ? a.before : a.after, a.id) <
           std::tie(b.after.empty() ? b.before : b.after, b.id);
  });
  return changes;
}

}  // namespace rpcsieve::cli

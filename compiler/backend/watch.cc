// A sweep over the operation numbers at which something changes: between two of them the set of
// claiming conditions is the same.
#include "compiler/backend/watch.h"

#include <map>
#include <set>

namespace rpcsieve::compiler {
namespace {

struct Change {
  std::vector<std::uint32_t> begins, ends;
};

// Numbers behind the last one, 0x10000, need a wider type.
std::map<std::uint32_t, Change> find_changes(const std::vector<Watch>& watches) {
  std::map<std::uint32_t, Change> changes;
  for (const Watch& watch : watches) {
    changes[watch.opnums.first].begins.push_back(watch.condition);
    changes[watch.opnums.last + 1U].ends.push_back(watch.condition);
  }
  return changes;
}

}  // namespace

std::optional<std::vector<WatchRun>> split_watches(const std::vector<Watch>& watches,
                                                   std::size_t limit) {
  const auto changes = find_changes(watches);
  std::vector<WatchRun> runs;
  std::size_t held = 0;
  // A multiset, because the ranges of one condition may touch.
  std::multiset<std::uint32_t> active;
  for (auto at = changes.begin(); at != changes.end(); ++at) {
    for (const std::uint32_t condition : at->second.ends) active.erase(active.find(condition));
    for (const std::uint32_t condition : at->second.begins) active.insert(condition);
    if (active.empty()) continue;
    const std::set<std::uint32_t> once(active.begin(), active.end());
    held += once.size();
    if (held > limit) return std::nullopt;
    runs.push_back({{static_cast<std::uint16_t>(at->first),
                     static_cast<std::uint16_t>(std::next(at)->first - 1)},
                    {once.begin(), once.end()}});
  }
  return runs;
}

}  // namespace rpcsieve::compiler

// A sweep over the operation numbers at which something changes: between two of them the set of
// claiming conditions is the same.
#include "compiler/backend/watch.h"

#include <iterator>
#include <map>

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

// Active holds the conditions that claim the numbers under the sweep. It counts, because the ranges
// of one condition may touch.
class Active {
 public:
  void apply(const Change& change) {
    for (const std::uint32_t condition : change.begins) ++counts_[condition];
    for (const std::uint32_t condition : change.ends) {
      const auto at = counts_.find(condition);
      if (--at->second == 0) counts_.erase(at);
    }
  }

  [[nodiscard]] std::size_t size() const { return counts_.size(); }
  [[nodiscard]] std::vector<std::uint32_t> conditions() const {
    std::vector<std::uint32_t> all;
    all.reserve(counts_.size());
    for (const auto& [condition, count] : counts_) all.push_back(condition);
    return all;
  }

 private:
  std::map<std::uint32_t, unsigned> counts_;
};

}  // namespace

std::optional<std::vector<WatchRun>> split_watches(const std::vector<Watch>& watches,
                                                   std::size_t limit) {
  const auto changes = find_changes(watches);
  std::vector<WatchRun> runs;
  Active active;
  std::size_t held = 0;
  for (auto at = changes.begin(); at != changes.end(); ++at) {
    active.apply(at->second);
    if (active.size() == 0) continue;
    held += active.size();
    if (held > limit) return std::nullopt;
    runs.push_back({{static_cast<std::uint16_t>(at->first),
                     static_cast<std::uint16_t>(std::next(at)->first - 1)},
                    active.conditions()});
  }
  return runs;
}

}  // namespace rpcsieve::compiler

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/ir/ir.h"

namespace rpcsieve::compiler {

// Watch is a condition's claim to a run of operation numbers.
struct Watch {
  OpnumRange opnums;
  std::uint32_t condition = 0;
};

// WatchRun is a run of operation numbers that the same conditions claim.
struct WatchRun {
  OpnumRange opnums;
  std::vector<std::uint32_t> conditions;  // sorted

  bool operator==(const WatchRun&) const = default;
};

// split_watches cuts claims into runs that do not overlap, sorted; a number that nobody claims is
// in none. nullopt if the runs would hold more than `limit` conditions in all.
std::optional<std::vector<WatchRun>> split_watches(const std::vector<Watch>& watches,
                                                   std::size_t limit);

}  // namespace rpcsieve::compiler

#pragma once

#include "runtime/alert/record.h"
#include "runtime/base/limits.h"
#include "runtime/smb/table.h"

namespace rpcsieve::engine {

// Told remembers which blind spots between two addresses were told, where there is no connection
// that could remember it: ESP, and RPC over UDP.
class Told {
 public:
  struct Key {
    IpAddress low, high;
    alert::BlindSpot::Cause cause = alert::BlindSpot::Cause::kEsp;

    bool operator==(const Key&) const = default;
  };

  explicit Told(const Limits& limits) : told_(limits.told_pairs, memory_) {}

  // first says whether a cause is told for the first time between two addresses, in whichever
  // order.
  bool first(const IpAddress& one, const IpAddress& other, alert::BlindSpot::Cause cause);
  void reset() { told_.clear(); }

 private:
  Memory memory_;  // not that of the conversations
  smb::Table<Key, bool> told_;
};

std::uint64_t hash(const Told::Key& key);

}  // namespace rpcsieve::engine

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/alert/record.h"
#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/base/queue.h"
#include "runtime/database/format.h"
#include "runtime/engine/flow_id.h"
#include "runtime/smb/table.h"

namespace rpcsieve::engine {

// Histories remembers, for each detection that waits for several events and each key (client,
// server, both or neither), how far it has come.
//
// A sequence is complete at an event of its last step if there is an event of each earlier step
// before it, in their order, and the first of these is no longer ago than its window. A count is
// complete at an event if that one and those no longer ago than its window are enough. Where a
// sequence is counted, what completes it is. What is complete gives an alert unless its window,
// counted from the last alert of its key, has not passed yet; so no event is ever part of two
// alerts.
class Histories {
 public:
  Histories(const Limits& limits, Counters& counters)
      : counters_(counters),
        most_times_(limits.history_times),
        index_(limits.history_keys, memory_) {}

  // Event is one that fits a step of a detection.
  struct Event {
    std::uint32_t detection = 0;
    std::uint8_t step = 0;
    std::uint8_t steps = 1;  // that the detection has
    Timestamp time;
    const IpAddress& client;
    const IpAddress& server;
  };
  // join takes the next event; events come in their order. It returns what led to it if it
  // completes what its detection waits for.
  std::optional<alert::History> join(const Event& event, const database::HistoryRow& row);
  void clear();

 private:
  struct Key {
    std::uint32_t detection = 0;
    bool counts = false;  // a count's, not a sequence's
    IpAddress client, server;

    bool operator==(const Key&) const = default;
    friend std::uint64_t hash(const Key& key) {
      return smb::mix(FlowId().mix(Bytes(key.client.bytes)).mix(Bytes(key.server.bytes)).value() +
                      (std::uint64_t{key.detection} << 1 | (key.counts ? 1U : 0U)));
    }
  };
  // Past is what is remembered of a key. `times`, of a sequence: by step, when the latest beginning
  // was of what has come so far, kNever if nothing has. Of a count: a ring of the last events.
  struct Past {
    Key key;
    std::vector<std::int64_t> times;
    std::size_t next = 0;  // the ring's oldest, once it is full
    std::int64_t alerted = 0;
    std::int64_t seen = 0;  // its last event
    std::int64_t window = 0;
  };

  std::optional<alert::History> follow(const Event& event, const database::HistoryRow& row);
  std::optional<alert::History> count(const Event& event, const database::HistoryRow& row);
  static bool is_quiet(Past& past, std::int64_t now);
  Past& past_of(const Event& event, bool counts, std::uint8_t by, std::int64_t window);
  std::uint32_t take_place();
  [[nodiscard]] std::uint32_t place_of(const Past& past) const {
    return static_cast<std::uint32_t>(&past - pasts_.data());
  }
  void grow(Past& past, std::size_t times);
  void drop(std::uint32_t place);

  Memory memory_;  // not that of the conversations
  Counters& counters_;
  const std::size_t most_times_;
  smb::Table<Key, std::uint32_t> index_;  // into pasts_
  std::vector<Past> pasts_;
  std::vector<std::uint32_t> free_;
  Queue idle_;  // pasts, the longest idle first
  std::size_t times_ = 0;
  std::int64_t now_ = 0;
};

}  // namespace rpcsieve::engine

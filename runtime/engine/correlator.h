#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/alert/record.h"
#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/database/database.h"
#include "runtime/engine/histories.h"

namespace rpcsieve::engine {

// Correlator joins the events of detections that wait for several: steps of a sequence, events to
// be counted. There is one for a whole run, whatever its threads: what the events of a detection
// have in common may be no more than a client, and packets are dealt by pairs of addresses.
//
// Engines tell of an event when its outcome is known, not when it was. So events are held back
// until nothing earlier can come, and are joined in the order in which they count
// (Alert::counts_at), of equal ones in that of their flows, then of their numbers: the same order
// with any number of engines.
class Correlator {
 public:
  // All must outlive it.
  Correlator(const database::Database& database, const Limits& limits, Counters& counters);

  // is_needed says that a detection of the database waits for several events.
  [[nodiscard]] bool is_needed() const { return needed_; }
  // takes says whether an engine's alert is no alert yet but one of several events.
  [[nodiscard]] bool takes(const alert::Alert& event) const {
    return database_.detections()[event.hit.detection].history.count > 0;
  }
  // push takes such an event. Drain next() after it, as after advance and finish.
  void push(const alert::Alert& event);
  // advance says that every engine has come as far as this time.
  void advance(Timestamp now);
  // finish joins all that is held. The correlator is then as new.
  void finish();
  // next gives the next alert, or nullptr; it lives until the following call of any other member.
  const alert::Record* next();

 private:
  // Held is an event that is held back, and its place in the order.
  struct Held {
    Timestamp counts_at;
    std::uint64_t flow_id = 0, number = 0;
    std::uint32_t detection = 0;
    // One event may fit several steps of a sequence; it must not be two of its events, so it is
    // tried for the later one first.
    std::uint8_t steps_left = 0;
    std::uint32_t place = 0;

    auto operator<=>(const Held&) const = default;
  };

  void release();
  void join(alert::Alert& event);

  const database::Database& database_;
  Counters& counters_;
  const std::int64_t hold_us_;
  const std::size_t most_held_;
  bool needed_ = false;
  std::vector<alert::Alert> events_;  // that are held, in no order
  std::vector<std::uint32_t> free_;   // places among them
  std::vector<Held> heap_;            // the earliest first
  Histories histories_;
  std::vector<alert::Record> alerts_;
  std::size_t given_ = 0;
};

}  // namespace rpcsieve::engine

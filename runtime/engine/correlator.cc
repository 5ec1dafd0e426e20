// A heap of places puts the events in order; what they mean together histories.h knows.
#include "runtime/engine/correlator.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace rpcsieve::engine {

using alert::Alert;

Correlator::Correlator(const database::Database& database, const Limits& limits, Counters& counters)
    : database_(database),
      counters_(counters),
      hold_us_(limits.outcome_wait_us + limits.history_slack_us),
      most_held_(std::max<std::size_t>(limits.history_events, 1)),
      histories_(limits, counters) {
  for (const auto& row : database.detections()) needed_ = needed_ || row.history.count > 0;
}

void Correlator::push(const Alert& event) {
  if (heap_.size() >= most_held_) {
    counters_.count(Counter::history_events_hurried);
    release();
  }
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(events_.size()));
    events_.emplace_back();
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  events_[place] = event;
  const auto steps = database_.detections()[event.hit.detection].steps;
  heap_.push_back({event.counts_at, alert::flow_of(event), event.number, event.hit.detection,
                   static_cast<std::uint8_t>(steps - event.hit.step), place});
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
}

void Correlator::advance(Timestamp now) {
  while (!heap_.empty() && now.us - heap_.front().counts_at.us > hold_us_) release();
}

void Correlator::finish() {
  while (!heap_.empty()) release();
  histories_.clear();
}

// release joins the earliest event that is held.
void Correlator::release() {
  std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
  const std::uint32_t place = heap_.back().place;
  heap_.pop_back();
  join(events_[place]);
  free_.push_back(place);
}

void Correlator::join(Alert& event) {
  const auto& detection = database_.detections()[event.hit.detection];
  const database::HistoryRow& row = *database_.history(detection);
  const Histories::Event seen{event.hit.detection,
                              event.hit.step,
                              detection.steps,
                              event.counts_at,
                              alert::client_of(event).address,
                              alert::server_of(event).address};
  const auto history = histories_.join(seen, row);
  if (!history) return;
  counters_.count(Counter::alerts);
  event.history = history;
  alerts_.emplace_back(std::move(event));
}

const alert::Record* Correlator::next() {
  if (given_ < alerts_.size()) return &alerts_[given_++];
  alerts_.clear();
  given_ = 0;
  return nullptr;
}

}  // namespace rpcsieve::engine

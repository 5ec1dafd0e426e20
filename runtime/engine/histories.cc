// Of a sequence not its events are kept but, for each of its steps, when the latest beginning was
// that leads up to it: if that is too long ago, so is every other. Of a count the last times are
// kept, as many as it asks for: whether enough of them lie in the window the oldest of them says.
#include "runtime/engine/histories.h"

#include <algorithm>
#include <limits>

namespace rpcsieve::engine {
namespace {

// Long ago, but so that it can be subtracted from any time.
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min() / 4;

}  // namespace

std::optional<alert::History> Histories::join(const Event& event, const database::HistoryRow& row) {
  now_ = event.time.us;
  if (row.sequence_us == 0) return count(event, row);
  const auto sequence = follow(event, row);
  return sequence && row.count_us > 0 ? count(event, row) : sequence;
}

std::optional<alert::History> Histories::follow(const Event& event,
                                                const database::HistoryRow& row) {
  Past& past = past_of(event, false, row.sequence_by, row.sequence_us);
  if (past.times.empty()) grow(past, event.steps - 1U);
  const std::int64_t begun = event.step == 0 ? now_ : past.times[event.step - 1U];
  if (now_ - begun > row.sequence_us) return std::nullopt;
  if (event.step + 1U < event.steps) {
    past.times[event.step] = begun;
    return std::nullopt;
  }
  if (is_quiet(past, now_)) return std::nullopt;
  return alert::History{event.steps, {begun}};
}

std::optional<alert::History> Histories::count(const Event& event,
                                               const database::HistoryRow& row) {
  Past& past = past_of(event, true, row.count_by, row.count_us);
  const bool full = past.times.size() == row.at_least;
  if (!full) grow(past, 1);
  past.times[full ? past.next : past.times.size() - 1] = now_;
  if (full) past.next = (past.next + 1) % past.times.size();
  const std::int64_t first = past.times[past.next];
  const bool enough = past.times.size() == row.at_least && now_ - first <= row.count_us;
  if (!enough || is_quiet(past, now_)) return std::nullopt;
  return alert::History{row.at_least, {first}};
}

// is_quiet says whether what is complete now is told already; if not, it is told now.
bool Histories::is_quiet(Past& past, std::int64_t now) {
  if (now - past.alerted <= past.window) return true;
  past.alerted = now;
  return false;
}

// past_of gives what is remembered of an event's key, as the one that was used last.
Histories::Past& Histories::past_of(const Event& event, bool counts, std::uint8_t by,
                                    std::int64_t window) {
  const IpAddress nobody;
  const Key key{event.detection, counts, (by & database::kByClient) != 0 ? event.client : nobody,
                (by & database::kByServer) != 0 ? event.server : nobody};
  std::uint32_t place = 0;
  if (const std::uint32_t* known = index_.find(key)) {
    place = *known;
    idle_.leave(place);
  } else {
    place = take_place();
    pasts_[place] = {key, {}, 0, kNever, now_, window};
    index_.put(key, place, [&](std::uint32_t oldest) { drop(oldest); });
  }
  idle_.join(place);
  pasts_[place].seen = now_;
  return pasts_[place];
}

std::uint32_t Histories::take_place() {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(pasts_.size()));
    pasts_.emplace_back();
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  return place;
}

// grow makes room for more times of the key that was used last; others have to go for it.
void Histories::grow(Past& past, std::size_t times) {
  while (times_ + times > most_times_ && idle_.oldest() != place_of(past)) {
    const std::uint32_t oldest = idle_.oldest();
    index_.erase(pasts_[oldest].key);
    drop(oldest);
  }
  past.times.resize(past.times.size() + times, kNever);
  times_ += times;
}

// drop forgets what a place holds, which nobody misses if its window has passed.
void Histories::drop(std::uint32_t place) {
  Past& past = pasts_[place];
  if (now_ - past.seen <= past.window) counters_.count(Counter::history_keys_dropped);
  times_ -= past.times.size();
  std::vector<std::int64_t>().swap(past.times);
  idle_.leave(place);
  free_.push_back(place);
}

void Histories::clear() {
  index_.clear();
  idle_ = {};
  pasts_.clear();
  free_.clear();
  times_ = 0;
}

}  // namespace rpcsieve::engine

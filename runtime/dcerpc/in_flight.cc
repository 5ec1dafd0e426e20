// The open calls are a compact array that is scanned by call id: an association has a handful of
// them, and 256 at most take less time to scan than a hash table of one would to allocate. What is
// large lies beside it, in slots that are used again and keep their place.
#include "runtime/dcerpc/in_flight.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace rpcsieve::dcerpc {
namespace {

// Memory for joined stubs that an association keeps when it needs none.
constexpr std::size_t kSpareBuffers = 4;
constexpr std::size_t kSpareBufferBytes = 1 << 16;

}  // namespace

void Tail::add(Bytes piece) {
  const std::size_t n = std::min(piece.size(), last_.size());
  std::copy(last_.begin() + static_cast<std::ptrdiff_t>(n), last_.end(), last_.begin());
  std::copy(piece.end() - static_cast<std::ptrdiff_t>(n), piece.end(),
            last_.end() - static_cast<std::ptrdiff_t>(n));
  known_ = std::min(known_ + n, last_.size());
}

std::optional<std::uint32_t> Tail::value(Endian endian) const {
  if (known_ < last_.size()) return std::nullopt;
  return Cursor(last_, endian).u32();
}

InFlight::InFlight(const Limits& limits, Counters& counters)
    : limits_(&limits),
      counters_(&counters),
      open_(counters.memory()),
      flights_(counters.memory()),
      free_(counters.memory()),
      spare_(counters.memory()) {}

InFlight::Index InFlight::open(std::uint32_t call_id, std::uint32_t number) {
  assert(find(call_id) == nullptr);
  if (free_.empty()) {
    free_.push_back(static_cast<Index>(flights_.size()));
    flights_.emplace_back(counters_->memory());
  }
  const Index index = free_.back();
  free_.pop_back();
  flights_[index] = Flight(counters_->memory());
  open_.push_back({call_id, number, index});
  return index;
}

const InFlight::Entry* InFlight::find(std::uint32_t call_id) const {
  // What is answered next is most often what was asked last.
  for (std::size_t i = open_.size(); i-- > 0;)
    if (open_[i].call_id == call_id) return &open_[i];
  return nullptr;
}

void InFlight::close(Index index) {
  const auto entry =
      std::find_if(open_.begin(), open_.end(), [&](const Entry& e) { return e.index == index; });
  assert(entry != open_.end());
  open_.erase(entry);
}

void InFlight::free(Index index) {
  release(flights_[index]);
  free_.push_back(index);
}

void InFlight::hold(Flight& flight, Bytes fragment) {
  if (flight.broken) return;
  const std::size_t wanted = std::min(fragment.size(), limits_->stub_bytes - flight.held.size());
  make_room(flight, wanted);
  const Bytes taken = fragment.first(std::min(wanted, limits_->dcerpc_held_bytes - held_bytes_));
  if (taken.size() < fragment.size()) truncate(flight);
  if (flight.held.capacity() == 0 && !spare_.empty()) {
    flight.held = std::move(spare_.back());
    spare_.pop_back();
  }
  append(flight.held, taken);
  held_bytes_ += taken.size();
  flight.stub = flight.held;
}

// make_room takes the stubs of calls that began early, which fragments that never end would else
// keep for good. The call that goes on is not idle, however old it is.
void InFlight::make_room(const Flight& flight, std::size_t bytes) {
  for (const Entry& entry : open_) {
    if (bytes <= limits_->dcerpc_held_bytes - held_bytes_) return;
    Flight& other = flights_[entry.index];
    const bool goes_on = other.joining || other.keep_response;
    if (&other == &flight || !goes_on || other.held.empty()) continue;
    release(other);
    truncate(other);
  }
}

// truncate says that a limit cost the call bytes of its stub; it is counted once.
void InFlight::truncate(Flight& flight) {
  if (!flight.truncated) counters_->count(Counter::dcerpc_stub_truncated);
  flight.truncated = flight.broken = true;
}

void InFlight::release(Flight& flight) {
  flight.stub = {};
  held_bytes_ -= flight.held.size();
  flight.held.clear();
  const std::size_t capacity = flight.held.capacity();
  if (capacity > 0 && capacity <= kSpareBufferBytes && spare_.size() < kSpareBuffers)
    spare_.push_back(std::move(flight.held));
  flight.held = Vector<std::uint8_t>(counters_->memory());
}

void InFlight::reset() {
  for (const Entry& entry : open_) free(entry.index);
  open_.clear();
}

}  // namespace rpcsieve::dcerpc

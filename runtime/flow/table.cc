// A chained hash table over preallocated flows. Eviction needs no list of use: a hand goes round
// and takes the longest idle of the next few flows, which costs nothing on the packets that hit.
#include "runtime/flow/table.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace rpcsieve::flow {
namespace {

constexpr std::uint32_t kLookedAt = 16;  // flows that one eviction compares

// mix spreads a number's bits; the constant is that of the golden ratio.
std::uint64_t mix(std::uint64_t x) {
  x *= 0x9e3779b97f4a7c15ULL;
  return x ^ (x >> 32);
}

std::uint64_t hash(const Endpoint& end) {
  std::array<std::uint64_t, 2> half{};
  std::memcpy(half.data(), end.address.bytes.data(), sizeof half);
  return mix(half[0] ^ mix(half[1] + end.port));
}

}  // namespace

Table::Table(const Limits& limits, Counters& counters)
    : limit_(std::max<std::size_t>(limits.flows, 1)),
      buckets_(std::bit_ceil(limit_), kNone),
      counters_(counters) {
  flows_.reserve(limit_);
}

// The sum makes both directions meet in one bucket.
std::uint32_t& Table::bucket(const Endpoint& a, const Endpoint& b) {
  return buckets_[mix(hash(a) + hash(b)) & (buckets_.size() - 1)];
}

Table::Found Table::find(const Endpoint& source, const Endpoint& destination) {
  const std::uint8_t side = source <= destination ? 0 : 1;
  const Endpoint& low = side == 0 ? source : destination;
  const Endpoint& high = side == 0 ? destination : source;
  for (std::uint32_t i = bucket(low, high); i != kNone; i = flows_[i].chain) {
    if (flows_[i].ends[0] == low && flows_[i].ends[1] == high) return {i, side};
  }
  return {kNone, side};
}

std::uint32_t Table::add(const Endpoint& source, const Endpoint& destination) {
  if (free_ == kNone) {
    free_ = size();
    flows_.emplace_back();
  }
  std::uint32_t& first = bucket(source, destination);
  const std::uint32_t index = free_;
  Flow& flow = flows_[index];
  free_ = flow.chain;
  flow = Flow{};
  flow.ends = {std::min(source, destination), std::max(source, destination)};
  flow.chain = first;
  first = index;
  counters_.count(Counter::flows);
  return index;
}

std::uint32_t Table::victim() {
  std::uint32_t oldest = hand_;
  for (std::uint32_t n = 0; n < std::min(kLookedAt, size()); ++n) {
    if (flows_[hand_].seen_before(flows_[oldest])) oldest = hand_;
    hand_ = (hand_ + 1) % size();
  }
  counters_.count(Counter::flows_evicted);
  return oldest;
}

void Table::remove(std::uint32_t index) {
  Flow& flow = flows_[index];
  std::uint32_t* link = &bucket(flow.ends[0], flow.ends[1]);
  while (*link != index) link = &flows_[*link].chain;
  *link = flow.chain;
  flow.state = Flow::State::kFree;
  flow.chain = free_;
  free_ = index;
}

}  // namespace rpcsieve::flow

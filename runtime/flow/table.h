#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "runtime/base/counters.h"
#include "runtime/base/endpoint.h"
#include "runtime/base/limits.h"
#include "runtime/base/timestamp.h"

namespace rpcsieve::flow {

inline constexpr std::uint32_t kNone = 0xffffffff;

// Flow is one TCP connection, as little of it as every connection costs: a cache line.
struct alignas(64) Flow {
  enum class State : std::uint8_t {
    kFree,
    kJudged,    // not yet known whether it is SMB or RPC
    kFollowed,  // it is: `follower` says who follows it
    kIgnored,   // its first bytes were neither
  };
  struct Side {
    bool heard : 1 = false;     // it sent anything
    bool asked : 1 = false;     // ... a SYN that the other one did not answer yet
    bool syn_seen : 1 = false;  // it is known where its stream began
    bool begun : 1 = false;     // ... and where it goes on
  };
  static constexpr std::uint8_t kNobody = 2;
  static constexpr std::int64_t kTickUs = 64;

  // see says when the last packet came; seen_before compares that of two flows.
  void see(Timestamp time) { seen = static_cast<std::uint32_t>(time.us / kTickUs); }
  [[nodiscard]] bool seen_before(const Flow& other) const {
    return static_cast<std::int32_t>(seen - other.seen) < 0;
  }

  std::array<Endpoint, 2> ends;                   // side 0 and 1, in the order of their addresses
  std::uint32_t chain = kNone;                    // next flow of the same bucket
  std::array<std::uint32_t, 2> first_sequence{};  // if syn_seen: where a side's stream began
  union {
    std::array<std::uint32_t, 2> next_sequence{};  // if begun: where it goes on
    std::uint32_t follower;                        // in place of these if kFollowed
  };
  std::uint32_t seen = 0;  // in ticks, which wrap after 76 hours
  std::array<Side, 2> sides;
  std::uint8_t opener = kNobody;  // which side sent the SYN
  State state = State::kFree;
};
static_assert(sizeof(Flow) == 64);

// Table finds the flow of a packet. It holds Limits::flows of them at most; for a new flow beyond
// that an old one has to go. Their memory is set aside when it is made, and touched as they come.
class Table {
 public:
  Table(const Limits& limits, Counters& counters);

  // find gives the index of the flow between two endpoints, kNone if there is none, and which of
  // its sides `source` is.
  struct Found {
    std::uint32_t index;
    std::uint8_t side;
  };
  [[nodiscard]] Found find(const Endpoint& source, const Endpoint& destination);
  // add makes the flow that find did not find. It has state kFree and is the caller's to fill in;
  // the table must not be full.
  std::uint32_t add(const Endpoint& source, const Endpoint& destination);

  // is_full says that add needs room: then the caller asks for a victim, ends what follows it, and
  // removes it.
  [[nodiscard]] bool is_full() const { return free_ == kNone && flows_.size() == limit_; }
  // victim names the flow that was idle longest among the next few in turn.
  [[nodiscard]] std::uint32_t victim();
  void remove(std::uint32_t index);

  [[nodiscard]] Flow& operator[](std::uint32_t index) { return flows_[index]; }
  [[nodiscard]] const Flow& operator[](std::uint32_t index) const { return flows_[index]; }
  // size counts the flows that there are or were.
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(flows_.size()); }

 private:
  std::uint32_t& bucket(const Endpoint& a, const Endpoint& b);

  std::size_t limit_;
  std::vector<Flow> flows_;
  std::vector<std::uint32_t> buckets_;  // a power of two
  std::uint32_t free_ = kNone;          // chained by Flow::chain
  std::uint32_t hand_ = 0;
  Counters& counters_;
};

}  // namespace rpcsieve::flow

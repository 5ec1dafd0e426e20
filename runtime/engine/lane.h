#pragma once

#include <array>
#include <cstdint>

#include "runtime/base/framer.h"
#include "runtime/dcerpc/association.h"
#include "runtime/engine/identities.h"
#include "runtime/engine/tracker.h"

namespace rpcsieve::engine {

// Lane is where RPC runs: a TCP connection, or an open pipe. Two byte streams in, calls out to the
// tracker.
class Lane {
 public:
  // offers: the tracker is told what binds offer.
  Lane(const Limits& limits, Counters& counters, bool offers)
      : counters_(counters),
        association_(limits, counters, offers),
        framers_{Framer(counters.memory()), Framer(counters.memory())},
        associates_(limits, counters) {}

  // push takes the next bytes of a side (0 or 1), and how many were lost behind them. Which side is
  // the client's the lane tells from the PDUs, unless `origin` knows it for certain. A call with
  // security of its own is that one's user's, not the origin's.
  void push(std::uint8_t side, Bytes bytes, std::uint64_t lost, Timestamp time, Origin origin,
            Tracker& tracker);
  // end reports what is under way.
  void end(Origin origin, Tracker& tracker);
  // is_foreign says that what came first cannot be RPC: nothing behind it is looked at, if it is a
  // TCP connection. The few bytes that this was judged by before may have been less than a header.
  [[nodiscard]] bool is_foreign() const {
    return !spoke_ && (refused_ || framers_[0].foreign() + framers_[1].foreign() > 0);
  }
  // client_side gives the side that asks, as far as the PDUs told.
  [[nodiscard]] std::uint8_t client_side() const { return client_side_; }
  // spoke says that a PDU came.
  [[nodiscard]] bool spoke() const { return spoke_; }
  void reset();

 private:
  void drain(std::uint8_t side, Origin& origin, Tracker& tracker);
  void report(Origin& origin, Tracker& tracker);

  Counters& counters_;
  dcerpc::Association association_;
  std::uint8_t client_side_ = 0;
  bool spoke_ = false;    // a PDU came
  bool refused_ = false;  // ... but the first one cannot be one
  std::array<Framer, 2> framers_;
  Associates associates_;
};

}  // namespace rpcsieve::engine

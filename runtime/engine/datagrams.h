#pragma once

#include "runtime/base/timestamp.h"
#include "runtime/dcerpc/exchanges.h"
#include "runtime/engine/tracker.h"
#include "runtime/packet/packet.h"

namespace rpcsieve::engine {

// Datagrams finds RPC among UDP datagrams, on any port, and gives its calls to the tracker. The
// client is who sends the request.
class Datagrams {
 public:
  // All must outlive it.
  Datagrams(const Limits& limits, Counters& counters, Tracker& tracker)
      : tracker_(tracker), exchanges_(limits, counters) {}

  // push takes a packet that packet::decode found to be UDP.
  void push(const packet::Segment& segment, Timestamp time);
  // end reports what is under way.
  void end();

 private:
  void report();

  Tracker& tracker_;
  dcerpc::Exchanges exchanges_;
};

}  // namespace rpcsieve::engine

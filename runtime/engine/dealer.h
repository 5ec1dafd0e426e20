#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "runtime/alert/record.h"
#include "runtime/base/bytes.h"
#include "runtime/base/counters.h"
#include "runtime/base/timestamp.h"
#include "runtime/engine/engine.h"
#include "runtime/packet/packet.h"

namespace rpcsieve::engine {

// Dealer deals packets to engines, each on a thread of its own: all packets between two addresses,
// the innermost ones of tunnels and fragments, go to the same one, whatever their ports, since one
// SMB session may use several connections. The records are those of a single engine; only their
// order differs, and CallRecord::number, which counts each engine's own. With one thread there is
// no other than the caller's.
class Dealer {
 public:
  // Sink takes a record, from any of the threads but from one at a time. The record lives until it
  // returns. It must not call the dealer.
  using Sink = std::function<void(const alert::Record&)>;

  // More threads than any machine has processors for.
  static constexpr std::size_t kMostThreads = 256;

  // database and matcher must outlive the dealer; threads is at least 1.
  Dealer(const database::Database& database, const match::Matcher& matcher, const Options& options,
         std::size_t threads, Sink sink);
  // The destructor waits for the threads; what finish() was not called for is dropped.
  ~Dealer();

  // push deals out the next frame; its payload is copied if it goes to another thread. It waits
  // while that thread is far behind.
  void push(packet::LinkType link, Bytes frame, std::uint32_t wire_len, Timestamp time);
  // advance says what time it is, without a packet; what waits for a thread is handed to it.
  void advance(Timestamp now);
  // settle returns when everything that was pushed is inspected.
  void settle();
  // finish ends every flow, as at the end of a capture, and returns when the sink has had every
  // record. The dealer is then as new, but for its counters.
  void finish();
  // counters gives the sum of all engines' counters; call it only after settle() or finish().
  [[nodiscard]] Counters counters() const;
  // coverage gives the sum of what all engines could inspect; call it only after these.
  [[nodiscard]] alert::CoverageTable coverage() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rpcsieve::engine

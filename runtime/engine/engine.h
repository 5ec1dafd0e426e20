#pragma once

#include <memory>
#include <optional>

#include "runtime/alert/coverage.h"
#include "runtime/alert/record.h"
#include "runtime/base/counters.h"
#include "runtime/base/timestamp.h"
#include "runtime/database/database.h"
#include "runtime/engine/options.h"
#include "runtime/match/matcher.h"
#include "runtime/packet/packet.h"

namespace rpcsieve::engine {

// Engine turns packets into records: packet → flow → stream → smb → dcerpc → match → alert. One per
// thread; database and matcher are shared and must outlive it. The alerts of detections that wait
// for several events are for the Correlator, which joins those of all engines (dealer.h). After it
// is made it allocates only while its tables grow towards their limits.
class Engine {
 public:
  Engine(const database::Database& database, const match::Matcher& matcher, const Options& options);
  ~Engine();

  // push takes the next packet. Drain next() before pushing again.
  void push(packet::LinkType link, Bytes frame, std::uint32_t wire_len, Timestamp time);
  // push also takes what a packet::Decoder made of a frame: one decoder may feed several engines.
  void push(const packet::Packet& packet);
  // advance says what time it is in the capture, without a packet. Drain next() after it.
  void advance(Timestamp now);
  // finish ends every flow, as at the end of a capture: what waits for an answer is given out.
  // Drain next() after it; the engine is then as new, but for its counters.
  void finish();
  // next returns the next record, or nullptr when more packets are needed. It lives until the
  // following call of any member.
  const alert::Record* next();

  [[nodiscard]] const Counters& counters() const;
  // coverage says how much of the conversations that have ended could be inspected.
  [[nodiscard]] const alert::CoverageTable& coverage() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rpcsieve::engine

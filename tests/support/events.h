#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/alert/record.h"
#include "tests/support/calls.h"

namespace rpcsieve::test {

// Called is a call with its answer; Offered an interface that was offered, and what the server
// said.
struct Called {
  CallBuilder call;
  dcerpc::Answer answer;
};
struct Offered {
  dcerpc::InterfaceId interface;
  match::Transport transport = match::Transport::kSmb;
  std::string pipe;
  IpAddress client, server;
  dcerpc::KnownBy known_by = dcerpc::KnownBy::kOffered;
};

// Happening is one event that detections may ask for.
struct Happening {
  Timestamp time;
  std::uint64_t flow_id = 0;
  std::variant<Called, Offered, alert::FileOpen> event;
  std::int64_t answer_us = 0;  // how long after it the answer came
};

// kDenied is the one code of denied access that the oracle knows; all others with the highest bit
// set are failures, whatever an operation returns.
inline constexpr std::uint32_t kDenied = 0xc0000022;

// events_oracle says which alerts an Ir gives for a list of events in the order of their times,
// straight from the meaning of DESIGN section 2: no tables, no Hyperscan, no state; each
// event looks back at all before it. An alert is text: detection, number of the event, alternative,
// how its stub matched, and what led to it:
//   rule-3 @17 condition=4 unread events=3 first=1000
std::vector<std::string> events_oracle(const compiler::Ir& ir,
                                       const std::vector<Happening>& events);

// play_events gives the same from the engine: Tracker and Correlator.
std::vector<std::string> play_events(const database::Database& database,
                                     const std::vector<Happening>& events);

}  // namespace rpcsieve::test

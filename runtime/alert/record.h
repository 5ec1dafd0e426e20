#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "runtime/base/endpoint.h"
#include "runtime/base/timestamp.h"
#include "runtime/dcerpc/call.h"
#include "runtime/match/matcher.h"

namespace rpcsieve::alert {

// CallRecord is a call with everything that the engine learned about it.
struct CallRecord {
  std::uint64_t number = 0;  // order of the requests' first bytes in the capture
  std::uint64_t flow_id = 0;
  Endpoint client;
  Endpoint server;
  match::Transport transport = match::Transport::kTcp;
  std::string pipe;  // lower case; empty: not SMB, or not known
  dcerpc::Call call;
  dcerpc::Outcome outcome;
};

// Alert is a call that fits a detection.
struct Alert {
  CallRecord record;
  match::Hit hit;
};

// BlindSpot says that something passed which could not be inspected: once per session and cause.
struct BlindSpot {
  enum class Cause : std::uint8_t { kSmbEncrypted, kSmbCompressed };
  Cause cause = Cause::kSmbEncrypted;
  Timestamp time;
  std::uint64_t flow_id = 0;
  Endpoint client;
  Endpoint server;
  std::uint64_t session = 0;
};

using Record = std::variant<CallRecord, Alert, BlindSpot>;

}  // namespace rpcsieve::alert

#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "runtime/base/counters.h"
#include "runtime/base/endpoint.h"
#include "runtime/base/limits.h"
#include "runtime/base/timestamp.h"
#include "runtime/dcerpc/association.h"
#include "runtime/dcerpc/datagram.h"

namespace rpcsieve::dcerpc {

// Exchange is an event of a call over UDP, and between whom the call is: `client` sent the request,
// and `server` is where it was sent to. An answer may come from another port.
struct Exchange {
  Event event;
  Endpoint client;
  Endpoint server;
  Uuid activity;
};

// Exchanges follows all connectionless calls of a thread [C706 §9.5, §10]. A call is known by the
// two addresses, its activity and its sequence number; neither ports nor the order of datagrams
// matter. A datagram that comes again is not a new call, as long as the call is remembered:
// flow_idle_us after its last datagram, within limits.datagram_calls.
//
// A request is reported once its last missing fragment came, or as it is when the others have not
// come for half of outcome_wait_us. Its opnum and interface are those of its first fragment;
// without that one it is counted, never reported. Call::call_id is the sequence number.
class Exchanges {
 public:
  // Limits and counters must outlive it.
  Exchanges(const Limits& limits, Counters& counters);
  ~Exchanges();
  Exchanges(Exchanges&&) noexcept;
  Exchanges& operator=(Exchanges&&) noexcept;

  // push takes one PDU. Drain next() before pushing again.
  void push(const Datagram& pdu, const Endpoint& source, const Endpoint& destination,
            Timestamp time);
  // flush ends all calls: requests that are not whole are reported as they are, and every call in
  // flight as dropped. Drain next() after it; it is then as new.
  void flush();
  // next returns the next event, or nullopt when more PDUs are needed. Its views live until the
  // following call of any member.
  std::optional<Exchange> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rpcsieve::dcerpc

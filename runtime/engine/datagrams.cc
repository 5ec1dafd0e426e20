#include "runtime/engine/datagrams.h"

#include "runtime/dcerpc/datagram.h"
#include "runtime/engine/flow_id.h"

namespace rpcsieve::engine {
namespace {

// An activity is to UDP what a connection is to TCP: it keeps its number when the server answers
// from another port.
Origin origin_of(const dcerpc::Exchange& exchange) {
  Origin origin;
  origin.flow_id = FlowId()
                       .mix(Bytes(exchange.client.address.bytes))
                       .mix(Bytes(exchange.server.address.bytes))
                       .mix(Bytes(exchange.activity.bytes))
                       .value();
  origin.ends = {exchange.client, exchange.server};
  origin.client_certain = true;
  origin.transport = match::Transport::kUdp;
  return origin;
}

}  // namespace

void Datagrams::push(const packet::Segment& segment, Timestamp time) {
  const auto pdu = dcerpc::parse_datagram(segment.payload, segment.payload_len);
  if (!pdu) return;
  exchanges_.push(*pdu, segment.source, segment.destination, time);
  report();
}

void Datagrams::report() {
  while (auto exchange = exchanges_.next()) tracker_.take(exchange->event, origin_of(*exchange));
}

void Datagrams::end() {
  exchanges_.flush();
  report();
}

}  // namespace rpcsieve::engine

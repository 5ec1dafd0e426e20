#include "runtime/engine/lane.h"

#include "runtime/dcerpc/framing.h"

namespace rpcsieve::engine {

void Lane::push(std::uint8_t side, Bytes bytes, std::uint64_t lost, Timestamp time, Origin origin,
                Tracker& tracker) {
  framers_[side].push(bytes, time);
  drain(side, origin, tracker);
  if (lost == 0) return;
  framers_[side].gap(lost);
  drain(side, origin, tracker);
  if (framers_[side].lost()) association_.gap(side == client_side_);
}

void Lane::drain(std::uint8_t side, Origin& origin, Tracker& tracker) {
  while (const auto frame = framers_[side].next(dcerpc::Framing{})) {
    refused_ = refused_ || (!spoke_ && !dcerpc::plausible(frame->bytes));
    if (origin.transport == match::Transport::kTcp && is_foreign()) return;
    spoke_ = true;
    client_side_ = dcerpc::is_from_client(frame->bytes) ? side : 1 - side;
    // A server drops what pretends to be its own answer, so it must not say how a call ended.
    if (origin.client_certain && client_side_ != origin.client_side) {
      client_side_ = origin.client_side;
      counters_.count(Counter::dcerpc_malformed);
      continue;
    }
    association_.push(*frame);
    report(origin, tracker);
  }
}

void Lane::report(Origin& origin, Tracker& tracker) {
  origin.client_side = client_side_;
  const auth::Identity* const user = origin.user;
  while (auto event = association_.next()) {
    if (event->kind == dcerpc::Event::Kind::kAuth) {
      associates_.take(*event);
      continue;
    }
    const auth::Identity* const own = associates_.user(event->call.auth);
    origin.user = own == nullptr ? user : own;
    tracker.take(*event, origin);
  }
  origin.user = user;
}

void Lane::end(Origin origin, Tracker& tracker) {
  for (std::uint8_t side = 0; side < 2; ++side) {
    framers_[side].end();
    drain(side, origin, tracker);
    counters_.count(Counter::dcerpc_foreign, framers_[side].foreign());
    counters_.count(Counter::dcerpc_resynchronised, framers_[side].resynchronised());
  }
  association_.flush();
  report(origin, tracker);
}

void Lane::reset() {
  for (Framer& framer : framers_) framer.reset();
  association_.reset();
  associates_.reset();
  client_side_ = 0;
  spoke_ = refused_ = false;
}

}  // namespace rpcsieve::engine

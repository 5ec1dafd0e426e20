// A call that nothing watches costs a look-up and a count. The others wait in a queue, oldest
// first, that the capture's clock empties from the front.
#include "runtime/engine/tracker.h"

#include <algorithm>

#include "runtime/engine/flow_id.h"
#include "runtime/engine/outcome.h"

namespace rpcsieve::engine {

using dcerpc::Answer;
using dcerpc::Event;
using dcerpc::KnownBy;

Tracker::Tracker(const database::Database& database, const match::Matcher& matcher,
                 const Options& options, Counters& counters)
    : database_(database),
      matcher_(matcher),
      scratch_(matcher.make_scratch()),
      counters_(counters),
      early_(options.early),
      every_call_(options.every_call),
      every_endpoint_(options.every_endpoint),
      wait_us_(options.limits.outcome_wait_us),
      most_waiting_(std::max<std::size_t>(options.limits.waiting_calls, 1)),
      witness_(options.witness),
      coverage_(options.limits.covered_services),
      told_(options.limits),
      endpoints_(options.limits, counters) {}

void Tracker::take(Event& event, const Origin& origin) {
  switch (event.kind) {
    case Event::Kind::kRequest:
      return request(event, origin);
    case Event::Kind::kAnswer:
      if (event.response) learn(event, origin);
      return answer(event.token, event.answer);
    case Event::Kind::kDropped:
      return answer(event.token, Answer{});
    case Event::Kind::kAuth:
      return;
  }
}

void Tracker::request(Event& event, const Origin& origin) {
  imply_interface(event.call, origin);
  *event.keep_response = Endpoints::is_query(event.call, origin.transport, origin.server());
  count(event.call);
  *event.mark = kNoMark;
  hits_.clear();
  const match::Subject subject{event.call,
                               event.stub,
                               origin.transport,
                               origin.pipe,
                               origin.client().address,
                               origin.server().address};
  if (witness_) witness_(subject, origin.client(), origin.server());
  const bool unread =
      matcher_.watches(event.call) && matcher_.match(subject, *scratch_, counters_, hits_);
  see(event.call, unread, origin);
  const std::uint64_t number = calls_++;
  if (hits_.empty() && !every_call_) return;
  const std::uint32_t index = wait(event.call, origin);
  Waiting& waiting = waiting_[index];
  waiting.record.number = number;
  waiting.hits.assign(hits_.begin(), hits_.end());
  *event.mark = mark_of(index);
  if (early_) give_alerts(waiting, Answer{});
}

void Tracker::count(const dcerpc::Call& call) {
  counters_.count(Counter::calls);
  if (call.sealed) counters_.count(Counter::calls_sealed);
  if (!call.complete) counters_.count(Counter::calls_incomplete);
  if (call.known_by == KnownBy::kUnknown) counters_.count(Counter::calls_unknown_interface);
}

// see notes how much of a call could be inspected.
void Tracker::see(const dcerpc::Call& call, bool unread, const Origin& origin) {
  using Cause = alert::BlindSpot::Cause;
  if (unread) {
    counters_.count(call.sealed ? Counter::stubs_sealed : Counter::stubs_cut);
    be_blind(call.sealed ? Cause::kStubsSealed : Cause::kStubsCut, call.time, origin);
  }
  alert::Coverage coverage;
  ++coverage.calls;
  if (call.sealed) {
    ++coverage.calls_sealed;
    coverage.calls_sealed_watched += unread ? 1 : 0;
  } else {
    ++(call.complete ? coverage.calls_read : coverage.calls_cut);
  }
  if (origin.sight == nullptr) return cover({origin.server(), origin.transport}, coverage);
  origin.sight->coverage += coverage;
}

void Tracker::be_blind(alert::BlindSpot::Cause cause, Timestamp time, const Origin& origin) {
  const bool first = origin.sight == nullptr
                         ? told_.first(origin.client().address, origin.server().address, cause)
                         : origin.sight->first(cause);
  if (!first) return;
  note({cause, time, origin.flow_id, origin.client(), origin.server(), 0, origin.transport});
}

void Tracker::see_esp(const IpAddress& source, const IpAddress& destination, Timestamp time) {
  Origin origin;
  origin.flow_id = FlowId().mix(Bytes(source.bytes)).mix(Bytes(destination.bytes)).value();
  origin.ends = {Endpoint{source, 0}, Endpoint{destination, 0}};
  be_blind(alert::BlindSpot::Cause::kEsp, time, origin);
}

void Tracker::finish() {
  told_.reset();
  endpoints_.clear();
}

// imply_interface takes the word of the pipe's name, or of the endpoint mapper, where no bind was
// captured.
void Tracker::imply_interface(dcerpc::Call& call, const Origin& origin) const {
  if (call.known_by != KnownBy::kUnknown || call.bind_seen) return;
  if (origin.transport == match::Transport::kTcp) {
    const auto* interface = endpoints_.find(origin.client().address, origin.server());
    if (interface == nullptr) return;
    call.interface = *interface;
    call.known_by = KnownBy::kEndpoint;
  } else if (!origin.pipe.empty()) {
    const database::InterfaceRow* interface = database_.find_pipe(origin.pipe);
    if (interface == nullptr) return;
    call.interface = {interface->uuid, interface->version_major, interface->version_minor};
    call.known_by = KnownBy::kPipe;
  }
}

// learn takes an answer of an endpoint mapper.
void Tracker::learn(const Event& event, const Origin& origin) {
  for (const auto& endpoint : endpoints_.read(event.call.opnum, *event.response)) {
    counters_.count(Counter::endpoints_read);
    endpoints_.learn(origin.client().address, origin.server().address, endpoint);
    if (every_endpoint_) {
      records_.emplace_back(record_of(event.call, origin.server(), endpoint));
    }
  }
}

std::uint32_t Tracker::wait(const dcerpc::Call& call, const Origin& origin) {
  if (free_ == kNone && waiting_.size() < most_waiting_) {
    waiting_.emplace_back();
    free_ = static_cast<std::uint32_t>(waiting_.size() - 1);
  }
  if (free_ == kNone) {
    counters_.count(Counter::calls_not_awaited);
    expire();
  }
  const std::uint32_t index = free_;
  Waiting& waiting = waiting_[index];
  free_ = waiting.next_free;
  ++waiting.turn;
  alert::CallRecord& record = waiting.record;
  record.flow_id = origin.flow_id;
  record.client = origin.client();
  record.server = origin.server();
  record.transport = origin.transport;
  record.pipe = origin.pipe;
  record.user = origin.user == nullptr ? auth::Identity() : *origin.user;
  record.call = call;
  queue_.join(index);
  return index;
}

// answer ends a call, if it is still awaited.
void Tracker::answer(std::uint64_t mark, const Answer& answer) {
  if (mark == kNoMark) return;
  const auto index = static_cast<std::uint32_t>(mark);
  if (queue_.has(index) && mark == mark_of(index)) {
    settle(index, answer);
  } else if (answer.kind != Answer::Kind::kNone) {
    counters_.count(Counter::calls_late_answer);
  }
}

void Tracker::expire() { settle(queue_.oldest(), Answer{}); }

void Tracker::settle(std::uint32_t index, const Answer& answer) {
  Waiting& waiting = waiting_[index];
  queue_.leave(index);
  give(waiting, answer);
  waiting.next_free = free_;
  free_ = index;
}

void Tracker::give(Waiting& waiting, const Answer& answer) {
  if (answer.kind == Answer::Kind::kNone) counters_.count(Counter::calls_unanswered);
  if (!early_) give_alerts(waiting, answer);
  if (!every_call_) return;
  waiting.record.outcome =
      classify(answer, alert::find_names(waiting.record.call, database_).returns);
  records_.emplace_back(waiting.record);
}

// An inferred alert trusts its stub, so it also reads the answer as the detection's interface
// would.
void Tracker::give_alerts(const Waiting& waiting, const Answer& answer) {
  for (const match::Hit& hit : waiting.hits) {
    alert::Alert alert{waiting.record, hit};
    alert.record.outcome = classify(answer, alert::returns_of(alert, database_));
    counters_.count(Counter::alerts);
    records_.emplace_back(std::move(alert));
  }
}

const alert::Record* Tracker::next() {
  if (given_records_ < records_.size()) return &records_[given_records_++];
  records_.clear();
  given_records_ = 0;
  return nullptr;
}

}  // namespace rpcsieve::engine

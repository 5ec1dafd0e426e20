// A call that nothing watches costs a look-up and a count. The others wait in a queue, oldest
// first, that the capture's clock empties from the front.
#include "runtime/engine/tracker.h"

#include <algorithm>

#include "runtime/engine/flow_id.h"
#include "runtime/engine/outcome.h"
#include "runtime/match/bind.h"
#include "runtime/match/conditions.h"
#include "runtime/match/file.h"

namespace rpcsieve::engine {

using dcerpc::Answer;
using dcerpc::Event;
using dcerpc::KnownBy;

std::uint8_t bind_result(KnownBy known_by) {
  if (known_by == KnownBy::kOffered) return database::kNotAnswered;
  return known_by == KnownBy::kBound ? database::kAccepted : database::kRejected;
}

match::File subject_of(const alert::FileOpen& open) {
  std::optional<std::string_view> share, path;
  if (open.share) share = *open.share;
  if (open.path) path = *open.path;
  return {share,
          path,
          alert::access_bits(open.access_mask),
          match::result_of(open.result),
          open.client.address,
          open.server.address};
}

Tracker::Tracker(const database::Database& database, const match::Matcher& matcher,
                 const Options& options, Counters& counters)
    : database_(database),
      matcher_(matcher),
      scratch_(matcher.make_scratch()),
      counters_(counters),
      early_(options.early),
      every_call_(options.every_call),
      every_endpoint_(options.every_endpoint),
      every_file_(options.every_file),
      every_bind_(options.every_bind),
      wait_us_(options.limits.outcome_wait_us),
      slow_us_(options.limits.history_slack_us),
      most_waiting_(std::max<std::size_t>(options.limits.waiting_calls, 1)),
      witness_(options.witness),
      coverage_(options.limits.covered_services),
      told_(options.limits),
      endpoints_(options.limits, counters),
      needs_outcome_(database.detections().size()) {
  for (const auto& row : database.conditions())
    if (row.outcomes != database::kEveryOutcome) needs_outcome_[row.detection] = true;
}

void Tracker::take(Event& event, const Origin& origin) {
  switch (event.kind) {
    case Event::Kind::kRequest:
      return request(event, origin);
    case Event::Kind::kAnswer:
      if (event.response) learn(event, origin);
      return answer(event.token, event.answer);
    case Event::Kind::kDropped:
      return answer(event.token, Answer{});
    case Event::Kind::kOffered:
      return offered(event, origin);
    case Event::Kind::kOfferEnded:
      return end_offer(event);
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
  const std::uint64_t number = calls_++;
  if (witness_) witness_(subject, origin.client(), origin.server(), number);
  const bool unread =
      matcher_.watches(event.call) && matcher_.match(subject, *scratch_, counters_, hits_);
  see(event.call, unread, origin);
  if (hits_.empty() && !every_call_) return;
  Waiting& waiting = wait(event, origin);
  waiting.record.number = number;
  if (early_) give_early(waiting);
}

// offered takes an interface that a client offers. What becomes of it is awaited like an answer.
void Tracker::offered(Event& event, const Origin& origin) {
  *event.mark = kNoMark;
  hits_.clear();
  match::match_offer(database_,
                     {event.call.interface, origin.transport, origin.pipe, origin.client().address,
                      origin.server().address},
                     hits_);
  if (!hits_.empty() || every_bind_) wait(event, origin).is_bind = true;
}

// take: a file whose answer never came may be told of long after it was asked for. In sequences and
// counts it then counts as late as the Correlator needs it.
void Tracker::take(alert::FileOpen&& open) {
  hits_.clear();
  match::match_file(database_, subject_of(open), hits_);
  const Timestamp counts_at{std::max(open.time.us, now_.us - wait_us_ - slow_us_)};
  const std::uint64_t number = events_++;
  for (const match::Hit& hit : hits_) raise({open, hit, counts_at, number});
  if (every_file_) records_.emplace_back(std::move(open));
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
  now_ = {};
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

// wait keeps a call or bind and the hits of it. A request that took long to come counts a little
// before its end: nobody can stretch one until a sequence has gone by.
Tracker::Waiting& Tracker::wait(Event& event, const Origin& origin) {
  const std::uint32_t index = take_place();
  Waiting& waiting = waiting_[index];
  ++waiting.turn;
  alert::CallRecord& record = waiting.record;
  record.flow_id = origin.flow_id;
  record.client = origin.client();
  record.server = origin.server();
  record.transport = origin.transport;
  record.pipe = origin.pipe;
  record.user = origin.user == nullptr ? auth::Identity() : *origin.user;
  record.call = event.call;
  waiting.is_bind = false;
  waiting.counts_at.us = std::max(event.call.time.us, now_.us - slow_us_);
  waiting.number = events_++;
  waiting.hits.assign(hits_.begin(), hits_.end());
  *event.mark = mark_of(index);
  queue_.join(index);
  return waiting;
}

// take_place takes a free place from the list, if need be that of the oldest.
std::uint32_t Tracker::take_place() {
  if (free_ == kNone && waiting_.size() < most_waiting_) {
    waiting_.emplace_back();
    free_ = static_cast<std::uint32_t>(waiting_.size() - 1);
  }
  if (free_ == kNone) {
    counters_.count(Counter::calls_not_awaited);
    expire();
  }
  const std::uint32_t index = free_;
  free_ = waiting_[index].next_free;
  return index;
}

bool Tracker::awaits(std::uint64_t mark) const {
  const auto index = static_cast<std::uint32_t>(mark);
  return mark != kNoMark && queue_.has(index) && mark == mark_of(index);
}

// answer ends a call, if it is still awaited.
void Tracker::answer(std::uint64_t mark, const Answer& answer) {
  if (awaits(mark)) {
    settle(static_cast<std::uint32_t>(mark), answer);
  } else if (mark != kNoMark && answer.kind != Answer::Kind::kNone) {
    counters_.count(Counter::calls_late_answer);
  }
}

void Tracker::end_offer(const Event& event) {
  if (!awaits(event.token)) return;
  const auto index = static_cast<std::uint32_t>(event.token);
  waiting_[index].record.call.known_by = event.call.known_by;
  settle(index, Answer{});
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
  if (waiting.is_bind) return give_bind(waiting);
  if (answer.kind == Answer::Kind::kNone) counters_.count(Counter::calls_unanswered);
  give_alerts(waiting, answer);
  if (!every_call_) return;
  waiting.record.outcome =
      classify(answer, alert::find_names(waiting.record.call, database_).returns);
  records_.emplace_back(waiting.record);
}

// give_early gives the alerts that need not wait for the outcome.
void Tracker::give_early(const Waiting& waiting) {
  for (const match::Hit& hit : waiting.hits)
    if (is_early(hit)) raise({waiting.record, hit, waiting.counts_at, waiting.number});
}

// give_alerts gives the others, if the outcome is one that they ask for. An inferred alert trusts
// its stub, so it also reads the answer as the detection's interface would.
void Tracker::give_alerts(const Waiting& waiting, const Answer& answer) {
  const auto outcome = [&](const match::Hit& hit) {
    return classify(answer, alert::returns_of(waiting.record.call, hit, database_));
  };
  fitting_.clear();
  for (const match::Hit& hit : waiting.hits) {
    const std::uint8_t asked = database_.conditions()[hit.condition].outcomes;
    const bool any = asked == database::kEveryOutcome;
    if (!is_early(hit) && (any || match::fits_outcome(asked, outcome(hit).result)))
      fitting_.push_back(hit);
  }
  match::keep_best(fitting_);
  for (const match::Hit& hit : fitting_) {
    alert::CallRecord record = waiting.record;
    record.outcome = outcome(hit);
    raise({std::move(record), hit, waiting.counts_at, waiting.number});
  }
}

void Tracker::give_bind(const Waiting& waiting) {
  const alert::CallRecord& of = waiting.record;
  const alert::BindRecord bind{of.call.time,     of.flow_id,         of.client,
                               of.server,        of.transport,       of.pipe,
                               of.call.call_id,  of.call.context_id, of.call.interface,
                               of.call.known_by, of.call.auth,       of.user};
  fitting_.clear();
  for (const match::Hit& hit : waiting.hits)
    if ((database_.binds()[hit.condition].results & bind_result(bind.known_by)) != 0)
      fitting_.push_back(hit);
  match::keep_best(fitting_);
  for (const match::Hit& hit : fitting_) raise({bind, hit, waiting.counts_at, waiting.number});
  if (every_bind_) records_.emplace_back(bind);
}

// raise: what is one of several events that a detection waits for is no alert yet.
void Tracker::raise(alert::Alert&& alert) {
  if (database_.detections()[alert.hit.detection].history.count == 0)
    counters_.count(Counter::alerts);
  records_.emplace_back(std::move(alert));
}

void Tracker::forget_records() {
  records_.clear();
  given_records_ = 0;
}

}  // namespace rpcsieve::engine

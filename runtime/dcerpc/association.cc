// An association is two tables and a queue. Contexts says what interface a request's context id
// stands for; InFlight holds the calls between their first fragment and their answer. A PDU changes
// them and queues what it settled, as indexes of calls, of which next() makes events: so an event
// shows its call as it is when it is handed out, the owner's mark included.
#include "runtime/dcerpc/association.h"

#include <cassert>
#include <vector>

#include "runtime/dcerpc/contexts.h"
#include "runtime/dcerpc/in_flight.h"
#include "runtime/dcerpc/offers.h"
#include "runtime/dcerpc/pdu.h"

namespace rpcsieve::dcerpc {
namespace {

bool from_client(PduType type) {
  return type == PduType::kRequest || type == PduType::kBind || type == PduType::kAlterContext ||
         type == PduType::kAuth3;
}

// negotiates says whether a PDU's verifier sets up security, not protects a call [MS-RPCE
// §3.3.1.5.2].
bool negotiates(PduType type) {
  return type == PduType::kBind || type == PduType::kBindAck || type == PduType::kAlterContext ||
         type == PduType::kAlterContextResponse || type == PduType::kAuth3;
}

// later compares numbers of PDUs, which wrap.
bool later(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) > 0; }

void describe(const Pdu& negotiation, Event& event) {
  event.auth = *negotiation.auth;
  event.auth_value = negotiation.auth_value;
  event.from_client = from_client(negotiation.header.type);
  event.begins = negotiation.header.type == PduType::kBind;
}

// readable_stub gives what patterns are to see of a stub.
Bytes readable_stub(const Flight& flight) {
  if (flight.call.sealed || !flight.call.complete) return flight.stub;
  return without_verification_trailer(flight.stub, flight.endian);
}

}  // namespace

struct Association::State {
  using Index = InFlight::Index;
  struct Settled {
    Event::Kind kind;
    Index index;

    [[nodiscard]] bool ends_call() const {
      return kind == Event::Kind::kAnswer || kind == Event::Kind::kDropped;
    }
  };

  State(const Limits& limits, Counters& counters, bool offers)
      : counters_(&counters),
        queue_(counters.memory()),
        wants_offers_(offers),
        contexts_(limits, counters),
        calls_(limits, counters),
        offers_(limits, counters) {}

  void push(const Frame& frame);
  void gap(bool from_client);
  void flush();
  std::optional<Event> next();
  void reset();

 private:
  void dispatch(const Pdu& pdu, Timestamp time);
  void negotiate(const Pdu& pdu);
  void follow_offers(const Pdu& pdu, Timestamp time);

  void request(const Pdu& pdu, Timestamp time);
  void begin(const Pdu& pdu, Timestamp time);
  void join(const Pdu& pdu, const Request& fragment, Index index);
  void finish(Index index, bool whole);
  void drop(Index index);
  void identify(const Request& request, Flight& flight);
  [[nodiscard]] Auth auth_of(const Pdu& pdu) const;

  void response(const Pdu& pdu);
  void keep(Flight& flight, const Pdu& pdu);
  void fault(const Pdu& pdu);
  std::optional<Index> answered(const Pdu& pdu);
  void answer(Index index, const Answer& answer);
  void orphaned(const Pdu& pdu);
  void let_go();

  Counters* counters_;
  Vector<Settled> queue_;
  std::uint32_t given_ = 0;   // how many of the queue were handed out
  std::uint32_t number_ = 0;  // counts the PDUs
  const bool wants_offers_;
  std::optional<Auth> auth_;  // of the newest verifier that the client sent
  Contexts contexts_;
  InFlight calls_;
  Offers offers_;
  Pdu negotiation_;  // what a queued kAuth is about
};

void Association::State::push(const Frame& frame) {
  assert(given_ == queue_.size());
  counters_->count(Counter::dcerpc_pdus);
  const auto pdu = parse(frame.bytes);
  if (!pdu || pdu->malformed) counters_->count(Counter::dcerpc_malformed);
  if (!pdu) return;
  ++number_;
  // Security that a refused or replaced bind asked for is not that of later calls.
  if (pdu->header.type == PduType::kBind || pdu->header.type == PduType::kBindNak) auth_.reset();
  if (pdu->auth && from_client(pdu->header.type)) auth_ = pdu->auth;
  if (pdu->auth && negotiates(pdu->header.type)) negotiate(*pdu);
  if (wants_offers_) follow_offers(*pdu, frame.time);
  dispatch(*pdu, frame.time);
}

void Association::State::follow_offers(const Pdu& pdu, Timestamp time) {
  switch (pdu.header.type) {
    case PduType::kBind:
    case PduType::kAlterContext:
      return offers_.offer(pdu, number_, time);
    case PduType::kBindAck:
    case PduType::kAlterContextResponse:
      return offers_.answer(pdu);
    case PduType::kBindNak:
      return offers_.refuse(pdu.header.call_id);
    default:
      return;
  }
}

void Association::State::negotiate(const Pdu& pdu) {
  negotiation_ = pdu;
  queue_.push_back({Event::Kind::kAuth, 0});
}

void Association::State::dispatch(const Pdu& pdu, Timestamp time) {
  switch (pdu.header.type) {
    case PduType::kRequest:
      return request(pdu, time);
    case PduType::kResponse:
      return response(pdu);
    case PduType::kFault:
      return fault(pdu);
    case PduType::kBind:
    case PduType::kAlterContext:
      return contexts_.offer(pdu, number_);
    case PduType::kBindAck:
    case PduType::kAlterContextResponse:
      return contexts_.acknowledge(pdu);
    case PduType::kBindNak:
      return contexts_.reject(pdu.header.call_id);
    case PduType::kOrphaned:
      return orphaned(pdu);
    case PduType::kAuth3:     // its verifier is all there is to it
    case PduType::kCancel:    // a call that is cancelled is answered all the same
    case PduType::kShutdown:  // asks the client to go when it is done
      return;
  }
}

void Association::State::request(const Pdu& pdu, Timestamp time) {
  if (pdu.header.first_fragment) return begin(pdu, time);
  const InFlight::Entry* call = calls_.find(pdu.header.call_id);
  if (call == nullptr || !calls_[call->index].joining) {
    counters_->count(Counter::dcerpc_orphan_fragments);
    return;
  }
  const auto fragment = parse_request(pdu);
  if (!fragment) {
    if (!pdu.cut) counters_->count(Counter::dcerpc_malformed);
    calls_[call->index].broken = true;
  }
  join(pdu, fragment.value_or(Request()), call->index);
}

// begin takes a first fragment. Its call id may be that of a call whose answer was not seen.
void Association::State::begin(const Pdu& pdu, Timestamp time) {
  if (const auto* earlier = calls_.find(pdu.header.call_id)) drop(earlier->index);
  const auto request = parse_request(pdu);
  if (!request) {
    counters_->count(pdu.cut ? Counter::dcerpc_orphan_fragments : Counter::dcerpc_malformed);
    return;
  }
  if (calls_.full()) {
    counters_->count(Counter::dcerpc_calls_dropped);
    drop(calls_.all().front().index);
  }
  const Index index = calls_.open(pdu.header.call_id, number_);
  Flight& flight = calls_[index];
  flight.endian = pdu.header.endian;
  flight.joining = true;
  identify(*request, flight);
  flight.call.time = time;
  flight.call.call_id = pdu.header.call_id;
  flight.call.auth = auth_of(pdu);
  join(pdu, *request, index);
}

// identify fills in what a call is, apart from how it came. Opnum and context are those of the
// first fragment; a server that is not old looks at no other.
void Association::State::identify(const Request& request, Flight& flight) {
  Call& call = flight.call;
  call.context_id = request.context_id;
  call.opnum = request.opnum;
  call.has_object = request.object.has_value();
  call.object = request.object.value_or(Uuid());
  call.bind_seen = contexts_.bind_seen();
  if (const Context* context = contexts_.use(request.context_id)) {
    call.interface = context->interface;
    call.known_by = context->known_by;
    flight.transfer = context->transfer;
  }
}

// auth_of gives the security of a request. Its verifier may be out of reach, then it is taken to be
// what the client's others were; at level connect requests carry none [MS-RPCE §2.2.1.1.8].
Auth Association::State::auth_of(const Pdu& pdu) const {
  if (pdu.auth) return *pdu.auth;
  if (!auth_) return {};
  const bool connect = auth_->level == AuthLevel::kConnect || auth_->level == AuthLevel::kDefault;
  return connect || pdu.header.auth_length != 0 ? *auth_ : Auth();
}

void Association::State::join(const Pdu& pdu, const Request& fragment, Index index) {
  Flight& flight = calls_[index];
  ++flight.call.fragments;
  flight.call.stub_len += static_cast<std::uint32_t>(fragment.stub_length);
  flight.call.sealed = flight.call.sealed || auth_of(pdu).level == AuthLevel::kPrivacy;
  if (pdu.header.first_fragment && pdu.header.last_fragment) {
    flight.stub = fragment.stub;
  } else {
    calls_.hold(flight, fragment.stub);
  }
  flight.broken = flight.broken || pdu.cut;
  if (pdu.header.last_fragment) finish(index, true);
}

void Association::State::finish(Index index, bool whole) {
  Flight& flight = calls_[index];
  flight.joining = false;
  flight.call.complete = whole && !flight.broken;
  queue_.push_back({Event::Kind::kRequest, index});
}

void Association::State::drop(Index index) {
  if (calls_[index].joining) finish(index, false);
  calls_.close(index);
  queue_.push_back({Event::Kind::kDropped, index});
}

// answered finds the call that a response or fault answers. More fragments of its request are not
// to be expected then.
std::optional<InFlight::Index> Association::State::answered(const Pdu& pdu) {
  const InFlight::Entry* call = calls_.find(pdu.header.call_id);
  if (call == nullptr) {
    if (pdu.header.last_fragment) counters_->count(Counter::dcerpc_orphan_answers);
    return std::nullopt;
  }
  if (calls_[call->index].joining) finish(call->index, false);
  return call->index;
}

void Association::State::response(const Pdu& pdu) {
  const auto index = answered(pdu);
  if (!index) return;
  Flight& flight = calls_[*index];
  flight.tail.add(response_stub(pdu));
  // The stub's end is not where it seems to be.
  if (pdu.cut || pdu.malformed) flight.tail.forget();
  if (pdu.auth && pdu.auth->level == AuthLevel::kPrivacy) flight.answer_sealed = true;
  if (flight.keep_response) keep(flight, pdu);
  if (!pdu.header.last_fragment) return;
  const auto tail = flight.tail.value(pdu.header.endian);
  Answer answer;
  answer.kind = Answer::Kind::kResponse;
  flight.response_endian = pdu.header.endian;
  answer.readable = tail && !flight.answer_sealed;
  if (answer.readable) answer.tail = *tail;
  this->answer(*index, answer);
}

// keep joins the response that the owner asked for, in the place of the request, which was handed
// out before.
void Association::State::keep(Flight& flight, const Pdu& pdu) {
  if (pdu.header.first_fragment) {
    calls_.release(flight);
    flight.broken = flight.truncated = false;
    flight.response_whole = true;
  }
  if (pdu.header.first_fragment && pdu.header.last_fragment) {
    flight.stub = response_stub(pdu);
  } else {
    calls_.hold(flight, response_stub(pdu));
  }
  const bool lost = flight.broken || flight.answer_sealed || pdu.cut || pdu.malformed;
  flight.broken = lost;
  flight.response_whole = flight.response_whole && !lost;
}

// fault takes a fault, which may answer an alter_context instead of a call: whichever of the two
// used the call id last.
void Association::State::fault(const Pdu& pdu) {
  const InFlight::Entry* call = calls_.find(pdu.header.call_id);
  const auto offer = contexts_.awaited(pdu.header.call_id);
  if (offer && (call == nullptr || later(*offer, call->number))) {
    offers_.refuse(pdu.header.call_id);
    return contexts_.reject(pdu.header.call_id);
  }
  const auto index = answered(pdu);
  if (!index) return;
  const auto status = fault_status(pdu);
  Answer answer;
  answer.kind = Answer::Kind::kFault;
  answer.readable = status.has_value();
  answer.status = status.value_or(0);
  this->answer(*index, answer);
}

void Association::State::answer(Index index, const Answer& answer) {
  calls_[index].answer = answer;
  calls_.close(index);
  queue_.push_back({Event::Kind::kAnswer, index});
}

// orphaned: the client gives a call up, and sends no more of it [C706 §12.6.4.8].
void Association::State::orphaned(const Pdu& pdu) {
  const InFlight::Entry* call = calls_.find(pdu.header.call_id);
  if (call != nullptr && calls_[call->index].joining) finish(call->index, false);
}

void Association::State::gap(bool from_client) {
  for (const InFlight::Entry& call : calls_.all()) {
    Flight& flight = calls_[call.index];
    if (from_client) flight.broken = true;
    if (!from_client) flight.tail.forget();
    if (!from_client && flight.keep_response) flight.response_whole = false;
  }
}

void Association::State::flush() {
  while (!calls_.all().empty()) drop(calls_.all().front().index);
  offers_.flush();
}

std::optional<Event> Association::State::next() {
  let_go();
  std::optional<Event> event;
  if (given_ == queue_.size()) {
    queue_.clear();
    given_ = 0;
    return wants_offers_ ? offers_.next() : std::nullopt;
  }
  const Settled settled = queue_[given_++];
  event.emplace();
  event->kind = settled.kind;
  if (settled.kind == Event::Kind::kAuth) {
    describe(negotiation_, *event);
    return event;
  }
  Flight& flight = calls_[settled.index];
  if (settled.kind == Event::Kind::kRequest) {
    event->call = flight.call;
    event->stub = readable_stub(flight);
    event->mark = &flight.mark;
    event->keep_response = &flight.keep_response;
    return event;
  }
  event->answer = flight.answer;
  event->token = flight.mark;
  if (flight.keep_response) event->call = flight.call;
  if (flight.response_whole && flight.answer.kind == Answer::Kind::kResponse)
    event->response = Response{flight.stub, flight.response_endian, flight.transfer};
  return event;
}

// let_go releases what was handed out last: a stub, or the whole call.
void Association::State::let_go() {
  if (given_ == 0) return;
  const Settled last = queue_[given_ - 1];
  if (last.kind == Event::Kind::kRequest) {
    calls_.release(calls_[last.index]);
  } else if (last.ends_call()) {
    calls_.free(last.index);
  }
}

void Association::State::reset() {
  let_go();
  for (; given_ < queue_.size(); ++given_)
    if (queue_[given_].ends_call()) calls_.free(queue_[given_].index);
  queue_.clear();
  given_ = 0;
  calls_.reset();
  contexts_.reset();
  offers_.reset();
  auth_.reset();
  number_ = 0;
}

Association::Association(const Limits& limits, Counters& counters, bool offers)
    : state_(std::make_unique<State>(limits, counters, offers)) {}
Association::~Association() = default;
Association::Association(Association&&) noexcept = default;
Association& Association::operator=(Association&&) noexcept = default;

void Association::push(const Frame& frame) { state_->push(frame); }
void Association::gap(bool from_client) { state_->gap(from_client); }
void Association::flush() { state_->flush(); }
std::optional<Event> Association::next() { return state_->next(); }
void Association::reset() { state_->reset(); }

}  // namespace rpcsieve::dcerpc

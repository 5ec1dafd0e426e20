// Every call has a row in the memory of calls for as long as its datagrams may come again. One that
// is not settled yet also has a flight, with what was joined of it. Flights stand in two queues by
// the time of their last datagram, so that what has been idle for too long is found at the front.
// What a datagram settles is queued as indexes of flights, of which next() makes events.
#include "runtime/dcerpc/exchanges.h"

#include <algorithm>
#include <cassert>
#include <vector>

#include "runtime/base/queue.h"
#include "runtime/dcerpc/call_memory.h"
#include "runtime/dcerpc/fragments.h"

namespace rpcsieve::dcerpc {
namespace {

constexpr std::uint32_t kNone = Queue::kNone;
constexpr std::size_t kTailBytes = 4;

bool from_client(DatagramType type) {
  return type == DatagramType::kRequest || type == DatagramType::kPing ||
         type == DatagramType::kAck || type == DatagramType::kClientCancel;
}

bool is_answer(DatagramType type) {
  return type == DatagramType::kResponse || type == DatagramType::kFault ||
         type == DatagramType::kReject;
}

bool is_sealed(const Datagram& pdu) { return pdu.auth.level == AuthLevel::kPrivacy; }

// Flight is a call that is not settled.
struct Flight {
  std::uint32_t row = kNone;
  Endpoint client, server;
  Uuid activity;
  Call call;
  Endian endian = Endian::kLittle;  // of the response
  bool identified = false;          // the first fragment of the request came
  bool maybe = false;               // it gets no answer
  bool asked = false;               // no more of the request is awaited
  bool answered = false;            // no more of the answer is awaited
  bool keep_response = false;       // the owner wants the response's stub
  bool response_whole = false;
  Fragments request, response;
  Bytes stub, response_stub;
  Answer answer;
  std::uint64_t mark = 0;  // the owner's
};

// take_tail reads the end of a response from its last fragment.
void take_tail(const Datagram& pdu, Answer& answer) {
  if (pdu.cut || is_sealed(pdu) || pdu.body.size() < kTailBytes) return;
  answer.readable = true;
  answer.tail = Cursor(pdu.body.last(kTailBytes), pdu.endian).u32();
}

}  // namespace

struct Exchanges::State {
  struct Settled {
    Event::Kind kind;
    std::uint32_t flight;
  };

  State(const Limits& given, Counters& its_counters)
      : limits(given), counters(its_counters), memory_(given.datagram_calls) {}

  void push(const Datagram& pdu, const Endpoint& source, const Endpoint& destination,
            Timestamp time);
  void flush();
  std::optional<Exchange> next();

 private:
  std::uint32_t remember(const CallKey& key);
  std::uint32_t open_flight();
  void expire(Timestamp now);
  [[nodiscard]] bool is_idle(std::uint32_t row, std::int64_t wait_us, Timestamp now);
  void forget_oldest();

  void request(std::uint32_t index, const Datagram& pdu, Timestamp time);
  void identify(Flight& flight, const Datagram& pdu, Timestamp time);
  void join(std::uint32_t index, const Datagram& pdu);
  void make_room(std::size_t bytes, std::uint32_t but);
  void finish(std::uint32_t index, bool whole);

  void answer(std::uint32_t index, const Datagram& pdu);
  void respond(Flight& flight, const Datagram& pdu);
  void keep(Flight& flight, const Datagram& pdu);

  void give_up(std::uint32_t index);
  void close(std::uint32_t index, Event::Kind kind);
  void discard(std::uint32_t index);
  void detach(std::uint32_t index);
  void release(Fragments& fragments);
  void let_go();

  const Limits& limits;
  Counters& counters;
  CallMemory memory_;
  std::vector<Flight> flights_;
  std::vector<std::uint32_t> free_;
  Queue joining_, asked_;  // flights: before and after their request was reported
  std::size_t held_bytes_ = 0;
  std::vector<Settled> queue_;
  std::size_t given_ = 0;  // how many of the queue were handed out
};

void Exchanges::State::push(const Datagram& pdu, const Endpoint& source,
                            const Endpoint& destination, Timestamp time) {
  assert(given_ == queue_.size());
  let_go();
  counters.count(Counter::datagram_pdus);
  expire(time);
  const bool asks = from_client(pdu.type);
  const Endpoint& client = asks ? source : destination;
  const Endpoint& server = asks ? destination : source;
  const CallKey key = {client.address, server.address, pdu.activity, pdu.sequence};
  std::uint32_t row = memory_.find(key);
  if (row == kNone) {
    if (pdu.type != DatagramType::kRequest && !is_answer(pdu.type)) return;
    row = remember(key);
  }
  memory_.touch(row, time);
  const std::uint32_t index = memory_[row].flight;
  if (index == kNone) {
    if (pdu.type == DatagramType::kRequest) counters.count(Counter::datagram_repeats);
    return;
  }
  Flight& flight = flights_[index];
  Queue& queue = flight.asked ? asked_ : joining_;
  queue.leave(index);
  queue.join(index);
  if (!flight.identified) {  // an answer may come from another port
    flight.client = client;
    flight.server = server;
  }
  if (pdu.type == DatagramType::kRequest) return request(index, pdu, time);
  if (is_answer(pdu.type)) answer(index, pdu);
}

// remember makes a row and a flight for a new call.
std::uint32_t Exchanges::State::remember(const CallKey& key) {
  if (memory_.full()) {
    counters.count(Counter::datagram_calls_dropped);
    forget_oldest();
  }
  const std::uint32_t index = open_flight();
  const std::uint32_t row = memory_.add(key);
  memory_[row].flight = index;
  flights_[index].row = row;
  flights_[index].activity = key.activity;
  joining_.join(index);
  return row;
}

// open_flight makes a flight. Those that have ended but are still to be given out are in no queue:
// where all have, none must go.
std::uint32_t Exchanges::State::open_flight() {
  const std::uint32_t oldest = joining_.oldest() != kNone ? joining_.oldest() : asked_.oldest();
  if (oldest != kNone && flights_.size() - free_.size() >= limits.datagram_flights) {
    counters.count(Counter::datagram_calls_dropped);
    give_up(oldest);
  }
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(flights_.size()));
    flights_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  flights_[index] = Flight();
  return index;
}

bool Exchanges::State::is_idle(std::uint32_t row, std::int64_t wait_us, Timestamp now) {
  return now.us - memory_[row].last_seen.us > wait_us;
}

// expire ends what was quiet for too long. A request that is not whole is given up early enough for
// its record to come before the wait for its outcome is over.
void Exchanges::State::expire(Timestamp now) {
  const std::int64_t wait = limits.outcome_wait_us;
  const auto idle = [&](const Queue& queue, std::int64_t wait_us) {
    return queue.oldest() != kNone && is_idle(flights_[queue.oldest()].row, wait_us, now);
  };
  while (idle(joining_, wait / 2)) give_up(joining_.oldest());
  while (idle(asked_, limits.flow_idle_us)) give_up(asked_.oldest());
  while (memory_.oldest() != kNone && is_idle(memory_.oldest(), limits.flow_idle_us, now)) {
    forget_oldest();
  }
}

void Exchanges::State::forget_oldest() {
  const std::uint32_t row = memory_.oldest();
  if (memory_[row].flight != kNone) give_up(memory_[row].flight);
  if (memory_.oldest() == row) memory_.remove(row);  // it may have gone with its call
}

void Exchanges::State::request(std::uint32_t index, const Datagram& pdu, Timestamp time) {
  Flight& flight = flights_[index];
  if (flight.asked) return counters.count(Counter::datagram_repeats);
  if (pdu.fragment) {
    if (pdu.fragment_number == 0 && !flight.identified) identify(flight, pdu, time);
    return join(index, pdu);
  }
  release(flight.request);
  identify(flight, pdu, time);
  flight.call.fragments = 1;
  flight.call.stub_len = static_cast<std::uint32_t>(pdu.body_length);
  flight.call.sealed = is_sealed(pdu);
  flight.stub = pdu.body;
  finish(index, !pdu.cut);
}

// identify fills in what a call is, apart from how it came.
void Exchanges::State::identify(Flight& flight, const Datagram& pdu, Timestamp time) {
  flight.identified = true;
  flight.maybe = pdu.maybe;
  Call& call = flight.call;
  call.time = time;
  call.call_id = pdu.sequence;
  call.opnum = pdu.opnum;
  call.interface = pdu.interface;
  call.known_by = KnownBy::kBound;  // the request itself names it
  call.has_object = pdu.has_object;
  call.object = pdu.object;
  call.auth = pdu.auth;
}

void Exchanges::State::join(std::uint32_t index, const Datagram& pdu) {
  make_room(pdu.body.size() + Fragments::kOverheadBytes, index);
  Flight& flight = flights_[index];
  const std::size_t room =
      std::min(limits.stub_bytes - std::min(limits.stub_bytes, flight.request.bytes()),
               limits.datagram_held_bytes - std::min(limits.datagram_held_bytes, held_bytes_));
  const Bytes taken = pdu.body.first(std::min(room, pdu.body.size()));
  const std::size_t before = flight.request.cost();
  if (!flight.request.add(pdu.fragment_number, pdu.last_fragment, taken, pdu.body_length)) {
    return counters.count(Counter::datagram_repeats);
  }
  if (taken.size() < pdu.body.size()) counters.count(Counter::dcerpc_stub_truncated);
  held_bytes_ += flight.request.cost() - before;
  flight.call.sealed = flight.call.sealed || is_sealed(pdu);
  if (flight.request.whole()) finish(index, true);
}

// make_room gives up requests whose fragments began early, which would else keep others from being
// joined for good.
void Exchanges::State::make_room(std::size_t bytes, std::uint32_t but) {
  while (held_bytes_ + bytes > limits.datagram_held_bytes) {
    const std::uint32_t oldest = joining_.oldest();
    if (oldest == kNone || oldest == but) return;  // `but` is the newest
    if (flights_[oldest].request.count() > 0) counters.count(Counter::dcerpc_stub_truncated);
    give_up(oldest);
  }
}

// finish ends the request: it is whole, or as whole as it gets.
void Exchanges::State::finish(std::uint32_t index, bool whole) {
  Flight& flight = flights_[index];
  joining_.leave(index);
  asked_.join(index);
  flight.asked = true;
  held_bytes_ -= flight.request.cost();
  if (!flight.identified) return discard(index);
  if (flight.request.count() > 0) {
    flight.stub = flight.request.join();
    flight.call.fragments = static_cast<std::uint32_t>(flight.request.count());
    flight.call.stub_len = static_cast<std::uint32_t>(flight.request.length());
    whole = whole && flight.request.joined_all();
  }
  flight.call.complete = whole;
  queue_.push_back({Event::Kind::kRequest, index});
  if (flight.answered) return close(index, Event::Kind::kAnswer);
  if (flight.maybe) close(index, Event::Kind::kDropped);
}

// discard forgets a call of which the first fragment was not captured.
void Exchanges::State::discard(std::uint32_t index) {
  Flight& flight = flights_[index];
  if (flight.request.count() > 0) {
    counters.count(Counter::dcerpc_orphan_fragments, flight.request.count());
  } else {
    counters.count(Counter::dcerpc_orphan_answers);
  }
  const std::uint32_t row = flight.row;
  detach(index);
  memory_.remove(row);  // its request may come yet, and is no repeat
  flight.request.reset();
  release(flight.response);
  free_.push_back(index);
}

void Exchanges::State::answer(std::uint32_t index, const Datagram& pdu) {
  Flight& flight = flights_[index];
  if (flight.answered) return;
  if (pdu.type == DatagramType::kResponse) {
    respond(flight, pdu);
  } else {
    const auto status = datagram_status(pdu);
    flight.answer = {Answer::Kind::kFault, status.value_or(0), status.has_value(), 0};
    flight.answered = true;
  }
  if (flight.answered && flight.asked) close(index, Event::Kind::kAnswer);
}

// respond takes a response. One in fragments is whole with its last, unless the owner wants all.
void Exchanges::State::respond(Flight& flight, const Datagram& pdu) {
  flight.endian = pdu.endian;
  if (!pdu.fragment || pdu.last_fragment) {
    flight.answer.kind = Answer::Kind::kResponse;
    take_tail(pdu, flight.answer);
  }
  if (flight.keep_response) keep(flight, pdu);
  flight.answered =
      !pdu.fragment || (flight.keep_response ? flight.response.whole() : pdu.last_fragment);
}

void Exchanges::State::keep(Flight& flight, const Datagram& pdu) {
  if (!pdu.fragment) {
    flight.response_stub = pdu.body;
    flight.response_whole = !pdu.cut && !is_sealed(pdu);
    return;
  }
  const std::size_t before = flight.response.cost();
  const bool fits = flight.response.bytes() + pdu.body.size() <= limits.stub_bytes &&
                    held_bytes_ + pdu.body.size() <= limits.datagram_held_bytes;
  const Bytes taken = fits && !is_sealed(pdu) ? pdu.body : Bytes();
  flight.response.add(pdu.fragment_number, pdu.last_fragment, taken, pdu.body_length);
  held_bytes_ += flight.response.cost() - before;
  if (!flight.response.whole()) return;
  flight.response_stub = flight.response.join();
  flight.response_whole = flight.response.joined_all();
}

// give_up ends a call as it is.
void Exchanges::State::give_up(std::uint32_t index) {
  if (!flights_[index].asked) finish(index, false);
  if (!asked_.has(index)) return;  // that settled it
  const bool answered = flights_[index].answer.kind != Answer::Kind::kNone;
  close(index, answered ? Event::Kind::kAnswer : Event::Kind::kDropped);
}

void Exchanges::State::close(std::uint32_t index, Event::Kind kind) {
  detach(index);
  queue_.push_back({kind, index});
}

// detach parts a flight from the call that is remembered.
void Exchanges::State::detach(std::uint32_t index) {
  memory_[flights_[index].row].flight = kNone;
  asked_.leave(index);
}

void Exchanges::State::release(Fragments& fragments) {
  held_bytes_ -= fragments.cost();
  fragments.reset();
}

void Exchanges::State::flush() {
  while (joining_.oldest() != kNone) give_up(joining_.oldest());
  while (asked_.oldest() != kNone) give_up(asked_.oldest());
  while (memory_.oldest() != kNone) memory_.remove(memory_.oldest());
}

std::optional<Exchange> Exchanges::State::next() {
  let_go();
  std::optional<Exchange> exchange;
  if (given_ == queue_.size()) {
    queue_.clear();
    given_ = 0;
    return exchange;
  }
  const Settled settled = queue_[given_++];
  Flight& flight = flights_[settled.flight];
  exchange.emplace();
  exchange->client = flight.client;
  exchange->server = flight.server;
  exchange->activity = flight.activity;
  Event& event = exchange->event;
  event.kind = settled.kind;
  event.call = flight.call;
  if (settled.kind == Event::Kind::kRequest) {
    event.stub = flight.stub;
    event.mark = &flight.mark;
    event.keep_response = &flight.keep_response;
    return exchange;
  }
  event.answer = flight.answer;
  event.token = flight.mark;
  if (flight.response_whole && flight.answer.kind == Answer::Kind::kResponse) {
    event.response = Response{flight.response_stub, flight.endian, TransferSyntax::kNdr};
  }
  return exchange;
}

// let_go releases what was handed out last.
void Exchanges::State::let_go() {
  if (given_ == 0) return;
  const Settled last = queue_[given_ - 1];
  Flight& flight = flights_[last.flight];
  if (last.kind == Event::Kind::kRequest) {
    flight.stub = {};
    flight.request.reset();
  } else {
    release(flight.response);
    free_.push_back(last.flight);
  }
}

Exchanges::Exchanges(const Limits& limits, Counters& counters)
    : state_(std::make_unique<State>(limits, counters)) {}
Exchanges::~Exchanges() = default;
Exchanges::Exchanges(Exchanges&&) noexcept = default;
Exchanges& Exchanges::operator=(Exchanges&&) noexcept = default;

void Exchanges::push(const Datagram& pdu, const Endpoint& source, const Endpoint& destination,
                     Timestamp time) {
  state_->push(pdu, source, destination, time);
}
void Exchanges::flush() { state_->flush(); }
std::optional<Exchange> Exchanges::next() { return state_->next(); }

}  // namespace rpcsieve::dcerpc

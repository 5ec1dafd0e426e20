// The door of connectionless RPC. The input is datagrams, each behind two bytes for its length, of
// which the top bits say which way it goes and how much later it came than the one before. The
// limits are small, so that short inputs meet them.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>

#include "runtime/base/counters.h"
#include "runtime/dcerpc/exchanges.h"

namespace rpcsieve::dcerpc {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

Limits small() {
  Limits limits;
  limits.datagram_calls = 8;
  limits.datagram_flights = 4;
  limits.datagram_held_bytes = 256;
  limits.stub_bytes = 128;
  return limits;
}

class Run {
 public:
  Run() : exchanges_(limits_, counters_) {}

  void push(Bytes payload, bool back, std::int64_t later_us) {
    time_.us += later_us;
    const Endpoint ends[2] = {{{}, 1}, {{}, 2}};
    const auto pdu = parse_datagram(payload, payload.size());
    if (!pdu) return;
    require(pdu->body.size() <= pdu->body_length && pdu->body_length <= payload.size());
    exchanges_.push(*pdu, ends[back ? 1 : 0], ends[back ? 0 : 1], time_);
    drain();
  }
  void end() {
    exchanges_.flush();
    drain();
    require(waiting_.empty());
  }

 private:
  void drain() {
    while (const auto exchange = exchanges_.next()) {
      const Event& event = exchange->event;
      if (event.kind == Event::Kind::kRequest) {
        request(event);
      } else {  // once, and only after it was reported
        require(waiting_.erase(event.token) == 1);
        if (event.response) require(event.answer.kind == Answer::Kind::kResponse);
      }
    }
    require(waiting_.size() <= limits_.datagram_flights);
  }
  void request(const Event& event) {
    const Call& call = event.call;
    require(call.fragments > 0 && event.stub.size() <= call.stub_len);
    require(call.fragments == 1 || event.stub.size() <= limits_.stub_bytes);
    require(!call.complete || event.stub.size() == call.stub_len);
    *event.mark = ++number_;
    *event.keep_response = number_ % 2 == 0;
    waiting_.insert(number_);
  }

  const Limits limits_ = small();
  Counters counters_;
  Exchanges exchanges_;
  Timestamp time_;
  std::set<std::uint64_t> waiting_;
  std::uint32_t number_ = 0;
};

}  // namespace
}  // namespace rpcsieve::dcerpc

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rpcsieve;
  constexpr std::int64_t kLater[] = {0, 1'000'000, 20'000'000, 400'000'000};
  dcerpc::Run run;
  Cursor cursor(Bytes(data, size), Endian::kBig);
  while (cursor.size() > 2) {
    const std::uint16_t head = cursor.u16();
    const std::size_t length = std::min<std::size_t>(head & 0x1fff, cursor.size());
    run.push(cursor.take(length), (head & 0x8000) != 0, kLater[head >> 13 & 3]);
  }
  run.end();
  return 0;
}

// The door of DCE/RPC: bytes → Framer → Association. The first byte of the input says how the rest
// is cut into pieces; however that is, the events must be the same. The limits are small, so that
// short inputs meet them.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "runtime/base/counters.h"
#include "runtime/base/framer.h"
#include "runtime/base/limits.h"
#include "runtime/dcerpc/association.h"
#include "runtime/dcerpc/framing.h"

namespace rpcsieve::dcerpc {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

Limits small() {
  Limits limits;
  limits.dcerpc_contexts = 4;
  limits.dcerpc_calls = 4;
  limits.stub_bytes = 64;
  limits.dcerpc_held_bytes = 96;
  return limits;
}

class Run {
 public:
  explicit Run(Bytes input) : input_(input), association_(limits_, counters_) {}

  void push(Bytes bytes) {
    framer_.push(bytes, {});
    drain();
  }
  void lose(std::uint64_t n) {
    framer_.gap(n);
    drain();
    if (framer_.lost()) association_.gap(n % 2 == 0);
  }
  std::string end() {
    framer_.end();
    drain();
    association_.flush();
    take();
    return text_;
  }

 private:
  void drain() {
    while (const auto frame = framer_.next(Framing())) {
      association_.push(*frame);
      take();
    }
  }
  void take() {
    while (const auto event = association_.next()) {
      if (event->kind == Event::Kind::kRequest) {
        request(*event);
      } else if (event->kind == Event::Kind::kAuth) {
        text_ += std::string(event->auth_value.begin(), event->auth_value.end()) + '\n';
      } else {
        settled(*event);
      }
    }
    require(waiting_.size() <= limits_.dcerpc_calls);
  }

  void request(const Event& event) {
    const Call& call = event.call;
    require(call.fragments > 0);
    require(event.stub.size() <= call.stub_len);
    require(event.stub.size() <= input_.size());
    require(call.fragments == 1 || event.stub.size() <= limits_.stub_bytes);
    require(call.interface.uuid.is_nil() || call.known_by != KnownBy::kUnknown);
    *event.mark = ++number_;
    waiting_.insert(number_);
    text_ += print(call) + ' ' + std::string(event.stub.begin(), event.stub.end()) + '\n';
  }

  // A call is answered or dropped once, and only after it was reported.
  void settled(const Event& event) {
    require(waiting_.erase(event.token) == 1);
    const Answer& answer = event.answer;
    text_ += std::to_string(event.token) + ' ' + std::to_string(static_cast<int>(answer.kind)) +
             ' ' + std::to_string(answer.status) + ' ' + std::to_string(answer.tail) + '\n';
  }

  const Limits limits_ = small();
  Bytes input_;
  Counters counters_;
  Framer framer_{counters_.memory()};
  Association association_;
  std::set<std::uint64_t> waiting_;
  std::uint64_t number_ = 0;
  std::string text_;
};

std::string in_pieces(Bytes wire, std::size_t size) {
  Run run(wire);
  for (Bytes left = wire; !left.empty();) {
    const Bytes piece = left.first(std::min(size, left.size()));
    run.push(piece);
    left = left.subspan(piece.size());
  }
  return run.end();
}

void with_loss(Bytes wire, std::size_t at) {
  Run run(wire);
  run.push(wire.first(std::min(at, wire.size())));
  run.lose(at);
  run.push(wire.subspan(std::min(2 * at, wire.size())));
  run.end();
}

}  // namespace
}  // namespace rpcsieve::dcerpc

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rpcsieve;
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0];
  const Bytes wire(data + 1, size - 1);
  const std::string whole = dcerpc::in_pieces(wire, wire.size() + 1);
  dcerpc::require(dcerpc::in_pieces(wire, piece) == whole);
  dcerpc::with_loss(wire, piece);
  return 0;
}

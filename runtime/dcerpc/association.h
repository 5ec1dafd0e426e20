#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "runtime/base/counters.h"
#include "runtime/base/cursor.h"
#include "runtime/base/framer.h"
#include "runtime/base/limits.h"
#include "runtime/dcerpc/call.h"

namespace rpcsieve::dcerpc {

// Response is the stub of an answer, in one piece and in clear.
struct Response {
  Bytes stub;
  Endian endian = Endian::kLittle;
  TransferSyntax transfer = TransferSyntax::kUnknown;
};

// Event is what an association learned from a PDU.
struct Event {
  enum class Kind : std::uint8_t {
    kRequest,  // a request is whole, or as whole as it gets: `call` and `stub` are set
    kAnswer,   // its answer is whole: `answer` and `token` are set
    kDropped,  // it is not followed any more (limit, call id used again, flush): `token` is set
    kAuth,     // a PDU that sets up security: `auth`, `auth_value`, `from_client` and `begins`
    // For whoever asked for them (offers.h):
    kOffered,     // an interface is offered: `call` has what a bind has of a call, `mark` is set
    kOfferEnded,  // `token`, and call.known_by: kBound, kRejected, or kOffered without an answer
  };
  Kind kind = Kind::kRequest;
  Call call;
  // The request's stub as far as it was captured, without object UUID, padding, verifier and
  // verification trailer [MS-RPCE §2.2.2.13]. Sealed stubs are given as they are. It lives until
  // the following call of any member of the association.
  Bytes stub;
  Answer answer;
  // The owner's mark on the call. On kRequest the owner may set *mark, until the following call of
  // any member; the later kAnswer or kDropped of the same call hands the value back as `token`.
  std::uint64_t* mark = nullptr;
  std::uint64_t token = 0;
  // On kRequest the owner may set *keep_response, like *mark: then the kAnswer has `call` too, and
  // `response`, if all of it was captured in clear and held within the limits. It lives as `stub`.
  bool* keep_response = nullptr;
  std::optional<Response> response;
  // A security token [MS-RPCE §2.2.2.11], as far as it was captured; it lives as the stub does.
  Auth auth;
  Bytes auth_value;
  bool from_client = false;
  bool begins = false;  // it is that of a bind: its security context is a new one
};

// Association follows one connection-oriented association: one TCP connection, or one open pipe
// [C706 §9.3]. It knows the presentation contexts that were offered and what became of them, joins
// fragments of many calls in flight, and binds answers to requests by call id. A PDU's type tells
// which side sent it, so both directions go through one push. Contexts are kept over
// alter_context; one whose id is offered again is replaced when the server accepts it.
//
// A request is reported once its last fragment came, or when it is certain that it will not (it is
// answered or given up; its call id is used by another first fragment; flush): then call.complete
// is false. A call without its first fragment's opnum is counted, never reported.
class Association {
 public:
  // Limits and counters must outlive it. offers: whoever owns it wants the events of offers.h.
  Association(const Limits& limits, Counters& counters, bool offers = false);
  ~Association();
  Association(Association&&) noexcept;
  Association& operator=(Association&&) noexcept;

  // push takes one PDU, cut at the end if bytes were lost. Drain next() before pushing again.
  void push(const Frame& frame);
  // gap says that PDUs of one side may have been lost here (the framer lost its place): fragments
  // that follow do not adjoin those before.
  void gap(bool from_client);
  // flush ends the association: unfinished requests are reported as they are, and every call in
  // flight as dropped. Drain next() after it.
  void flush();
  // next returns the next event, or nullopt when more PDUs are needed.
  std::optional<Event> next();
  // reset makes it as new, keeping the memory that it holds.
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rpcsieve::dcerpc

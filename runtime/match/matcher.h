#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/counters.h"
#include "runtime/base/endpoint.h"
#include "runtime/database/database.h"
#include "runtime/dcerpc/call.h"

namespace rpcsieve::match {

enum class Transport : std::uint8_t { kSmb = 1, kTcp = 2, kUdp = 4 };

// StubMatch says how a detection's stub conditions stand (DESIGN section 4).
enum class StubMatch : std::uint8_t {
  kNone,     // it has none
  kMatched,  // they hold
  kUnread,   // they cannot be read: the stub is sealed or cut
};

// Subject is a call as the matcher sees it: `call`, and what the call does not say itself. Where
// the stub is not all that was sent (lost, cut by a limit), call.complete must be false.
struct Subject {
  const dcerpc::Call& call;
  Bytes stub;
  Transport transport;
  std::string_view pipe;  // lower case; empty: not known, or not SMB
  const IpAddress& client;
  const IpAddress& server;
};

// Hit is a detection that a call fits, or an offer (bind.h), or a file (file.h).
struct Hit {
  std::uint32_t detection = 0;  // index of Database::detections()
  std::uint32_t condition = 0;  // index of Database::conditions(): the alternative that it fits
  StubMatch stub_match = StubMatch::kNone;
  bool inferred = false;  // only its stub and opnum speak for it: the interface is not known
  std::uint8_t step = 0;  // of the detection
};

// keep_best leaves of hits in their order one for each step of a detection: of the alternative that
// is known best.
void keep_best(std::vector<Hit>& hits);

// Scratch is what one thread needs to match: Hyperscan's scratch and the pattern bits. Made once,
// by Matcher::make_scratch.
class Scratch {
 public:
  ~Scratch();

 private:
  friend class Matcher;
  struct State;
  explicit Scratch(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Matcher finds the detections that a call fits. It is immutable; threads share it, each with a
// Scratch of its own. The cheap refusals come first: interface, opnum, transport, pipe, addresses;
// Hyperscan runs only if a condition with patterns is still standing.
class Matcher {
 public:
  // create takes a validated database; it must outlive the matcher. On failure (the Hyperscan
  // database inside does not fit this machine or library) it returns nullptr and says why in
  // `error`.
  static std::unique_ptr<Matcher> create(const database::Database& database, std::string& error);
  ~Matcher();

  // make_scratch takes all the memory that matching needs; nullptr if there is none.
  [[nodiscard]] std::unique_ptr<Scratch> make_scratch() const;

  // watches says whether any detection may fit calls of this interface, or calls of an unknown one
  // with this opnum: if not, its stub need not be joined.
  [[nodiscard]] bool watches(const dcerpc::Call& call) const;

  // match appends the hits of a call, in the order of the detections and their steps. Of each step
  // there is one, for the alternative of it that is known best; more only if alternatives take
  // different outcomes, for keep_best to choose from. A call on a rejected context has none; one of
  // an unknown interface only those that its stub proves. It returns whether stub conditions of
  // some detection could not be judged, because the stub is sealed or cut.
  bool match(const Subject& subject, Scratch& scratch, Counters& counters,
             std::vector<Hit>& hits) const;

 private:
  struct State;
  explicit Matcher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rpcsieve::match

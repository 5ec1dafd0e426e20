#pragma once

#include <vector>

#include "tools/forge/call.h"
#include "tools/forge/evasion.h"

namespace rpcsieve::forge {

// KnownBy says how a reader of the capture knows a call's interface.
enum class KnownBy : std::uint8_t {
  kBound,     // an accepted bind is in the capture
  kOffered,   // the bind is, its answer is not
  kUnbound,   // no bind is: the pipe's name may tell
  kRejected,  // its context was refused
};

// Meant is one call that a capture holds, as a reader must report it.
struct Meant {
  Operation operation;
  Buffer stub;
  KnownBy known_by = KnownBy::kBound;
  std::uint16_t context_id = 0;
  std::optional<Uuid> object = std::nullopt;
  bool sealed = false;
  enum class Answer : std::uint8_t { kNone, kReturned, kSealed, kFault } answer = Answer::kReturned;
  std::string pipe = {};      // lower case; empty: not SMB, or its name is not in the capture
  bool is_neighbour = false;  // not the call that the capture is about
};

// Exchange is what the client sends, in pieces that are PDUs unless an evasion cuts or joins them,
// and what the server answers to the last of them; empty: nothing.
struct Exchange {
  enum class Phase : std::uint8_t { kBind, kCall } phase = Phase::kCall;
  std::vector<Buffer> asked;
  Buffer answer;
};

// Association is a conversation of connection-oriented RPC, on a TCP connection or a pipe.
struct Association {
  std::vector<Exchange> exchanges;
  std::vector<Meant> calls;  // in the order of their requests
};

// associate forges the conversation of a call with an evasion, as far as that is RPC's business.
// Every answer is a stub whose last four bytes, its return code, are zero.
Association associate(const Call& call, Evasion evasion);

// associate_neighbour binds and makes the call's neighbour, and nothing else.
Association associate_neighbour(const Call& call);

// Security is what the two ends of an association agree on: none at level 0, else an authentication
// type and level [MS-RPCE §2.2.1.1.7, §2.2.1.1.8].
struct Security {
  std::uint8_t type = kNtlmAuth;
  std::uint8_t level = 0;
};

// Reply is how a server answers a request: with a return code, a fault's status, or not at all.
struct Reply {
  enum class Kind : std::uint8_t { kReturned, kFault, kNone } kind = Kind::kReturned;
  std::uint32_t code = 0;
};

// Dealing is what a client does with one interface: it binds it, and makes a call so many times.
struct Dealing {
  Operation operation;
  Buffer stub;
  std::optional<Uuid> object = std::nullopt;
  std::string pipe = "lsarpc";  // on SMB
  Security security = {};
  bool accepted = true;  // the bind; requests on a refused one are refused as well
  std::uint32_t calls = 1;
  std::int64_t every_us = 0;  // from one call to the next
  Reply reply = {};
};

// associate forges a dealing's conversation: its bind, then its calls.
std::vector<Exchange> associate(const Dealing& dealing);

// seals says whether security hides the stubs of requests.
bool seals(const Security& security);

// kAnyObject is the object UUID of a call that needs one and was given none.
extern const Uuid kAnyObject;

// noise is what encryption leaves of so many bytes.
Buffer noise(std::size_t n);

// thirds cuts bytes to three pieces, none of them empty if there are three bytes.
std::vector<Buffer> thirds(const Buffer& bytes);

}  // namespace rpcsieve::forge

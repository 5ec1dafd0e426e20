#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "runtime/alert/file_open.h"
#include "runtime/auth/identity.h"
#include "runtime/base/endpoint.h"
#include "runtime/base/timestamp.h"
#include "runtime/database/database.h"
#include "runtime/dcerpc/call.h"
#include "runtime/match/matcher.h"

namespace rpcsieve::alert {

// CallRecord is a call with everything that the engine learned about it.
struct CallRecord {
  std::uint64_t number = 0;  // counts an engine's calls in the order in which requests ended
  std::uint64_t flow_id = 0;
  Endpoint client;
  Endpoint server;
  match::Transport transport = match::Transport::kTcp;
  std::string pipe;  // lower case; empty: not SMB, or not known
  dcerpc::Call call;
  dcerpc::Outcome outcome;
  auth::Identity user;  // whose call it is, as far as was known when it came
};

// BindRecord is an interface that a client offered on a connection or pipe.
struct BindRecord {
  Timestamp time;  // of the bind or alter_context
  std::uint64_t flow_id = 0;
  Endpoint client;
  Endpoint server;
  match::Transport transport = match::Transport::kTcp;
  std::string pipe;  // as of a CallRecord
  std::uint32_t call_id = 0;
  std::uint16_t context_id = 0;
  dcerpc::InterfaceId interface;
  dcerpc::KnownBy known_by = dcerpc::KnownBy::kOffered;  // kBound, kRejected, or without an answer
  dcerpc::Auth auth;                                     // that the bind asks for
  auth::Identity user;
};

// History is what of several events led to an alert.
struct History {
  std::uint32_t events = 0;  // of the sequence, or of those that were counted
  Timestamp first;           // when the first of them was
};

// Alert is an event that fits a detection: of one that waits for several, the event that completes
// them. (Until the engine's Correlator had it, it is any event that fits a step of such a
// detection.)
struct Alert {
  std::variant<CallRecord, BindRecord, FileOpen> event;
  match::Hit hit;
  Timestamp counts_at;       // when it counts in sequences and counts: if nothing delayed it, its
                             // time
  std::uint64_t number = 0;  // counts an engine's events in the order in which they began
  std::optional<History> history = {};
};

// BlindSpot says that something passed which could not be inspected: once per connection and cause,
// or for kSmbEncrypted once per SMB session, for kEsp once per pair of addresses.
struct BlindSpot {
  enum class Cause : std::uint8_t {
    kSmbEncrypted,    // the SMB session is encrypted
    kSmbCompressed,   // a message is compressed, and is not read
    kSmbUnsupported,  // a pipe may have been used in a way that is not followed
    kStubsSealed,     // a detection has conditions on a stub that is encrypted
    kStubsCut,        // ... on a stub of which bytes are missing
    kLostBytes,       // bytes of the connection were not captured
    kCutSegments,     // ... because the capture holds only the beginning of each packet
    kEsp,             // IPsec hides all that passes between two addresses: ports and transport too
  };
  Cause cause = Cause::kSmbEncrypted;
  Timestamp time;
  std::uint64_t flow_id = 0;
  Endpoint client;
  Endpoint server;
  std::uint64_t session = 0;  // kSmbEncrypted
  match::Transport transport = match::Transport::kSmb;
};

// EndpointRecord is where an endpoint mapper said that an interface is.
struct EndpointRecord {
  Timestamp time;          // of the question's first byte
  Endpoint server;         // that was asked
  std::string address;     // as text; of a pipe the host as it was named, or empty
  std::uint16_t port = 0;  // 0: a pipe
  match::Transport transport = match::Transport::kTcp;
  std::string pipe;  // in lower case, without the prefix
  dcerpc::InterfaceId interface;
  Uuid object;  // nil: any
  std::string annotation;
  std::string_view via;  // the operation: "ept_map" or "ept_lookup"
};

using Record = std::variant<CallRecord, Alert, BlindSpot, EndpointRecord, FileOpen, BindRecord>;

// time_of, flow_of, client_of and server_of give what all events of alerts have.
Timestamp time_of(const Alert& alert);
std::uint64_t flow_of(const Alert& alert);
const Endpoint& client_of(const Alert& alert);
const Endpoint& server_of(const Alert& alert);

// Names of the records (DESIGN section 5): "critical"; "smb"; "unread"; "smb_encrypted", as its
// counter.
std::string_view name(database::Severity severity);
std::string_view name(match::Transport transport);
std::string_view name(match::StubMatch stub_match);
std::string_view name(BlindSpot::Cause cause);

// confidence says how far an alert can be trusted: "inferred" if the interface was guessed from
// the stub, else how the call's or the bind's interface is known; empty for a file, of which all is
// in clear.
std::string_view confidence(const Alert& alert);

// Names are those that the catalogue has for a call; empty where it has none, or where the call's
// interface is not known. They are views of the database.
struct Names {
  std::string_view interface;
  std::string_view operation;
  database::Returns returns = database::Returns::kUnknown;  // what its return code is
};
Names find_names(const dcerpc::Call& call, const database::Database& database);

// code_name gives the name of a fault's status, or else of the return code, of an outcome that
// was read as `returns`; empty if there is no code, or it has no name.
std::string_view code_name(const dcerpc::Outcome& outcome, database::Returns returns);
// returns_of says how the outcome of a call is read for an alert: as the call's interface would, or
// if that is not known, as the detection's.
database::Returns returns_of(const dcerpc::Call& call, const match::Hit& hit,
                             const database::Database& database);

}  // namespace rpcsieve::alert

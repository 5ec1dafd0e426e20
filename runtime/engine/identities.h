#pragma once

#include <cstdint>
#include <optional>

#include "runtime/auth/exchange.h"
#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/dcerpc/association.h"
#include "runtime/engine/few.h"
#include "runtime/smb/event.h"
#include "runtime/smb/table.h"

namespace rpcsieve::engine {

// Logon is a session setup that is not over. Its user may be told in clear, not by a token.
struct Logon {
  auth::Exchange exchange;
  std::optional<auth::Identity> account;

  [[nodiscard]] const auth::Identity& user() const {
    return account ? *account : exchange.identity();
  }
};

// LogonKey: a logon goes by the number of its first request until its session is known.
struct LogonKey {
  std::uint64_t flow_id = 0;
  std::uint64_t number = 0;
  bool opening = false;

  bool operator==(const LogonKey&) const = default;
};
std::uint64_t hash(const LogonKey& key);

// Logons are those of a thread: a connection has one for a moment, so they are not kept by each.
using Logons = smb::Table<LogonKey, Logon>;

// Sessions knows the users of one SMB connection's sessions. A session's user is the one whose
// logon the server accepted last; a refused logon changes nothing. While no answer was captured,
// the client's word is taken.
class Sessions {
 public:
  Sessions(const Limits& limits, Counters& counters, Logons& logons);

  // open begins a connection.
  void open(std::uint64_t flow_id) { flow_id_ = flow_id; }
  // take follows a kSessionSetup or a kLogoff.
  void take(const smb::Event& event);
  // user gives the user of a session, nullptr if nothing is known. It lives until the next take.
  const auth::Identity* user(std::uint64_t session);

  void reset();

 private:
  void ask(const smb::Event& request);
  void answer(const smb::Event& answer);
  Logon& put(const LogonKey& key, const Logon& logon);
  [[nodiscard]] LogonKey opening(std::uint64_t id) const { return {flow_id_, id, true}; }
  [[nodiscard]] LogonKey known(std::uint64_t session) const { return {flow_id_, session, false}; }

  Counters& counters_;
  std::uint64_t flow_id_ = 0;
  Few<auth::Identity> users_;  // by session
  bool asked_ = false;         // a session setup was captured
  bool answered_ = false;      // ... and an answer to one
  Logons& logons_;
};

// Associates knows the users of one RPC association's security contexts.
class Associates {
 public:
  Associates(const Limits& limits, Counters& counters);

  // take follows a kAuth.
  void take(const dcerpc::Event& event);
  // user gives the user of a call with this verifier, nullptr if it has none. What cannot be told
  // from the captured tokens is empty. It lives until the next take.
  const auth::Identity* user(const dcerpc::Auth& auth);

  void reset() { contexts_.clear(); }

 private:
  Few<auth::Exchange> contexts_;  // by auth_context_id
};

}  // namespace rpcsieve::engine

#pragma once

#include <cstdint>
#include <optional>

#include "runtime/auth/exchange.h"
#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/dcerpc/association.h"
#include "runtime/engine/few.h"
#include "runtime/smb/event.h"

namespace rpcsieve::engine {

// Sessions knows the users of one SMB connection's sessions. A session's user is the one whose
// logon the server accepted last; a refused logon changes nothing. While no answer was captured,
// the client's word is taken.
class Sessions {
 public:
  Sessions(const Limits& limits, Counters& counters);

  // take follows a kSessionSetup or a kLogoff.
  void take(const smb::Event& event);
  // user gives the user of a session, nullptr if nothing is known. It lives until the next take.
  const auth::Identity* user(std::uint64_t session);

  void reset();

 private:
  // Logon is a session setup that is not over. Its user may be told in clear, not by a token.
  struct Logon {
    auth::Exchange exchange;
    std::optional<auth::Identity> account;

    [[nodiscard]] const auth::Identity& user() const {
      return account ? *account : exchange.identity();
    }
  };

  void ask(const smb::Event& request);
  void answer(const smb::Event& answer);

  Few<auth::Identity> users_;  // by session
  Few<Logon> openings_;        // by the first request, which does not know its session
  Few<Logon> logons_;          // by session
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

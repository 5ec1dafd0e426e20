#pragma once

#include <cstdint>
#include <optional>

#include "runtime/auth/der.h"
#include "runtime/auth/identity.h"
#include "runtime/auth/ntlm.h"
#include "runtime/base/bytes.h"

namespace rpcsieve::auth {

// Package says whose the tokens of an exchange are. Those of the generic security services
// (NTLMSSP, Kerberos, SPNEGO around either) are told apart by their first bytes.
enum class Package : std::uint8_t { kGeneric, kNetlogon };

// Exchange follows the security tokens by which one client makes itself known to one server: those
// of an SMB session's setup, or of a security context of an RPC association. It takes the client's
// word for who it is; whether the server believes it is the owner's to know.
//
// NTLMSSP is read raw or within SPNEGO [MS-NLMP §2.2.1]; Kerberos raw, within its own framing [RFC
// 4121 §4.1] or within SPNEGO [RFC 4178 §4.2, MS-SPNG §2.2.1]. A token that was cut off tells what
// stands whole in front of the cut.
class Exchange {
 public:
  // push takes the next token.
  void push(Bytes token, bool from_client, Package package = Package::kGeneric);
  // identity gives what is known so far: of several names that a client gave, the newest.
  [[nodiscard]] const Identity& identity() const { return identity_; }

 private:
  void read(Bytes token, bool from_client, int depth);
  void read_ntlm(Bytes message, ntlm::Type type, bool from_client);
  void read_kerberos(const Element& message, bool from_client);
  void learn(const Identity& told);

  Identity identity_;
  bool named_ = false;     // identity_ is final, not what a NEGOTIATE_MESSAGE announced
  bool answered_ = false;  // NTLMSSP: an AUTHENTICATE_MESSAGE came, and nobody asked for another
  std::optional<ntlm::Charset> charset_;  // that the server chose
};

}  // namespace rpcsieve::auth

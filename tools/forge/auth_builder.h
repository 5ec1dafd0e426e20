#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "tools/forge/wire.h"

namespace rpcsieve::forge {

// Security tokens, as SMB session setups and RPC verifiers carry them:
//   spnego_init(ntlm_authenticate({"alice", "LAB", "WS1"}).build())

// Whom an NTLMSSP message or a Netlogon one names.
struct Account {
  std::string_view user, domain, workstation;
};

inline constexpr std::uint32_t kNtlmUnicode = 1;
inline constexpr std::uint32_t kNtlmOem = 2;

// NtlmBuilder builds an NTLMSSP message [MS-NLMP §2.2.1]; the functions below say of which type.
class NtlmBuilder {
 public:
  NtlmBuilder(std::uint32_t type, Account account) : type_(type), account_(account) {}

  // flags sets kNtlmUnicode (default), kNtlmOem, both or neither. `oem` tells how names are
  // written.
  NtlmBuilder& flags(std::uint32_t value) { return flags_ = value, *this; }
  NtlmBuilder& oem() { return oem_ = true, flags(kNtlmOem); }
  // old leaves out the flags of an AUTHENTICATE_MESSAGE, and what is behind them.
  NtlmBuilder& old() { return old_ = true, *this; }

  [[nodiscard]] Buffer build() const;

 private:
  [[nodiscard]] Buffer text(std::string_view value) const;
  [[nodiscard]] Buffer negotiate() const;
  [[nodiscard]] Buffer challenge() const;
  [[nodiscard]] Buffer authenticate() const;

  std::uint32_t type_;
  Account account_;
  std::uint32_t flags_ = kNtlmUnicode;
  bool oem_ = false;
  bool old_ = false;
};

// ntlm_negotiate supplies domain and workstation, where they are not empty.
NtlmBuilder ntlm_negotiate(Account account = {});
NtlmBuilder ntlm_challenge();
NtlmBuilder ntlm_authenticate(Account account);

// der gives one element in DER.
Buffer der(std::uint8_t tag, const Buffer& contents);
Buffer der(std::uint8_t tag, std::string_view contents);

// SPNEGO [RFC 4178 §4.2]. spnego_init is framed, as the first token of a client is.
Buffer spnego_init(const Buffer& token);
Buffer spnego_response(const Buffer& token);

// Kerberos [RFC 4120 §5]. kerberos_framed puts an AP-REQ or an error into the framing of RFC 4121;
// `microsoft` names the mechanism as Windows 2000 did.
Buffer ap_req(std::string_view realm, std::initializer_list<std::string_view> service);
// krb_error names a client only if `client` is not empty.
Buffer krb_error(std::string_view realm, std::initializer_list<std::string_view> service,
                 std::string_view client = {});
Buffer kerberos_framed(const Buffer& message, bool microsoft = false);

// nl_auth names a computer by its NetBIOS names; nl_auth_dns by its DNS names only [MS-NRPC
// §2.2.1.3.1].
Buffer nl_auth(std::string_view domain, std::string_view computer);
Buffer nl_auth_dns(std::string_view domain, std::string_view host);

}  // namespace rpcsieve::forge

#pragma once

#include <optional>

#include "runtime/auth/der.h"
#include "runtime/auth/identity.h"

namespace rpcsieve::auth::kerberos {

// Tags of the messages that are read [RFC 4120 §5.5.1, §5.9.1].
inline constexpr std::uint8_t kApReq = 0x6e;
inline constexpr std::uint8_t kError = 0x7e;

// read_ap_req gives realm and service of the ticket; who it was given to is encrypted. nullopt if
// the message has no ticket.
std::optional<Identity> read_ap_req(const Element& message);
// read_error gives what a KRB-ERROR tells of client and service.
Identity read_error(const Element& message);

}  // namespace rpcsieve::auth::kerberos

#pragma once

#include <optional>

#include "runtime/auth/identity.h"
#include "runtime/base/bytes.h"

namespace rpcsieve::auth::ntlm {

// Type is the kind of an NTLMSSP message [MS-NLMP §2.2.1].
enum class Type : std::uint32_t { kNegotiate = 1, kChallenge = 2, kAuthenticate = 3 };

// type_of gives the kind of a message; nullopt if it is no NTLMSSP message.
std::optional<Type> type_of(Bytes message);

// Charset is how a client writes its names, as it was negotiated.
enum class Charset : std::uint8_t { kUnicode, kOem };

// read_negotiate gives what a NEGOTIATE_MESSAGE tells: at most domain and workstation [MS-NLMP
// §2.2.1.1].
Identity read_negotiate(Bytes message);
// read_challenge gives what the server chose; nullopt if the message does not reach so far, or says
// neither [MS-NLMP §2.2.1.2].
std::optional<Charset> read_challenge(Bytes message);
// read_authenticate gives user, domain and workstation, each if it lies within the message [MS-NLMP
// §2.2.1.3]. `chosen` is what the server chose, if that was captured; else the message's own flags
// tell. nullopt if the message is too short to name anybody.
std::optional<Identity> read_authenticate(Bytes message, std::optional<Charset> chosen);

}  // namespace rpcsieve::auth::ntlm

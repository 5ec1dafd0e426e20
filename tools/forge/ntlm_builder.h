#pragma once

#include "tools/forge/wire.h"

namespace rpcsieve::forge::ntlm {

// The three messages of an NTLM handshake, as small as they may be [MS-NLMP §2.2.1]: nobody has
// their keys, so the proofs in them are arbitrary.
Buffer negotiate();
Buffer challenge();
Buffer authenticate();  // of FORGE\alice, at WS1

// signature is the 16 bytes that sign or seal a message [MS-NLMP §2.2.2.9.1].
Buffer signature(std::uint32_t sequence);

}  // namespace rpcsieve::forge::ntlm

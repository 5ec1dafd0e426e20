#pragma once

#include <optional>

#include "runtime/auth/identity.h"
#include "runtime/base/bytes.h"

namespace rpcsieve::auth::netlogon {

// read_message gives the machine account of a client's NL_AUTH_MESSAGE [MS-NRPC §2.2.1.3.1]: the
// computer's name and a '$'. nullopt if it is no such message, or names no computer.
std::optional<Identity> read_message(Bytes message);

}  // namespace rpcsieve::auth::netlogon

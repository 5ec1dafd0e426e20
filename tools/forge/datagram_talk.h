#pragma once

#include "tools/forge/association.h"
#include "tools/forge/tcp_session.h"

namespace rpcsieve::forge {

// Datagrams is a conversation of connectionless RPC: each turn is one datagram.
struct Datagrams {
  Talk talk;
  std::vector<Meant> calls;
};

// exchange_datagrams forges the conversation of a call with an evasion, as far as that is RPC's
// business.
Datagrams exchange_datagrams(const Call& call, Evasion evasion);

// exchange_datagrams forges a dealing, without its bind: a talk for each call. Conversations of the
// same two hosts need different activities.
std::vector<Talk> exchange_datagrams(const Dealing& dealing, const Uuid& activity);

}  // namespace rpcsieve::forge

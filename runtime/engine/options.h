#pragma once

#include <functional>

#include "runtime/base/limits.h"
#include "runtime/match/matcher.h"

namespace rpcsieve::engine {

// Witness is shown every call as the matcher sees it, with its ends and its CallRecord::number.
// What it is shown lives until it returns. It is called on the engine's thread.
using Witness = std::function<void(const match::Subject&, const Endpoint& client,
                                   const Endpoint& server, std::uint64_t number)>;

// Options are what a run of the engine may vary.
struct Options {
  Limits limits;
  bool early = false;           // alert on the request, not when its outcome is known
  bool every_call = false;      // also give a CallRecord for each call
  bool every_endpoint = false;  // also give an EndpointRecord for each that a mapper names
  bool every_file = false;      // also give a FileOpen for each file that is opened over SMB
  bool every_bind = false;      // also give a BindRecord for each interface that is offered
  Witness witness = {};
};

}  // namespace rpcsieve::engine

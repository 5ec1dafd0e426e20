#pragma once

#include "runtime/base/limits.h"

namespace rpcsieve::engine {

// Options are what a run of the engine may vary.
struct Options {
  Limits limits;
  bool early = false;       // alert on the request, not when its outcome is known
  bool every_call = false;  // also give a CallRecord for each call
};

}  // namespace rpcsieve::engine

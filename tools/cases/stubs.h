#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/ir/ir.h"
#include "tools/forge/wire.h"

namespace rpcsieve::cases {

// Stub is what a call carries; `name` says what is special about it, and is empty for the plainest.
struct Stub {
  std::string name;  // "content-2-1", "content-2-1-other"
  forge::Buffer bytes;
};

// Stubs are those of a condition on calls.
struct Stubs {
  std::vector<Stub> fitting;  // one for each wish of each clause; the first is the plainest
  std::vector<Stub> missing;  // ... with one byte of it changed, and what must not be there; none
  std::vector<std::string> refused;
};

// stubs_of makes them; `fits` says whether a call with a stub fits the condition, `misses` whether
// it fits nothing of the detection.
Stubs stubs_of(const compiler::Ir& ir, const compiler::CallCondition& condition,
               const std::function<bool(const forge::Buffer&)>& fits,
               const std::function<bool(const forge::Buffer&)>& misses);

}  // namespace rpcsieve::cases

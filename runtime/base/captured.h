#pragma once

#include <cstdint>

#include "runtime/base/bytes.h"
#include "runtime/base/timestamp.h"

namespace rpcsieve {

// Captured is one frame as it was captured: `bytes` are the first of the `wire_len` that it had.
struct Captured {
  Timestamp time;
  std::uint32_t wire_len = 0;
  Bytes bytes;
};

}  // namespace rpcsieve

#pragma once

#include <cstdint>

namespace rpcsieve {

// distance is b - a for TCP sequence numbers, which wrap: right for numbers less than 2^31 apart
// [RFC 9293 §3.4]. Negative: b stands before a.
inline std::int32_t distance(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(b - a);
}

}  // namespace rpcsieve

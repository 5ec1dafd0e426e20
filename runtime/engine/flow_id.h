#pragma once

#include <cstdint>

#include "runtime/base/bytes.h"
#include "runtime/base/endpoint.h"

namespace rpcsieve::engine {

// FlowId makes the number by which EVE joins the records of a connection: the same in every run. It
// stays below 2^53, which JSON readers keep exact.
class FlowId {
 public:
  FlowId& mix(std::uint64_t value) {
    hash_ = (hash_ ^ value) * 0x100000001b3ULL;  // FNV-1a
    return *this;
  }
  FlowId& mix(Bytes bytes) {
    for (const std::uint8_t byte : bytes) mix(byte);
    return *this;
  }
  FlowId& mix(const Endpoint& end) { return mix(Bytes(end.address.bytes)).mix(end.port); }

  [[nodiscard]] std::uint64_t value() const { return hash_ >> 11; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace rpcsieve::engine

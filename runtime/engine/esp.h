#pragma once

#include <cstdint>
#include <optional>

#include "runtime/alert/record.h"
#include "runtime/base/limits.h"
#include "runtime/smb/table.h"

namespace rpcsieve::engine {

// Esp notes between whom IPsec hides everything (ESP [RFC 4303]), SMB and RPC with it.
class Esp {
 public:
  // AddressPair is two addresses, the lower first.
  struct AddressPair {
    IpAddress low, high;

    bool operator==(const AddressPair&) const = default;
  };

  explicit Esp(const Limits& limits) : seen_(limits.esp_pairs, memory_) {}

  // see takes a packet. It gives a blind spot when the two addresses are new; whoever sent the
  // first packet is called the client.
  std::optional<alert::BlindSpot> see(const IpAddress& source, const IpAddress& destination,
                                      Timestamp time);
  // reset forgets who was seen.
  void reset() { seen_.clear(); }

 private:
  Memory memory_;  // not that of the conversations
  smb::Table<AddressPair, bool> seen_;
};

std::uint64_t hash(const Esp::AddressPair& pair);

}  // namespace rpcsieve::engine

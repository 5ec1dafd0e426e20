#include "runtime/engine/esp.h"

#include <algorithm>

namespace rpcsieve::engine {

std::uint64_t hash(const Esp::AddressPair& pair) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < pair.low.bytes.size(); ++i)
    sum = smb::mix(sum << 16 ^ static_cast<std::uint64_t>(pair.low.bytes[i]) << 8 ^
                   pair.high.bytes[i]);
  return sum;
}

std::optional<alert::BlindSpot> Esp::see(const IpAddress& source, const IpAddress& destination,
                                         Timestamp time) {
  const AddressPair pair{std::min(source, destination), std::max(source, destination)};
  if (seen_.find(pair) != nullptr) return std::nullopt;
  seen_.put(pair, true, [](bool) {});
  alert::BlindSpot spot;
  spot.cause = alert::BlindSpot::Cause::kEsp;
  spot.time = time;
  spot.flow_id = hash(pair) >> 11;  // as of connections: below 2^53
  spot.client = {source, 0};
  spot.server = {destination, 0};
  return spot;
}

}  // namespace rpcsieve::engine

#include "runtime/engine/told.h"

#include <algorithm>

#include "runtime/base/bytes.h"
#include "runtime/engine/flow_id.h"

namespace rpcsieve::engine {

std::uint64_t hash(const Told::Key& key) {
  return smb::mix(FlowId().mix(Bytes(key.low.bytes)).mix(Bytes(key.high.bytes)).value() +
                  static_cast<std::uint64_t>(key.cause));
}

bool Told::first(const IpAddress& one, const IpAddress& other, alert::BlindSpot::Cause cause) {
  const Key key{std::min(one, other), std::max(one, other), cause};
  if (told_.find(key) != nullptr) return false;
  told_.put(key, true, [](bool) {});
  return true;
}

}  // namespace rpcsieve::engine

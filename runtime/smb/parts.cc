// Clients and servers send the parts of a transaction in order, so there is seldom anything here.
// But a server puts each part where it says, and whoever wants to pass a sensor unseen sends the
// last part first.
#include "runtime/smb/parts.h"

#include <algorithm>

namespace rpcsieve::smb {

Slice without_first(Slice data, std::size_t n) {
  const std::size_t there = std::min(n, data.bytes.size());
  data.bytes = data.bytes.subspan(there);
  data.lost -= std::min(n - there, data.lost);
  return data;
}

Parts::Parts(const Limits& limits, Counters& counters)
    : parts_(counters.memory()),
      limit_(std::max(limits.smb_early_parts, std::size_t{1})),
      limit_bytes_(limits.smb_early_bytes),
      counters_(&counters) {}

void Parts::hold(const Owner& owner, std::uint32_t at, const Slice& data) {
  if (data.bytes.size() > limit_bytes_) return counters_->count(Counter::smb_parts_dropped);
  Part& part = make_room(data.bytes.size());
  part.owner = owner;
  part.at = at;
  part.bytes.assign(data.bytes.begin(), data.bytes.end());
  part.lost = data.lost;
  part.age = ++clock_;
  held_bytes_ += part.bytes.size();
}

Slice Parts::take(const Owner& owner, std::uint32_t at) {
  for (Part& part : parts_) {
    if (part.age == 0 || part.owner != owner || part.at > at) continue;
    forget(part);
    const Slice rest = without_first({part.bytes, part.lost}, at - part.at);
    if (!rest.bytes.empty() || rest.lost > 0) return rest;
  }
  return {};
}

void Parts::drop(std::uint64_t id) {
  for (Part& part : parts_) {
    if (part.age == 0 || part.owner.id != id) continue;
    forget(part);
    counters_->count(Counter::smb_parts_dropped);
  }
}

void Parts::clear() {
  for (Part& part : parts_) part.age = 0;
  held_bytes_ = 0;
}

// make_room gives a free part once n more bytes may be held.
Parts::Part& Parts::make_room(std::size_t n) {
  const auto older = [](const Part& a, const Part& b) { return a.age - 1 < b.age - 1; };
  for (;;) {
    const auto unused =
        std::find_if(parts_.begin(), parts_.end(), [](const Part& part) { return part.age == 0; });
    const bool fits = n <= limit_bytes_ - held_bytes_;
    if (fits && unused != parts_.end()) return *unused;
    if (fits && parts_.size() < limit_) return parts_.emplace_back(counters_->memory());
    forget(*std::min_element(parts_.begin(), parts_.end(), older));  // the free count as newest
    counters_->count(Counter::smb_parts_dropped);
  }
}

// forget frees a part; its bytes stay until it is used again.
void Parts::forget(Part& part) {
  part.age = 0;
  held_bytes_ -= part.bytes.size();
}

}  // namespace rpcsieve::smb

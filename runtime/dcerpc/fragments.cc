// Bytes are kept as they come, and put in order at the end: only a call whose fragments were
// reordered costs a second copy.
#include "runtime/dcerpc/fragments.h"

#include <algorithm>

namespace rpcsieve::dcerpc {

bool Fragments::add(std::uint16_t number, bool last, Bytes bytes, std::size_t length) {
  const auto at =
      std::lower_bound(parts_.begin(), parts_.end(), number,
                       [](const Part& part, std::uint16_t n) { return part.number < n; });
  if (at != parts_.end() && at->number == number) return false;
  if (last_ && number > *last_) return false;
  const auto inserted = parts_.insert(at, {number, bytes_.size(), bytes.size(), length});
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  if (last && !last_) {
    last_ = number;
    parts_.erase(inserted + 1, parts_.end());  // no fragment follows the last
  }
  return true;
}

std::size_t Fragments::length() const {
  std::size_t length = 0;
  for (const Part& part : parts_) length += part.length;
  return length;
}

// in_order says that the parts stand in bytes_ as they follow one another.
bool Fragments::in_order() const {
  std::size_t expected = 0;
  for (const Part& part : parts_) {
    if (part.begin != expected) return false;
    expected += part.size;
  }
  return true;
}

Bytes Fragments::join() {
  const bool ordered = in_order();
  sorted_.clear();
  std::size_t length = 0;
  for (joined_ = 0; joined_ < parts_.size() && parts_[joined_].number == joined_; ++joined_) {
    const Part& part = parts_[joined_];
    const Bytes bytes = Bytes(bytes_).subspan(part.begin, part.size);
    if (!ordered) sorted_.insert(sorted_.end(), bytes.begin(), bytes.end());
    length += bytes.size();
    if (part.size < part.length) break;
  }
  return Bytes(ordered ? bytes_ : sorted_).first(length);
}

void Fragments::reset() { *this = Fragments(); }

}  // namespace rpcsieve::dcerpc

#pragma once

#include <cstdint>
#include <vector>

namespace rpcsieve {

// Queue puts places of a table in the order in which they joined it. Each stands in it at most
// once, so that it is bounded by the table; any may leave at any time. Nothing is allocated but
// when a place joins that is higher than all before.
class Queue {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  // oldest gives the place that joined first, kNone if there is none.
  [[nodiscard]] std::uint32_t oldest() const { return oldest_; }
  [[nodiscard]] bool has(std::uint32_t place) const {
    return place < links_.size() && links_[place].joined;
  }

  // join puts a place that is not in the queue at its end.
  void join(std::uint32_t place) {
    if (place >= links_.size()) links_.resize(place + 1);
    links_[place] = {newest_, kNone, true};
    (newest_ == kNone ? oldest_ : links_[newest_].newer) = place;
    newest_ = place;
  }

  // leave takes a place out that is in the queue.
  void leave(std::uint32_t place) {
    Link& link = links_[place];
    (link.older == kNone ? oldest_ : links_[link.older].newer) = link.newer;
    (link.newer == kNone ? newest_ : links_[link.newer].older) = link.older;
    link.joined = false;
  }

 private:
  struct Link {
    std::uint32_t older, newer;
    bool joined;
  };

  std::vector<Link> links_;
  std::uint32_t oldest_ = kNone, newest_ = kNone;
};

}  // namespace rpcsieve

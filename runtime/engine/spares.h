#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/base/memory.h"

namespace rpcsieve::engine {

// Spares keeps objects that are not needed now, with the memory that they grew, for the next who
// needs one: connections come and go, the allocator is not asked again. While much memory is held
// it keeps nothing. T has reset().
template <class T>
class Spares {
 public:
  Spares(std::function<std::unique_ptr<T>()> make, const Memory& memory, std::size_t much)
      : make_(std::move(make)), memory_(memory), much_(much) {}

  std::unique_ptr<T> take() {
    if (spares_.empty()) return make_();
    auto spare = std::move(spares_.back());
    spares_.pop_back();
    return spare;
  }

  void give(std::unique_ptr<T> object) {
    if (memory_.bytes() > much_ || spares_.size() >= kMost) return;
    object->reset();
    spares_.push_back(std::move(object));
  }

  void drop() { spares_.clear(); }

 private:
  // As many come between one that ends and the next that begins; of a capture's end more are left.
  static constexpr std::size_t kMost = 4096;

  std::function<std::unique_ptr<T>()> make_;
  const Memory& memory_;
  const std::size_t much_;
  std::vector<std::unique_ptr<T>> spares_;
};

}  // namespace rpcsieve::engine

#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace rpcsieve::engine {

// Spares keeps objects that are not needed now, with the memory that they grew, for the next who
// needs one: connections come and go, the allocator is not asked again. T has reset().
template <class T>
class Spares {
 public:
  explicit Spares(std::function<std::unique_ptr<T>()> make) : make_(std::move(make)) {}

  std::unique_ptr<T> take() {
    if (spares_.empty()) return make_();
    auto spare = std::move(spares_.back());
    spares_.pop_back();
    return spare;
  }

  void give(std::unique_ptr<T> object) {
    object->reset();
    spares_.push_back(std::move(object));
  }

 private:
  std::function<std::unique_ptr<T>()> make_;
  std::vector<std::unique_ptr<T>> spares_;
};

}  // namespace rpcsieve::engine

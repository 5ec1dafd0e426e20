#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/base/bytes.h"

namespace rpcsieve {

// Memory is the account of what a thread's connections hold in containers that traffic can grow.
// Each table has a limit of its own; their product, over all connections, is beyond any machine, so
// the engine also looks at the sum (Limits::held_bytes).
class Memory {
 public:
  void take(std::size_t n) { bytes_ += n; }
  void give(std::size_t n) { bytes_ -= n; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

// Accounted is the allocator of such a container: the heap's, written to an account. The account
// must outlive the container.
template <class T>
class Accounted {
 public:
  using value_type = T;
  // The memory goes where the container's content goes, and stays on its account.
  using propagate_on_container_copy_assignment = std::true_type;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;

  Accounted(Memory& memory) : memory_(&memory) {}  // NOLINT: a container is made of an account
  template <class U>
  Accounted(const Accounted<U>& other) : memory_(other.memory_) {}  // NOLINT: so containers rebind

  T* allocate(std::size_t n) {
    T* place = std::allocator<T>().allocate(n);
    memory_->take(n * sizeof(T));
    return place;
  }
  void deallocate(T* place, std::size_t n) {
    memory_->give(n * sizeof(T));
    std::allocator<T>().deallocate(place, n);
  }

  // Growing a container of bytes leaves them as they are, for append() to fill in.
  template <class U>
  void construct(U* place) {
    ::new (static_cast<void*>(place)) U;
  }
  template <class U, class... Arguments>
  void construct(U* place, Arguments&&... arguments) {
    ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
  }

  bool operator==(const Accounted& other) const = default;

 private:
  template <class U>
  friend class Accounted;
  Memory* memory_;
};

template <class T>
using Vector = std::vector<T, Accounted<T>>;

// append puts bytes behind those of a vector.
inline void append(Vector<std::uint8_t>& to, Bytes bytes) {
  if (bytes.empty()) return;
  const std::size_t old = to.size();
  to.resize(old + bytes.size());
  std::memcpy(to.data() + old, bytes.data(), bytes.size());
}

}  // namespace rpcsieve

#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/base/bytes.h"

namespace rpcsieve {

// Endian is the byte order that a message declares for its own numbers.
enum class Endian : std::uint8_t { kLittle, kBig };

// Cursor reads untrusted bytes from front to back. take() holds the only bounds check; everything
// else is built on it. A failed read latches: it and all later ones give zeros and empty views, so
// a parser reads all its fields and asks ok() once.
class Cursor {
 public:
  explicit Cursor(Bytes bytes, Endian endian) : left_(bytes), endian_(endian) {}

  // take returns the next n bytes, or an empty view (and latches) when fewer are left.
  Bytes take(std::size_t n) {
    if (n > left_.size()) {
      ok_ = false;
      left_ = {};
      return {};
    }
    const Bytes head = left_.first(n);
    left_ = left_.subspan(n);
    return head;
  }

  std::uint8_t u8() {
    const Bytes b = take(1);
    return b.empty() ? std::uint8_t{0} : b[0];
  }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(take(2))); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(take(4))); }
  std::uint64_t u64() { return number(take(8)); }

  // skip passes over n bytes.
  void skip(std::size_t n) { take(n); }

  // align passes over the padding up to the next multiple of n, counted from where `consumed`
  // bytes of the structure had been read.
  void align(std::size_t consumed, std::size_t n) { take((n - consumed % n) % n); }

  // sub returns a cursor over the next n bytes for a nested structure, which so cannot see past
  // its parent. Check the child's done() before the parent's ok() is read.
  Cursor sub(std::size_t n) {
    const Bytes inner = take(n);
    return Cursor(inner, endian_, ok_);
  }

  [[nodiscard]] Bytes rest() const { return left_; }
  [[nodiscard]] std::size_t size() const { return left_.size(); }
  [[nodiscard]] Endian endian() const { return endian_; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && left_.empty(); }

 private:
  Cursor(Bytes bytes, Endian endian, bool ok) : left_(bytes), endian_(endian), ok_(ok) {}

  [[nodiscard]] std::uint64_t number(Bytes b) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
      const std::size_t at = endian_ == Endian::kBig ? i : b.size() - 1 - i;
      value = value << 8 | b[at];
    }
    return value;
  }

  Bytes left_;
  Endian endian_;
  bool ok_ = true;
};

}  // namespace rpcsieve

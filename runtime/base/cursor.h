#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

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

  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }

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

  template <class Number>
  Number number() {
    const Bytes b = take(sizeof(Number));
    if (b.empty()) return 0;
    Number value;
    std::memcpy(&value, b.data(), sizeof(Number));
    constexpr Endian kNative =
        std::endian::native == std::endian::little ? Endian::kLittle : Endian::kBig;
    return endian_ == kNative ? value : reversed(value);
  }

  static std::uint8_t reversed(std::uint8_t value) { return value; }
  static std::uint16_t reversed(std::uint16_t value) { return __builtin_bswap16(value); }
  static std::uint32_t reversed(std::uint32_t value) { return __builtin_bswap32(value); }
  static std::uint64_t reversed(std::uint64_t value) { return __builtin_bswap64(value); }

  Bytes left_;
  Endian endian_;
  bool ok_ = true;
};

}  // namespace rpcsieve

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/cursor.h"
#include "runtime/base/uuid.h"

namespace rpcsieve::forge {

using Buffer = std::vector<std::uint8_t>;

// Wire builds a message field by field, in the byte order it is given.
class Wire {
 public:
  explicit Wire(Endian endian = Endian::kLittle) : endian_(endian) {}

  Wire& u8(std::uint64_t value) { return number(value, 1); }
  Wire& u16(std::uint64_t value) { return number(value, 2); }
  Wire& u32(std::uint64_t value) { return number(value, 4); }
  Wire& u64(std::uint64_t value) { return number(value, 8); }
  Wire& uuid(const Uuid& value);
  Wire& bytes(Bytes value);
  Wire& text(std::string_view value);   // one byte a character
  Wire& utf16(std::string_view value);  // two bytes a character, little-endian
  Wire& zeros(std::size_t n);
  Wire& align(std::size_t n);  // zeros up to the next multiple of n

  [[nodiscard]] std::size_t size() const { return out_.size(); }
  [[nodiscard]] Buffer build() const { return out_; }
  // patch overwrites a number that was not known when its field was written.
  Wire& patch16(std::size_t at, std::uint64_t value);
  Wire& patch32(std::size_t at, std::uint64_t value);

 private:
  Wire& number(std::uint64_t value, std::size_t size);
  void put(std::size_t at, std::uint64_t value, std::size_t size);

  Buffer out_;
  Endian endian_;
};

// hex reads hex digits, spaces between them ignored: hex("05 00 0b").
Buffer hex(std::string_view digits);

// operator+ joins messages.
Buffer operator+(Buffer left, const Buffer& right);

}  // namespace rpcsieve::forge

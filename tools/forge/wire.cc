#include "tools/forge/wire.h"

#include <cctype>
#include <stdexcept>

namespace rpcsieve::forge {

Wire& Wire::number(std::uint64_t value, std::size_t size) {
  out_.resize(out_.size() + size);
  put(out_.size() - size, value, size);
  return *this;
}

void Wire::put(std::size_t at, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t shift = 8 * (endian_ == Endian::kLittle ? i : size - 1 - i);
    out_.at(at + i) = static_cast<std::uint8_t>(value >> shift);
  }
}

Wire& Wire::patch16(std::size_t at, std::uint64_t value) {
  put(at, value, 2);
  return *this;
}

Wire& Wire::patch32(std::size_t at, std::uint64_t value) {
  put(at, value, 4);
  return *this;
}

Wire& Wire::uuid(const Uuid& value) { return bytes(wire_bytes(value, endian_)); }

Wire& Wire::bytes(Bytes value) {
  out_.insert(out_.end(), value.begin(), value.end());
  return *this;
}

Wire& Wire::text(std::string_view value) {
  out_.insert(out_.end(), value.begin(), value.end());
  return *this;
}

Wire& Wire::utf16(std::string_view value) {
  for (const char c : value) {
    out_.push_back(static_cast<std::uint8_t>(c));
    out_.push_back(0);
  }
  return *this;
}

Wire& Wire::zeros(std::size_t n) {
  out_.resize(out_.size() + n);
  return *this;
}

Wire& Wire::align(std::size_t n) { return zeros((n - out_.size() % n) % n); }

Buffer hex(std::string_view digits) {
  Buffer out;
  int high = -1;
  for (const char c : digits) {
    if (c == ' ') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) throw std::invalid_argument("hex");
    const int digit = std::isdigit(static_cast<unsigned char>(c)) != 0
                          ? c - '0'
                          : std::tolower(static_cast<unsigned char>(c)) - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<std::uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  if (high >= 0) throw std::invalid_argument("hex: odd number of digits");
  return out;
}

Buffer operator+(Buffer left, const Buffer& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

}  // namespace rpcsieve::forge

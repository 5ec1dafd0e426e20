#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/smb/operation.h"

namespace rpcsieve::smb {

// write_utf8 writes a name as UTF-8, up to its first zero, and returns how many bytes that takes.
// Of a name that is longer than `out` it writes the end, from a character's beginning, and sets
// `cut`: what a file is called stands last in its path. Halves of surrogate pairs become U+FFFD;
// names that are not UTF-16 stay as they were sent.
std::size_t write_utf8(const Text& text, std::span<char> out, bool& cut);

// Utf8 is a name of at most kMax bytes.
template <std::size_t kMax>
class Utf8 {
 public:
  static constexpr std::size_t kMaxBytes = kMax;

  Utf8() = default;
  explicit Utf8(const Text& text)
      : size_(static_cast<std::uint16_t>(write_utf8(text, text_, cut_))) {}

  [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }
  // is_cut says that it is but the end of the name.
  [[nodiscard]] bool is_cut() const { return cut_; }

 private:
  static_assert(kMax <= UINT16_MAX);

  std::array<char, kMax> text_{};
  bool cut_ = false;
  std::uint16_t size_ = 0;
};

}  // namespace rpcsieve::smb

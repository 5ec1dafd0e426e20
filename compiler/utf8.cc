#include "compiler/utf8.h"

#include <cstddef>
#include <cstdint>

namespace rpcsieve::compiler {
namespace {

// Lead says what a sequence's first byte promises: its length, its payload bits, and the smallest
// code point that needs so many bytes.
struct Lead {
  std::size_t length;
  char32_t bits;
  char32_t least;
};

Lead lead(std::uint8_t byte) {
  if (byte < 0x80) return {1, byte, 0};
  if (byte >= 0xc0 && byte < 0xe0) return {2, byte & 0x1fU, 0x80};
  if (byte >= 0xe0 && byte < 0xf0) return {3, byte & 0x0fU, 0x800};
  if (byte >= 0xf0 && byte < 0xf8) return {4, byte & 0x07U, 0x10000};
  return {0, 0, 0};
}

bool is_surrogate(char32_t c) { return c >= 0xd800 && c < 0xe000; }

}  // namespace

std::optional<char32_t> next_code_point(std::string_view& text) {
  const std::string_view whole = text;
  text.remove_prefix(1);
  const Lead first = lead(static_cast<std::uint8_t>(whole[0]));
  if (first.length == 0 || first.length > whole.size()) return std::nullopt;
  char32_t c = first.bits;
  for (std::size_t i = 1; i < first.length; ++i) {
    const auto byte = static_cast<std::uint8_t>(whole[i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    c = c << 6 | (byte & 0x3fU);
  }
  if (c < first.least || c > 0x10ffff || is_surrogate(c)) return std::nullopt;
  text = whole.substr(first.length);
  return c;
}

}  // namespace rpcsieve::compiler

// Names come in three encodings and leave in one. Whatever the bytes are, the text is well-formed
// UTF-8, so nothing behind it has to ask.
#include "runtime/auth/identity.h"

namespace rpcsieve::auth {
namespace {

constexpr char32_t kReplacement = 0xfffd;

char continuation(char32_t bits) { return static_cast<char>(0x80 | (bits & 0x3f)); }

// encode puts a character's UTF-8 into `out` and returns its length.
std::size_t encode(char32_t c, std::array<char, 4>& out) {
  if (c < 0x80) {
    out = {static_cast<char>(c)};
    return 1;
  }
  if (c < 0x800) {
    out = {static_cast<char>(0xc0 | c >> 6), continuation(c)};
    return 2;
  }
  if (c < 0x10000) {
    out = {static_cast<char>(0xe0 | c >> 12), continuation(c >> 6), continuation(c)};
    return 3;
  }
  out = {static_cast<char>(0xf0 | c >> 18), continuation(c >> 12), continuation(c >> 6),
         continuation(c)};
  return 4;
}

bool is_surrogate(char32_t c) { return c >= 0xd800 && c < 0xe000; }

char32_t unit(Bytes bytes, std::size_t at) {
  return static_cast<char32_t>(bytes[at] | bytes[at + 1] << 8);
}

// Length of the character that a lead byte of UTF-8 opens, and the least that needs so much; 0: it
// opens none.
struct Lead {
  std::size_t size;
  char32_t bits, least;
};

Lead lead(std::uint8_t byte) {
  if (byte < 0x80) return {1, byte, 0};
  if (byte >= 0xc2 && byte < 0xe0) return {2, byte & 0x1fU, 0x80};
  if (byte >= 0xe0 && byte < 0xf0) return {3, byte & 0x0fU, 0x800};
  if (byte >= 0xf0 && byte < 0xf5) return {4, byte & 0x07U, 0x10000};
  return {0, 0, 0};
}

// decode reads the character at the front of the bytes and returns its length, 0 if there is none.
std::size_t decode(Bytes bytes, char32_t& character) {
  const Lead first = lead(bytes[0]);
  if (first.size == 0 || first.size > bytes.size()) return 0;
  character = first.bits;
  for (std::size_t i = 1; i < first.size; ++i) {
    if ((bytes[i] & 0xc0) != 0x80) return 0;
    character = character << 6 | (bytes[i] & 0x3fU);
  }
  const bool valid = character >= first.least && character < 0x110000 && !is_surrogate(character);
  return valid ? first.size : 0;
}

}  // namespace

// What comes behind a character that did not fit is left out too: a name has no holes.
void Text::add(char32_t character) {
  std::array<char, 4> encoded{};
  const std::size_t n = encode(character, encoded);
  full_ = full_ || n > kMaxBytes - size_;
  for (std::size_t i = 0; i < n && !full_; ++i) bytes_[size_++] = encoded[i];
}

Text read_utf16(Bytes bytes) {
  Text text;
  for (std::size_t at = 0; bytes.size() - at >= 2; at += 2) {
    const char32_t first = unit(bytes, at);
    if (!is_surrogate(first)) {
      text.add(first);
      continue;
    }
    const char32_t second = bytes.size() - at >= 4 ? unit(bytes, at + 2) : 0;
    const bool pair = first < 0xdc00 && second >= 0xdc00 && second < 0xe000;
    text.add(pair ? 0x10000 + ((first & 0x3ff) << 10 | (second & 0x3ff)) : kReplacement);
    if (pair) at += 2;
  }
  return text;
}

Text read_oem(Bytes bytes) {
  Text text;
  for (const std::uint8_t byte : bytes) text.add(byte < 0x80 ? byte : kReplacement);
  return text;
}

Text read_utf8(Bytes bytes) {
  Text text;
  add_utf8(text, bytes);
  return text;
}

void add_utf8(Text& text, Bytes bytes) {
  while (!bytes.empty()) {
    char32_t character = 0;
    const std::size_t n = decode(bytes, character);
    text.add(n == 0 ? kReplacement : character);
    bytes = bytes.subspan(n == 0 ? 1 : n);
  }
}

bool Identity::is_known() const {
  return !name.empty() || !domain.empty() || !workstation.empty() || !realm.empty() ||
         !service.empty();
}

}  // namespace rpcsieve::auth

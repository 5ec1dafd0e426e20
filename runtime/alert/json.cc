// The writer keeps no state beside the text: whether a comma is due shows in the last character,
// since a finished value never ends in an opening bracket. Runs of plain characters, which are all
// that most values hold, are copied at once.
#include "runtime/alert/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace rpcsieve::alert {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

// all_plain says it of eight characters at once: a byte's high bit shows that it is below a bound,
// or, of the difference, that it is equal [Warren, Hacker's Delight, §6-1].
bool all_plain(const char* eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = kOnes << 7;
  std::uint64_t text = 0;
  std::memcpy(&text, eight, sizeof text);
  const auto below = [](std::uint64_t x, std::uint64_t n) { return (x - kOnes * n) & ~x & kHighs; };
  const auto holds = [&](unsigned char c) { return below(text ^ kOnes * c, 1); };
  return (below(text, 0x20) | holds('"') | holds('\\') | holds(0x7f) | (text & kHighs)) == 0;
}

// plain_length says with how many plain characters a text begins.
std::size_t plain_length(std::string_view text) {
  std::size_t n = 0;
  while (text.size() - n >= 8 && all_plain(text.data() + n)) n += 8;
  while (n < text.size() && is_plain(static_cast<unsigned char>(text[n]))) ++n;
  return n;
}

bool is_continuation(unsigned char c) { return (c & 0xc0) == 0x80; }

// Lead says how long the sequence is that a lead byte opens, and between which bounds its second
// byte lies [Unicode 15, table 3-7]: the bounds keep out overlong forms, surrogates and what is
// beyond U+10FFFF.
struct Lead {
  std::size_t length;
  unsigned char low, high;
};

Lead lead(unsigned char c) {
  if (c < 0xc2) return {0, 0, 0};
  if (c < 0xe0) return {2, 0x80, 0xbf};
  if (c == 0xe0) return {3, 0xa0, 0xbf};
  if (c == 0xed) return {3, 0x80, 0x9f};
  if (c < 0xf0) return {3, 0x80, 0xbf};
  if (c == 0xf0) return {4, 0x90, 0xbf};
  if (c < 0xf4) return {4, 0x80, 0xbf};
  if (c == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

// utf8_length gives the length of the well-formed multi-byte sequence that `text` begins with, or
// 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Lead form = lead(at(0));
  if (form.length == 0 || form.length > text.size()) return 0;
  if (at(1) < form.low || at(1) > form.high) return 0;
  for (std::size_t i = 2; i < form.length; ++i) {
    if (!is_continuation(at(i))) return 0;
  }
  return form.length;
}

void append_control(std::string& out, unsigned char c) {
  static constexpr char kDigits[] = "0123456789abcdef";
  switch (c) {
    case '"':
    case '\\':
      out += '\\';
      out += static_cast<char>(c);
      return;
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kDigits[c >> 4];
      out += kDigits[c & 15];
  }
}

// append_special writes the first character of `text`, which is not a plain one, and returns how
// many bytes it took.
std::size_t append_special(std::string& out, std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) {
    append_control(out, first);
    return 1;
  }
  const std::size_t length = utf8_length(text);
  out += length == 0 ? kReplacement : text.substr(0, length);
  return length == 0 ? 1 : length;
}

}  // namespace

// extend makes room for n more characters and gives the place of the first.
char* JsonWriter::extend(std::size_t n) {
  const std::size_t old = out_.size();
  out_.resize(old + n);
  return out_.data() + old;
}

bool JsonWriter::needs_comma() const {
  return !out_.empty() && out_.back() != '{' && out_.back() != '[';
}

void JsonWriter::separate() {
  if (needs_comma()) out_ += ',';
}

void JsonWriter::begin_field(std::string_view key) {
  const bool comma = needs_comma();
  char* to = extend(key.size() + (comma ? 4 : 3));
  if (comma) *to++ = ',';
  *to++ = '"';
  to = std::copy(key.begin(), key.end(), to);
  *to++ = '"';
  *to = ':';
}

void JsonWriter::quote(std::string_view value) {
  const std::size_t plain = plain_length(value);
  char* to = extend(plain + 1);
  *to++ = '"';
  std::copy_n(value.begin(), plain, to);
  value.remove_prefix(plain);
  while (!value.empty()) {
    value.remove_prefix(append_special(out_, value));
    const std::size_t more = plain_length(value);
    out_ += value.substr(0, more);
    value.remove_prefix(more);
  }
  out_ += '"';
}

void JsonWriter::begin_object() {
  separate();
  out_ += '{';
}

void JsonWriter::begin_object(std::string_view key) {
  begin_field(key);
  out_ += '{';
}

void JsonWriter::begin_array(std::string_view key) {
  begin_field(key);
  out_ += '[';
}

// Nearly every text is plain, and so goes in one piece.
void JsonWriter::text(std::string_view key, std::string_view value) {
  if (plain_length(value) < value.size()) {
    begin_field(key);
    return quote(value);
  }
  const bool comma = needs_comma();
  char* to = extend(key.size() + value.size() + (comma ? 6 : 5));
  if (comma) *to++ = ',';
  *to++ = '"';
  to = std::copy(key.begin(), key.end(), to);
  to = std::copy_n("\":\"", 3, to);
  to = std::copy(value.begin(), value.end(), to);
  *to = '"';
}

void JsonWriter::raw(std::string_view key, std::string_view json) {
  begin_field(key);
  out_ += json;
}

void JsonWriter::text_or_null(std::string_view key, std::string_view value) {
  if (value.empty()) return null(key);
  text(key, value);
}

void JsonWriter::number(std::string_view key, std::uint64_t value) {
  begin_field(key);
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out_.append(digits.data(), end);
}

void JsonWriter::boolean(std::string_view key, bool value) {
  begin_field(key);
  out_ += value ? "true" : "false";
}

void JsonWriter::null(std::string_view key) {
  begin_field(key);
  out_ += "null";
}

void JsonWriter::element(std::string_view value) {
  separate();
  quote(value);
}

}  // namespace rpcsieve::alert

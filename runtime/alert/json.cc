// The writer keeps no state beside the text: whether a comma is due shows in the last character,
// since a finished value never ends in an opening bracket. Runs of plain characters, which are all
// that most values hold, are copied at once.
#include "runtime/alert/json.h"

#include <array>
#include <charconv>
#include <cstddef>

namespace rpcsieve::alert {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

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

void JsonWriter::separate() {
  if (!out_.empty() && out_.back() != '{' && out_.back() != '[') out_ += ',';
}

void JsonWriter::begin_field(std::string_view key) {
  separate();
  out_ += '"';
  out_ += key;
  out_ += "\":";
}

void JsonWriter::quote(std::string_view value) {
  out_ += '"';
  while (!value.empty()) {
    std::size_t plain = 0;
    while (plain < value.size() && is_plain(static_cast<unsigned char>(value[plain]))) ++plain;
    out_ += value.substr(0, plain);
    value.remove_prefix(plain);
    if (!value.empty()) value.remove_prefix(append_special(out_, value));
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

void JsonWriter::text(std::string_view key, std::string_view value) {
  begin_field(key);
  quote(value);
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

// A regex is not parsed here, that is Hyperscan's business; it is only cut into the pieces within
// which ^ and $ mean something else: escapes, \Q…\E, classes and comments [PCRE2 pcre2pattern(3)].
// Everything else passes through as it is, above all what is wrong.
#include "compiler/backend/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace rpcsieve::compiler {
namespace {

// through gives the length of the text up to and including `end`, or all of it.
std::size_t through(std::string_view text, std::string_view end, std::size_t from) {
  const std::size_t at = text.find(end, from);
  return at == std::string_view::npos ? text.size() : at + end.size();
}

// escape_length measures the escape that begins the text: \Q…\E, or two characters.
std::size_t escape_length(std::string_view text) {
  if (text.substr(0, 2) == "\\Q") return through(text, "\\E", 2);
  return std::min<std::size_t>(2, text.size());
}

// posix_length measures a [:name:] that begins the text within a class; 0 if it is none.
std::size_t posix_length(std::string_view text) {
  if (text.substr(0, 2) != "[:") return 0;
  const std::size_t end = text.find(":]");
  return end == std::string_view::npos || text.find(']') < end ? 0 : end + 2;
}

// class_length measures the class that begins the text. A ] that comes first is a member.
std::size_t class_length(std::string_view text) {
  std::size_t i = text.substr(0, 2) == "[^" ? 2 : 1;
  if (text.substr(i, 1) == "]") ++i;
  while (i < text.size() && text[i] != ']') {
    const std::string_view left = text.substr(i);
    const std::size_t posix = posix_length(left);
    i += posix > 0 ? posix : left[0] == '\\' ? escape_length(left) : 1;
  }
  return std::min(i + 1, text.size());
}

// piece_length measures the first piece of a text that is not empty.
std::size_t piece_length(std::string_view text) {
  if (text[0] == '\\') return escape_length(text);
  if (text[0] == '[') return class_length(text);
  if (text.substr(0, 3) == "(?#") return through(text, ")", 3);
  return 1;
}

std::string_view anchored(std::string_view piece) {
  if (piece == "^") return "\\A";
  if (piece == "$") return "\\z";
  return piece;
}

// sets_free_spacing says whether the text begins with a group that turns x on: (?x), (?i-s:, …
bool sets_free_spacing(std::string_view text) {
  if (text.substr(0, 2) != "(?") return false;
  const std::size_t end = std::min(text.find_first_not_of("imsx", 2), text.size());
  return text.substr(2, end - 2).find('x') != std::string_view::npos;
}

std::string expression_of_regex(std::string_view regex) {
  std::string out;
  while (!regex.empty()) {
    const std::size_t length = piece_length(regex);
    out += anchored(regex.substr(0, length));
    regex.remove_prefix(length);
  }
  return out;
}

}  // namespace

std::string expression(const Pattern& pattern) {
  if (pattern.kind == Pattern::Kind::kRegex) return expression_of_regex(pattern.regex);
  std::string out;
  for (const std::uint8_t b : pattern.bytes) out += fmt::format("\\x{:02x}", b);
  return out;
}

std::string find_unsupported(std::string_view regex) {
  if (regex.find('\0') != std::string_view::npos) return "a NUL byte (\\x00 is one that may stand)";
  if (regex.substr(0, 2) == "(*") return "a control verb";
  while (!regex.empty()) {
    if (sets_free_spacing(regex)) return "the option x, free spacing";
    regex.remove_prefix(piece_length(regex));
  }
  return "";
}

std::string quote(const Pattern& pattern) {
  constexpr std::size_t kShown = 64;
  const bool literal = pattern.kind == Pattern::Kind::kLiteral;
  const std::string bytes =
      literal ? std::string(pattern.bytes.begin(), pattern.bytes.end()) : pattern.regex;
  std::string out = "'";
  for (const char c : bytes.substr(0, kShown)) {
    const auto b = static_cast<std::uint8_t>(c);
    out += b >= 0x20 && b < 0x7f ? std::string(1, c) : fmt::format("\\x{:02x}", b);
  }
  return out + (bytes.size() > kShown ? "…'" : "'");
}

}  // namespace rpcsieve::compiler

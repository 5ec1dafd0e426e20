// Where things stand in a YAML file. yaml-cpp says where a value begins; how far it goes, so that
// the caret can underline it, is found here in the text itself.
#include "compiler/spec/text.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/utf8.h"

namespace rpcsieve::compiler {
namespace {

// quote_end gives the length of the quoted text that `rest` begins with; npos: it does not end.
std::size_t quote_end(std::string_view rest) {
  const char quote = rest[0];
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (quote == '"' && rest[i] == '\\') {
      ++i;
    } else if (rest[i] == quote) {
      const bool doubled = i + 1 < rest.size() && rest[i + 1] == quote;
      if (quote == '"' || !doubled) return i + 1;
      ++i;  // '' is a quote within single quotes
    }
  }
  return std::string_view::npos;
}

bool is_quote(char c) { return c == '"' || c == '\''; }

std::size_t written_length(std::string_view rest, std::string_view value) {
  if (rest.empty()) return 0;
  if (is_quote(rest[0])) return std::min(quote_end(rest), rest.size());
  if (!value.empty() && rest.starts_with(value)) return value.size();
  return std::min(rest.find(' '), rest.size());  // |, >, an anchor, or the first of many lines
}

// is_text: a character that YAML allows [YAML 1.2 §5.1], less the lone carriage return. Among the
// others are NUL and EOT, which make yaml-cpp guess UTF-16 and end the file early.
bool is_text(char32_t c) { return c == '\t' || (c >= 0x20 && c < 0x7f) || c == 0x85 || c >= 0xa0; }

}  // namespace

Text::Text(std::shared_ptr<const Source> source) : source_(std::move(source)) {
  std::string_view rest = source_->text;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = rest.find('\n');
    lines_.push_back(rest.substr(0, end));
    if (!lines_.back().empty() && lines_.back().back() == '\r') lines_.back().remove_suffix(1);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
}

Span Text::place(std::size_t line, std::size_t column, std::size_t length) const {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // not counted by yaml-cpp
  if (line == 0 && lines_[0].starts_with(kByteOrderMark)) column += kByteOrderMark.size();
  line = std::min(line, lines_.size() - 1);
  column = std::min(column, lines_[line].size());
  length = std::min(length, lines_[line].size() - column);
  return {source_, static_cast<std::uint32_t>(line + 1), static_cast<std::uint32_t>(column + 1),
          static_cast<std::uint32_t>(length)};
}

Span Text::scalar(std::size_t line, std::size_t column, std::string_view value) const {
  Span span = place(line, column, 0);
  const std::string_view rest = lines_[span.line - 1].substr(span.column - 1);
  span.length = static_cast<std::uint32_t>(written_length(rest, value));
  return span;
}

std::optional<Span> Text::open_quote(std::size_t line, std::size_t column) const {
  bool begins = true;  // a quote within a word is an apostrophe
  const Span start = place(line, column, 0);
  const std::string_view all = source_->text;
  auto at = static_cast<std::size_t>(lines_[start.line - 1].data() - all.data()) + start.column - 1;
  while (at < all.size()) {
    if (begins && all[at] == '#') {
      at = std::min(all.find('\n', at), all.size());
    } else if (begins && is_quote(all[at])) {
      const std::size_t length = quote_end(all.substr(at));
      if (length == std::string_view::npos) break;
      at += length;
    } else {
      begins = std::string_view(" \n\t\r[{,:-").find(all[at]) != std::string_view::npos;
      ++at;
    }
  }
  if (at >= all.size()) return std::nullopt;
  const std::string_view before = all.substr(0, at);
  const auto row = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const auto begin = static_cast<std::size_t>(lines_[row].data() - all.data());
  return Span{source_, static_cast<std::uint32_t>(row + 1),
              static_cast<std::uint32_t>(at - begin + 1),
              static_cast<std::uint32_t>(lines_[row].size() - (at - begin))};
}

std::string Text::readable(Diagnostics& out) const {
  std::string clean;
  std::optional<Span> first;
  std::size_t bad = 0;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    for (std::string_view rest = lines_[i]; !rest.empty();) {
      const std::string_view before = rest;
      const auto c = next_code_point(rest);
      const std::size_t length = before.size() - rest.size();
      const bool fine = c && is_text(*c);
      clean += fine ? before.substr(0, length) : std::string(length, '?');
      if (fine) continue;
      if (!first)
        first = Span{source_, static_cast<std::uint32_t>(i + 1),
                     static_cast<std::uint32_t>(before.data() - lines_[i].data() + 1),
                     static_cast<std::uint32_t>(length)};
      ++bad;
    }
    if (i + 1 < lines_.size()) clean += '\n';
  }
  if (first)
    out.error("E002", *first, fmt::format("not UTF-8 text here ({} such places)", bad),
              "save the file as UTF-8; control characters are written \"\\x01\" in double quotes");
  return clean;
}

}  // namespace rpcsieve::compiler

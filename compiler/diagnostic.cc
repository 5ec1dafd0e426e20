// A diagnostic is shown as compilers show it: where and what on one line, then the author's own
// line with a caret under the place. The line is turned into glyphs first, one column each, so that
// tabs, characters of several bytes and bytes that are no text all keep the caret where it belongs.
#include "compiler/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <tuple>

#include "compiler/utf8.h"

namespace rpcsieve::compiler {
namespace {

constexpr std::size_t kTabColumns = 4;
constexpr std::size_t kWindowColumns = 100;  // of a line are shown at most
constexpr std::size_t kWindowBefore = 30;    // of them in front of the place
constexpr std::size_t kMessageColumns = 300;
constexpr std::size_t kMessageBytes = 4 * (kMessageColumns + 1);
constexpr char32_t kByteOrderMark = 0xfeff;  // no editor shows it
constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

// Glyph is one column of what is shown, and the byte of the line that it stands for.
struct Glyph {
  std::size_t offset;
  std::string_view text;
};

// is_harmless: a character that moves no cursor and does not turn the text around (control
// characters [ECMA-48], bidirectional formatting [UAX #9]).
bool is_harmless(char32_t c) {
  return c >= 0x20 && (c < 0x7f || c > 0x9f) && c != 0x61c && (c < 0x200e || c > 0x200f) &&
         (c < 0x2028 || c > 0x202e) && (c < 0x2066 || c > 0x2069);
}

// is_wide: a character that takes two columns, in the blocks that authors use [UAX #11].
bool is_wide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
         (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0xff01 && c <= 0xff60) || (c >= 0x1f300 && c <= 0x1faff);
}

std::vector<Glyph> glyphs_of(std::string_view line) {
  std::vector<Glyph> glyphs;
  for (std::string_view rest = line; !rest.empty();) {
    const std::size_t offset = line.size() - rest.size();
    const auto c = next_code_point(rest);
    const std::string_view bytes = line.substr(offset, line.size() - rest.size() - offset);
    if (c == kByteOrderMark) continue;
    if (c == U'\t') {
      glyphs.insert(glyphs.end(), kTabColumns, {offset, " "});
    } else {
      glyphs.push_back({offset, c && is_harmless(*c) ? bytes : kReplacement});
      if (c && is_wide(*c)) glyphs.push_back({offset, ""});
    }
  }
  return glyphs;
}

// clean gives text that is safe to show, and not too long: it may quote the author.
std::string clean(std::string_view text) {
  std::string out;
  std::size_t columns = 0;
  for (const Glyph& glyph : glyphs_of(text.substr(0, kMessageBytes))) {
    if (++columns > kMessageColumns) return out.append(kEllipsis);
    out += glyph.text;
  }
  return out;
}

std::string_view line_of(const Span& span) {
  std::string_view rest = span.source->text;
  for (std::uint32_t line = 1; line < span.line; ++line) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
  rest = rest.substr(0, rest.find('\n'));
  if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
  return rest;
}

std::size_t offset_in(const Span& span, std::string_view line) {
  return std::min<std::size_t>(std::max(span.column, 1U) - 1, line.size());
}

// Excerpt is the part of the line that is shown, with the columns of the caret in it.
struct Excerpt {
  std::string text;
  std::size_t caret;
  std::size_t carets;
};

Excerpt excerpt(const std::vector<Glyph>& glyphs, std::size_t begin, std::size_t end) {
  const auto column = [&](std::size_t offset) {
    return static_cast<std::size_t>(std::count_if(
        glyphs.begin(), glyphs.end(), [&](const Glyph& g) { return g.offset < offset; }));
  };
  const std::size_t first = column(begin);
  std::size_t from = 0, to = glyphs.size();
  if (to > kWindowColumns) {
    from = std::min(first - std::min(first, kWindowBefore), to - kWindowColumns);
    to = from + kWindowColumns;
  }
  Excerpt out{"", first - from,
              std::max<std::size_t>(std::min(column(end), to) - std::min(first, to), 1)};
  for (std::size_t i = from; i < to; ++i) out.text += glyphs[i].text;
  if (from > 0) {
    out.text.insert(0, kEllipsis);
    ++out.caret;
  }
  if (to < glyphs.size()) out.text += kEllipsis;
  return out;
}

bool begins_character(char c) { return (c & 0xc0) != 0x80; }  // [RFC 3629 §3]

// characters counts the characters in front of a byte of the line.
std::size_t characters(std::string_view before) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";  // kByteOrderMark
  auto count = std::count_if(before.begin(), before.end(), begins_character);
  for (auto at = before.find(kMark); at != before.npos; at = before.find(kMark, at + 1)) --count;
  return static_cast<std::size_t>(count);
}

// Stretch is the part of a line that holds the window around a place, and where it begins.
struct Stretch {
  std::size_t offset;
  std::string_view text;
};

// stretch_around keeps the cost of a window from growing with the line: a file may be one line,
// with thousands of mistakes in it. It begins and ends between characters.
Stretch stretch_around(std::string_view line, std::size_t at) {
  constexpr std::size_t kBytes = 4 * (kWindowColumns + 1), kLongestCharacter = 4;
  std::size_t begin = at - std::min(at, kBytes), end = std::min(line.size(), at + kBytes);
  for (std::size_t n = 1; n < kLongestCharacter && begin > 0 && begin < at; ++n)
    if (!begins_character(line[begin])) ++begin;
  for (std::size_t n = 1; n < kLongestCharacter && end > at && end < line.size(); ++n)
    if (!begins_character(line[end])) --end;
  return {begin, line.substr(begin, end - begin)};
}

std::string print_excerpt(const Diagnostic& diagnostic, std::string_view line) {
  const Span& span = diagnostic.span;
  const std::size_t begin = offset_in(span, line);
  const Stretch stretch = stretch_around(line, begin);
  const std::size_t at = begin - stretch.offset;
  Excerpt shown = excerpt(glyphs_of(stretch.text), at, at + span.length);
  std::string out = fmt::format("{:>5} | {}\n      | {:{}}{:^>{}}", span.line, shown.text, "",
                                shown.caret, "", shown.carets);
  if (!diagnostic.hint.empty()) out += " " + clean(diagnostic.hint);
  return out + "\n";
}

std::string_view name(Level level) {
  switch (level) {
    case Level::kError:
      return "error";
    case Level::kWarning:
      return "warning";
    case Level::kLint:
      break;
  }
  return "lint";
}

auto place(const Diagnostic& d) {
  return std::tuple(d.span.source ? std::string_view(d.span.source->name) : std::string_view(),
                    d.span.line, d.span.column);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// distance counts the characters to insert, delete or replace, and the neighbours to swap.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

void Diagnostics::error(std::string_view code, const Span& span, std::string message,
                        std::string hint) {
  all_.push_back({Level::kError, std::string(code), span, std::move(message), std::move(hint)});
}

void Diagnostics::warning(std::string_view code, const Span& span, std::string message,
                          std::string hint) {
  all_.push_back({Level::kWarning, std::string(code), span, std::move(message), std::move(hint)});
}

void Diagnostics::lint(std::string_view code, const Span& span, std::string message,
                       std::string hint) {
  all_.push_back({Level::kLint, std::string(code), span, std::move(message), std::move(hint)});
}

std::string_view Diagnostics::suggest(std::string_view text,
                                      const std::vector<std::string_view>& candidates) {
  return ++suggestions_ > kMostSuggestions ? "" : nearest(text, candidates);
}

bool Diagnostics::has_errors() const {
  return std::any_of(all_.begin(), all_.end(),
                     [](const Diagnostic& d) { return d.level == Level::kError; });
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  auto sorted = all_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tuple(place(a), std::string_view(a.code), std::string_view(a.message)) <
           std::tuple(place(b), std::string_view(b.code), std::string_view(b.message));
  });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return place(a) == place(b) && a.code == b.code && a.message == b.message;
  };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());
  return sorted;
}

std::string print(const Diagnostic& diagnostic) {
  const Span& span = diagnostic.span;
  const std::string what = fmt::format("{}[{}]: {}\n", name(diagnostic.level), diagnostic.code,
                                       clean(diagnostic.message));
  const std::string hint =
      diagnostic.hint.empty() ? "" : fmt::format("      = {}\n", clean(diagnostic.hint));
  if (!span.source) return what + hint;
  const std::string file = clean(span.source->name);
  if (span.line == 0) return fmt::format("{}: {}{}", file, what, hint);
  const std::string_view line = line_of(span);
  const std::size_t column = characters(line.substr(0, offset_in(span, line))) + 1;
  return fmt::format("{}:{}:{}: {}{}", file, span.line, column, what,
                     print_excerpt(diagnostic, line));
}

std::string_view nearest(std::string_view text, const std::vector<std::string_view>& candidates) {
  // Two of five characters may be wrong; below three characters, resemblance means nothing.
  constexpr std::size_t kShort = 3, kLong = 64;
  if (text.empty() || text.size() > kLong) return "";
  const std::size_t limit = std::max<std::size_t>(1, text.size() * 2 / 5);
  const std::string wanted = lower(text);
  std::string_view best;
  std::size_t best_score = limit + 1;
  for (const std::string_view candidate : candidates) {
    const std::string other = lower(candidate);
    std::size_t score = distance(wanted, other);
    if (wanted.size() >= kShort && other.find(wanted) != std::string::npos)
      score = std::min(score, limit);
    if (score >= best_score) continue;
    best = candidate;
    best_score = score;
  }
  return best;
}

}  // namespace rpcsieve::compiler

// Stub conditions: text in its encodings becomes bytes, and equal patterns become one.
#include "compiler/ir/stub.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/utf8.h"

namespace rpcsieve::compiler {
namespace {

using ByteString = std::vector<std::uint8_t>;

void put_unit(ByteString& out, char32_t unit) {
  out.push_back(static_cast<std::uint8_t>(unit & 0xff));
  out.push_back(static_cast<std::uint8_t>(unit >> 8 & 0xff));
}

// utf16_bytes encodes as NDR strings do: little-endian, as every Windows sender [C706 §14.3.4].
ByteString utf16_bytes(std::string_view text) {
  ByteString out;
  while (!text.empty()) {
    const char32_t c = next_code_point(text).value_or(U'\ufffd');
    if (c >= 0x10000) {
      put_unit(out, 0xd800 + ((c - 0x10000) >> 10));
      put_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
    } else {
      put_unit(out, c);
    }
  }
  return out;
}

// hex_bytes reads pairs of digits, with spaces between pairs or not.
std::optional<ByteString> hex_bytes(std::string_view text) {
  ByteString out;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' && high < 0) continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return std::nullopt;
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    if (high >= 0) out.push_back(static_cast<std::uint8_t>(high << 4 | digit));
    high = high >= 0 ? -1 : digit;
  }
  if (high >= 0) return std::nullopt;
  return out;
}

bool has_letter(const ByteString& bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t b) {
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
  });
}

// looks_like_utf16: at least two characters, a NUL behind each.
bool looks_like_utf16(std::string_view text) {
  if (text.size() < 4) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] == '\0') != (i % 2 == 1)) return false;
  return true;
}

// is_utf16_text: at least three characters of ASCII. Fewer may be numbers.
bool is_utf16_text(const ByteString& bytes) {
  if (bytes.size() < 6 || bytes.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < bytes.size(); i += 2)
    if (bytes[i] < 0x20 || bytes[i] >= 0x7f || bytes[i + 1] != 0) return false;
  return true;
}

void report_utf16(const StubTerm& term, Diagnostics& out) {
  out.lint("L003", term.value.span, "this text is UTF-16 written by hand",
           "write it plainly under 'utf16:'");
}

void report_everything(const StubTerm& term, Diagnostics& out) {
  out.error("E030", term.value.span, "an empty pattern matches every stub",
            "write what the stub must hold, or leave the condition out");
}

}  // namespace

std::optional<Pattern> lower_pattern(const StubTerm& term, Diagnostics& out) {
  const std::string& text = term.value.text;
  Pattern pattern;
  pattern.nocase = term.nocase;
  switch (term.kind) {
    case StubTerm::Kind::kText:
      pattern.bytes.assign(text.begin(), text.end());
      if (looks_like_utf16(text)) report_utf16(term, out);
      break;
    case StubTerm::Kind::kUtf16:
      pattern.bytes = utf16_bytes(text);
      pattern.utf16 = true;
      break;
    case StubTerm::Kind::kHex:
      if (auto bytes = hex_bytes(text)) {
        pattern.bytes = std::move(*bytes);
        if (is_utf16_text(pattern.bytes)) report_utf16(term, out);
        break;
      }
      out.error("E031", term.value.span, fmt::format("'{}' is not made of hex bytes", text),
                "write two digits for each byte: \"05 00 0b\"");
      return std::nullopt;
    case StubTerm::Kind::kRegex:
      pattern.kind = Pattern::Kind::kRegex;
      pattern.regex = text;
      break;
  }
  if (pattern.bytes.empty() && pattern.regex.empty()) {
    report_everything(term, out);
    return std::nullopt;
  }
  if (pattern.kind == Pattern::Kind::kLiteral && !has_letter(pattern.bytes)) pattern.nocase = false;
  return pattern;
}

std::uint32_t PatternTable::add(Pattern pattern) {
  std::string key = fmt::format("{}{}{}", static_cast<int>(pattern.kind), int{pattern.nocase},
                                int{pattern.utf16});
  key += pattern.regex;
  key.append(pattern.bytes.begin(), pattern.bytes.end());
  const auto next = static_cast<std::uint32_t>(patterns_.size());
  const auto [at, fresh] = index_.emplace(std::move(key), next);
  if (fresh) patterns_.push_back(std::move(pattern));
  return at->second;
}

namespace {

bool same(const Term& a, const Term& b) { return a.pattern == b.pattern && a.negated == b.negated; }

bool same(const Clause& a, const Clause& b) {
  return std::equal(a.any.begin(), a.any.end(), b.any.begin(), b.any.end(),
                    [](const Term& x, const Term& y) { return same(x, y); });
}

// add_once appends what is not there yet.
template <class T>
void add_once(std::vector<T>& all, T one) {
  const auto is_it = [&](const T& other) { return same(one, other); };
  if (std::none_of(all.begin(), all.end(), is_it)) all.push_back(std::move(one));
}

}  // namespace

Stub lower_stub(const std::vector<StubClause>& stub, PatternTable& patterns, Diagnostics& out) {
  Stub lowered;
  for (const StubClause& written : stub) {
    Clause clause;
    for (const StubTerm& term : written.any) {
      auto pattern = lower_pattern(term, out);
      lowered.sound = lowered.sound && pattern;
      if (!pattern) continue;
      add_once(clause.any, {patterns.add(std::move(*pattern)), term.negated, term.value.span});
    }
    if (!clause.any.empty()) add_once(lowered.clauses, std::move(clause));
  }
  return lowered;
}

}  // namespace rpcsieve::compiler

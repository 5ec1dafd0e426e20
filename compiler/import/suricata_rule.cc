// The grammar of rules: a header of seven words, where a list in brackets is one word, and options
// in brackets. A semicolon ends an option unless it is escaped or in quotes.
#include "compiler/import/suricata_rule.h"

#include <algorithm>
#include <cctype>

namespace rpcsieve::compiler {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

// next_word cuts a word off; blanks within brackets do not end it.
std::string next_word(std::string_view& left) {
  left = left.substr(std::min(left.find_first_not_of(kBlanks), left.size()));
  std::size_t end = 0;
  int depth = 0;
  for (; end < left.size(); ++end) {
    const char c = left[end];
    if (c == '[') ++depth;
    if (c == ']') --depth;
    if (depth <= 0 && (c == ' ' || c == '\t')) break;
  }
  std::string word(left.substr(0, end));
  left.remove_prefix(end);
  return word;
}

// option_end finds the semicolon that ends an option.
std::size_t option_end(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ';' && !quoted) {
      return i;
    }
  }
  return std::string_view::npos;
}

std::uint32_t length_of(std::string_view text) { return static_cast<std::uint32_t>(text.size()); }

// OptionReader reads what stands in a rule's brackets; the places of options are those in its line.
class OptionReader {
 public:
  OptionReader(std::string_view line, const Span& span) : line_(line), span_(span) {}

  bool read(std::string_view left, std::vector<SuricataOption>& options) {
    for (left = trimmed(left); !left.empty(); left = trimmed(left)) {
      const std::size_t end = option_end(left);
      if (end == std::string_view::npos) return false;
      const std::string_view option = trimmed(left.substr(0, end));
      if (!option.empty()) options.push_back(read_one(option));
      left.remove_prefix(end + 1);
    }
    return true;
  }

 private:
  SuricataOption read_one(std::string_view option) {
    const std::size_t colon = std::min(option.find(':'), option.size());
    Span span = span_;
    span.column += static_cast<std::uint32_t>(option.data() - line_.data());
    span.length = length_of(option);
    const std::string_view value = option.substr(std::min(colon + 1, option.size()));
    return {std::string(trimmed(option.substr(0, colon))), std::string(trimmed(value)), span};
  }

  std::string_view line_;
  const Span& span_;
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int lower = std::tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// add_hex adds the bytes between two bars; false if they are no pairs of digits.
bool add_hex(std::string_view text, std::string& bytes) {
  int high = -1;
  for (const char c : text) {
    if (c == ' ') continue;
    const int digit = hex_digit(c);
    if (digit < 0) return false;
    if (high >= 0) bytes += static_cast<char>(high * 16 + digit);
    high = high < 0 ? digit : -1;
  }
  return high < 0;
}

}  // namespace

std::optional<SuricataRule> parse_suricata_rule(std::string_view line, const Span& span,
                                                Diagnostics& out) {
  SuricataRule rule;
  rule.span = span;
  const std::size_t open = line.find('(');
  const std::size_t close = line.rfind(')');
  std::string_view head = line.substr(0, open);
  for (std::string* word : {&rule.action, &rule.protocol, &rule.source, &rule.source_ports,
                            &rule.direction, &rule.destination, &rule.destination_ports})
    *word = next_word(head);
  const bool whole = open != std::string_view::npos && close != std::string_view::npos &&
                     close > open && !rule.destination_ports.empty() && trimmed(head).empty();
  if (whole && OptionReader(line, span).read(line.substr(open + 1, close - open - 1), rule.options))
    return rule;
  out.error("E064", span, "not a rule",
            "write: action protocol source ports -> destination ports (options;)");
  return std::nullopt;
}

std::optional<SuricataContent> parse_content(std::string_view value) {
  SuricataContent content;
  content.negated = value.starts_with('!');
  value = trimmed(value.substr(content.negated ? 1 : 0));
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::nullopt;
  value = value.substr(1, value.size() - 2);
  while (!value.empty()) {
    if (value.front() == '|') {
      const std::size_t end = value.find('|', 1);
      if (end == std::string_view::npos || !add_hex(value.substr(1, end - 1), content.bytes))
        return std::nullopt;
      value.remove_prefix(end + 1);
      continue;
    }
    if (value.front() == '\\') value.remove_prefix(1);
    if (value.empty()) return std::nullopt;
    content.bytes += value.front();
    value.remove_prefix(1);
  }
  return content.bytes.empty() ? std::nullopt : std::optional(content);
}

std::string unquoted(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    out += value[i];
  }
  return out;
}

}  // namespace rpcsieve::compiler

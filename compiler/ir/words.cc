#include "compiler/ir/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "runtime/base/tactics.h"

namespace rpcsieve::compiler {

std::optional<std::size_t> look_up(const Value& value, std::string_view key, Words words,
                                   Diagnostics& out) {
  const auto found = std::find(words.begin(), words.end(), value.text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  const std::string_view near = out.suggest(value.text, {words.begin(), words.end()});
  out.error("E025", value.span, fmt::format("{} is '{}'", key, value.text),
            near.empty() ? fmt::format("it is one of {}", fmt::join(words, ", "))
                         : fmt::format("did you mean {}?", near));
  return std::nullopt;
}

std::uint8_t look_up_bits(const std::vector<Value>& values, std::string_view key, Words words,
                          std::uint8_t all, Diagnostics& out) {
  if (values.empty()) return all;
  unsigned bits = 0;
  for (const Value& value : values)
    if (const auto place = look_up(value, key, words, out)) bits |= 1U << *place;
  return static_cast<std::uint8_t>(bits);
}

std::string_view tactic_id(std::string_view tactic) {
  static constexpr std::string_view kIds[] = {"TA0043", "TA0042", "TA0001", "TA0002", "TA0003",
                                              "TA0004", "TA0005", "TA0006", "TA0007", "TA0008",
                                              "TA0009", "TA0011", "TA0010", "TA0040"};
  static_assert(std::size(kIds) == std::size(kTactics));
  const auto* const found = std::find(std::begin(kTactics), std::end(kTactics), tactic);
  return found == std::end(kTactics) ? "" : kIds[found - std::begin(kTactics)];
}

std::string tactic_name(std::string_view tactic) {
  std::string name;
  for (std::string_view left = tactic; !left.empty();) {
    const std::string_view word = left.substr(0, left.find('-'));
    left.remove_prefix(std::min(word.size() + 1, left.size()));
    const bool small = word == "and";  // Command_and_Control
    name += fmt::format("{}{}{}", name.empty() ? "" : "_",
                        small ? 'a' : static_cast<char>(std::toupper(word[0])), word.substr(1));
  }
  return name;
}

}  // namespace rpcsieve::compiler

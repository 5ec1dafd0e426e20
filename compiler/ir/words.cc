#include "compiler/ir/words.h"

#include <fmt/format.h>

#include <algorithm>

namespace rpcsieve::compiler {

std::optional<std::size_t> look_up(const Value& value, std::string_view key, Words words,
                                   Diagnostics& out) {
  const auto found = std::find(words.begin(), words.end(), value.text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  const std::string_view near = nearest(value.text, {words.begin(), words.end()});
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

}  // namespace rpcsieve::compiler

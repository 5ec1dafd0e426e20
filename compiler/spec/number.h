#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rpcsieve::compiler {

// parse_number reads a decimal number up to `most`. Only digits count, and no zero in front: YAML
// readers disagree whether 010 is 8 or 10.
inline std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t most) {
  if (text.empty() || (text[0] == '0' && text.size() > 1)) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value > most) return std::nullopt;
  }
  return static_cast<std::uint32_t>(value);
}

}  // namespace rpcsieve::compiler

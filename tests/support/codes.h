#pragma once

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

namespace rpcsieve::test {

// is_code: E, W or L and three digits.
inline bool is_code(std::string_view text) {
  const auto digit = [&](std::size_t i) {
    return std::isdigit(static_cast<unsigned char>(text[i])) != 0;
  };
  return text.size() == 4 && std::string_view("EWL").find(text[0]) != std::string_view::npos &&
         digit(1) && digit(2) && digit(3);
}

// codes_between gives the diagnostic codes that stand between two texts in a file.
inline std::set<std::string> codes_between(std::string_view before, std::string_view after,
                                           const std::filesystem::path& path) {
  constexpr std::size_t kCode = 4;
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::set<std::string> found;
  for (std::size_t at = text.find(before); at != std::string::npos;
       at = text.find(before, at + 1)) {
    const std::string_view rest = std::string_view(text).substr(at + before.size());
    const std::string_view code = rest.substr(0, kCode);
    if (is_code(code) && rest.substr(kCode).starts_with(after)) found.emplace(code);
  }
  return found;
}

// documented_codes gives the codes that docs/DIAGNOSTICS.md explains.
inline std::set<std::string> documented_codes(const std::filesystem::path& root) {
  return codes_between("\n### ", " ", root / "docs/DIAGNOSTICS.md");
}

}  // namespace rpcsieve::test

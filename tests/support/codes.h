#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace rpcsieve::test {

// captures gives what the first group of a regular expression finds in a file.
inline std::set<std::string> captures(const std::filesystem::path& path, const std::string& regex) {
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::regex wanted(regex);
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), wanted), end; at != end; ++at)
    found.insert((*at)[1]);
  return found;
}

// documented_codes gives the codes that docs/DIAGNOSTICS.md explains.
inline std::set<std::string> documented_codes(const std::filesystem::path& root) {
  return captures(root / "docs/DIAGNOSTICS.md", "\n### ([EWL][0-9]{3}) ");
}

}  // namespace rpcsieve::test

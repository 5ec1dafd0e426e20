// Two detections mean the same if they print the same: the Ir is a normal form, and its print holds
// every fact of it. So what changed can be told in the print's own lines.
#include "compiler/ir/meaning.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace rpcsieve::compiler {
namespace {

constexpr std::array<std::string_view, 9> kMetadata = {"title",    "description", "status",
                                                       "severity", "profile",     "tactic",
                                                       "attack",   "reference",   "falsepositive"};

bool is_metadata(std::string_view line) {
  const std::string_view key = line.substr(0, line.find(' '));
  return std::find(kMetadata.begin(), kMetadata.end(), key) != kMetadata.end();
}

bool is_identity(std::string_view line) {
  return line.starts_with("detection ") || line.starts_with("id ");
}

}  // namespace

Facts facts_of(const Detection& detection, const Ir& ir) {
  Facts facts;
  const std::string text = print(detection, ir);
  for (std::string_view left = text; !left.empty();) {
    std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    if (line.starts_with("  ")) line.remove_prefix(2);
    if (is_identity(line)) continue;
    (is_metadata(line) ? facts.metadata : facts.meaning).emplace_back(line);
  }
  return facts;
}

std::uint64_t meaning_of(const Detection& detection, const Ir& ir) {
  std::string text;
  for (const std::string& fact : facts_of(detection, ir).meaning) text += fact + "\n";
  return std::max<std::uint64_t>(XXH3_64bits(text.data(), text.size()), 1);
}

}  // namespace rpcsieve::compiler

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/diagnostic.h"

namespace rpcsieve::compiler {

struct Entry;

// YamlNode is one value of a YAML document, with its place. Aliases are expanded; a scalar keeps
// its text, so that numbers and truth values mean what the schema says and not what YAML guesses.
struct YamlNode {
  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  Span span;                    // a scalar; else where the list or map begins
  std::string text;             // kScalar
  std::vector<YamlNode> items;  // kList
  std::vector<Entry> entries;   // kMap; a key that stands twice is here twice
  bool cut = false;             // a mistake, reported, hides this value or its end
};

// Entry is a key of a map and its value. The key is a scalar; kNull if it was none, which has been
// reported.
struct Entry {
  YamlNode key;
  YamlNode value;
};

}  // namespace rpcsieve::compiler

#pragma once

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/spec/spec.h"

namespace rpcsieve::compiler {

// Word is one of the words that a key may have, and what it means.
template <class Meaning>
struct Word {
  std::string_view text;
  Meaning meaning;
};

// look_up gives the meaning of a word; one that is not in the table is an error, and nullopt.
template <class Meaning, std::size_t kWords>
std::optional<Meaning> look_up(const Value& value, std::string_view key,
                               const std::array<Word<Meaning>, kWords>& words, Diagnostics& out) {
  std::vector<std::string_view> texts;
  for (const auto& word : words) {
    if (word.text == value.text) return word.meaning;
    texts.push_back(word.text);
  }
  const std::string_view near = nearest(value.text, texts);
  out.error("E025", value.span, fmt::format("{} is '{}'", key, value.text),
            near.empty() ? fmt::format("it is one of {}", fmt::join(texts, ", "))
                         : fmt::format("did you mean {}?", near));
  return std::nullopt;
}

}  // namespace rpcsieve::compiler

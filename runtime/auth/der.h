#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include "runtime/base/bytes.h"

namespace rpcsieve::auth {

// Element is one value in DER [X.690 §8.1]: its tag and its contents, as far as they were captured.
struct Element {
  std::uint8_t tag = 0;
  Bytes contents;
  std::size_t size = 0;  // of the contents, as declared

  // whole says that all of the contents is there.
  [[nodiscard]] bool whole() const { return contents.size() == size; }
};

// Elements reads the elements that stand side by side within one, from front to back. It knows tags
// of one byte and definite lengths of up to four, minimal or not, as servers do. An element that
// declares more than its parent has left is refused, and all behind it.
class Elements {
 public:
  // What a token as a whole declares need not all be there.
  explicit Elements(Bytes token) : left_(token), size_(SIZE_MAX) {}
  explicit Elements(const Element& parent) : left_(parent.contents), size_(parent.size) {}

  std::optional<Element> next();
  // rest gives the bytes behind the elements that were read.
  [[nodiscard]] Bytes rest() const { return left_; }

 private:
  Bytes left_;        // as far as it was captured
  std::size_t size_;  // as declared
};

// find goes down from an element by tags: at each level to the first element with the next tag.
std::optional<Element> find(const Element& from, std::initializer_list<std::uint8_t> path);

}  // namespace rpcsieve::auth

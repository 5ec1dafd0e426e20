#include "runtime/auth/der.h"

#include <algorithm>

#include "runtime/base/cursor.h"

namespace rpcsieve::auth {
namespace {

constexpr std::uint8_t kLongTag = 0x1f;  // the tag goes on in the next byte [X.690 §8.1.2.4]

// read_length reads a length [X.690 §8.1.3]; an indefinite one is none of DER's.
std::optional<std::size_t> read_length(Cursor& in) {
  const std::uint8_t first = in.u8();
  if (first < 0x80) return first;
  const std::size_t octets = first & 0x7f;
  if (octets == 0 || octets > 4) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < octets; ++i) length = length << 8 | in.u8();
  return length;
}

std::optional<Element> child(const Element& parent, std::uint8_t tag) {
  Elements children(parent);
  while (const auto element = children.next())
    if (element->tag == tag) return element;
  return std::nullopt;
}

}  // namespace

std::optional<Element> Elements::next() {
  Cursor in(left_, Endian::kBig);
  Element element;
  element.tag = in.u8();
  const auto length = read_length(in);
  const std::size_t header = left_.size() - in.size();
  const bool good = in.ok() && length && (element.tag & kLongTag) != kLongTag && header <= size_ &&
                    *length <= size_ - header;
  if (!good) {
    left_ = {};
    return std::nullopt;
  }
  element.size = *length;
  element.contents = in.take(std::min(*length, in.size()));
  left_ = in.rest();
  size_ -= header + *length;
  return element;
}

std::optional<Element> find(const Element& from, std::initializer_list<std::uint8_t> path) {
  std::optional<Element> at = from;
  for (const std::uint8_t tag : path) {
    at = child(*at, tag);
    if (!at) break;
  }
  return at;
}

}  // namespace rpcsieve::auth

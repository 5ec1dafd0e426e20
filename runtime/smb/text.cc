// Names are converted from behind, so that nothing has to be kept of what does not fit.
#include "runtime/smb/text.h"

#include <algorithm>

namespace rpcsieve::smb {
namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

std::uint32_t unit_at(Bytes bytes, std::size_t i) {
  return bytes[2 * i] | static_cast<std::uint32_t>(bytes[2 * i + 1]) << 8;
}

bool is_high(std::uint32_t unit) { return unit >> 10 == 0xd800 >> 10; }
bool is_low(std::uint32_t unit) { return unit >> 10 == 0xdc00 >> 10; }

// length_of counts the units before the first zero.
std::size_t length_of(Bytes bytes) {
  std::size_t n = 0;
  while (n < bytes.size() / 2 && unit_at(bytes, n) != 0) ++n;
  return n;
}

// take_last takes the last character off a name of n units [RFC 2781 §2.2].
std::uint32_t take_last(Bytes bytes, std::size_t& n) {
  const std::uint32_t last = unit_at(bytes, --n);
  if (!is_low(last)) return is_high(last) ? kReplacement : last;
  if (n == 0 || !is_high(unit_at(bytes, n - 1))) return kReplacement;
  const std::uint32_t high = unit_at(bytes, --n);
  return 0x10000 + ((high & 0x3ff) << 10) + (last & 0x3ff);
}

std::size_t bytes_of(std::uint32_t character) {
  return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

// put writes a character of n bytes [RFC 3629 §3].
void put(std::uint32_t character, std::size_t n, char* out) {
  constexpr std::array<std::uint32_t, 5> kLead = {0, 0, 0xc0, 0xe0, 0xf0};
  for (std::size_t i = n; i-- > 1; character >>= 6)
    out[i] = static_cast<char>(0x80 | (character & 0x3f));
  out[0] = static_cast<char>(kLead[n] | character);
}

std::size_t copy_end(Bytes bytes, std::span<char> out, bool& cut) {
  const auto all =
      static_cast<std::size_t>(std::find(bytes.begin(), bytes.end(), 0) - bytes.begin());
  const std::size_t n = std::min(all, out.size());
  cut = n < all;
  const Bytes end = bytes.subspan(all - n, n);
  std::copy(end.begin(), end.end(), out.begin());
  return n;
}

}  // namespace

std::size_t write_utf8(const Text& text, std::span<char> out, bool& cut) {
  if (!text.utf16) return copy_end(text.bytes, out, cut);
  std::size_t left = length_of(text.bytes);
  std::size_t at = out.size();  // where what is written begins
  while (left > 0) {
    std::size_t before = left;
    const std::uint32_t character = take_last(text.bytes, before);
    const std::size_t n = bytes_of(character);
    if (n > at) break;
    at -= n;
    put(character, n, &out[at]);
    left = before;
  }
  cut = left > 0;
  std::copy(out.begin() + static_cast<std::ptrdiff_t>(at), out.end(), out.begin());
  return out.size() - at;
}

}  // namespace rpcsieve::smb

// The name of a pipe is told in many ways: \lsarpc, lsarpc, \PIPE\lsarpc, in either case. All of
// them open the same pipe, so a rule must see them as one.
#include "runtime/smb/name.h"

#include <algorithm>

namespace rpcsieve::smb {
namespace {

constexpr std::string_view kPrefix = "pipe\\";
// What may stand before a name of full length: backslashes and the prefix.
constexpr std::size_t kRoom = 16;

// letter turns one UTF-16 code unit, or byte, into what a Name holds for it.
char letter(std::uint32_t unit) {
  if (unit >= 'A' && unit <= 'Z') return static_cast<char>(unit - 'A' + 'a');
  return unit < 0x20 || unit > 0x7e ? '?' : static_cast<char>(unit);
}

std::uint32_t unit_at(const Text& text, std::size_t i) {
  if (!text.utf16) return text.bytes[i];
  return text.bytes[2 * i] | static_cast<std::uint32_t>(text.bytes[2 * i + 1]) << 8;
}

std::string_view without_backslashes(std::string_view name) {
  return name.substr(std::min(name.find_first_not_of('\\'), name.size()));
}

}  // namespace

Name::Name(const Text& text) {
  std::array<char, kMaxBytes + kRoom> all;
  std::size_t n = 0;
  const std::size_t units = text.bytes.size() / (text.utf16 ? 2 : 1);
  for (; n < std::min(units, all.size()) && unit_at(text, n) != 0; ++n)
    all[n] = letter(unit_at(text, n));
  std::string_view name = without_backslashes({all.data(), n});
  if (name.substr(0, kPrefix.size()) == kPrefix)
    name = without_backslashes(name.substr(kPrefix.size()));
  truncated_ = name.size() > kMaxBytes || n == all.size();
  name = name.substr(0, kMaxBytes);
  std::copy(name.begin(), name.end(), text_.begin());
  size_ = static_cast<std::uint8_t>(name.size());
}

bool Name::plausible() const {
  return size_ > 0 && !truncated_ && view().find_first_of("\\/.:?*") == std::string_view::npos;
}

}  // namespace rpcsieve::smb

// Only the last star ever has to be tried again: what a star before it took can stay as it is,
// because the last one can take whatever it would have given back. So there is one place to return
// to, and no recursion.
#include "runtime/match/glob.h"

#include <cstddef>

namespace rpcsieve::match {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// after gives the place behind the character at `at`.
std::size_t after(std::string_view text, std::size_t at) {
  do {
    ++at;
  } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
  return at;
}

}  // namespace

bool fits_glob(std::string_view glob, std::string_view name) {
  constexpr std::size_t kNowhere = std::string_view::npos;
  std::size_t g = 0, n = 0;
  std::size_t star = kNowhere, taken = 0;  // behind the last star, and how far it reaches
  while (n < name.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = ++g;
      taken = n;
    } else if (g < glob.size() && glob[g] == '?') {
      ++g;
      n = after(name, n);
    } else if (g < glob.size() && glob[g] == lower(name[n])) {
      ++g;
      ++n;
    } else if (star != kNowhere) {
      g = star;
      n = taken = after(name, taken);
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

}  // namespace rpcsieve::match

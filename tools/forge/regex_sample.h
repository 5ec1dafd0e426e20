#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/forge/wire.h"

namespace rpcsieve::forge {

// So long a sample may be; a longer one is refused.
inline constexpr std::size_t kMaxSampleBytes = 1 << 16;
// So deep its groups may be.
inline constexpr int kMaxSampleNesting = 64;

// Sample is bytes that a pattern matches, and where they have to stand.
struct Sample {
  Buffer bytes;
  std::vector<bool> any;  // for each byte: whether another one would do as well
  bool at_begin = false;
  bool at_end = false;
  std::vector<std::uint8_t> last = {};  // for each byte: the last of the run that would do, from it
};

// sample gives short bytes that a regular expression of Hyperscan's PCRE subset matches:
// quantifiers at their least, the first branch that can be had. It reads what specs may hold, not
// all of PCRE; nullopt, and what it does not read in `why`, for the rest. The caller has the result
// checked: a word boundary, for one, is taken to hold.
std::optional<Sample> sample(std::string_view regex, std::string& why);

}  // namespace rpcsieve::forge

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "runtime/smb/operation.h"

namespace rpcsieve::smb {

// Name is the name of a pipe in the one form that it is known by: lower case ASCII, without leading
// backslashes and a leading "PIPE\"; other characters are '?'. Of a longer name it holds the
// beginning.
class Name {
 public:
  static constexpr std::size_t kMaxBytes = 64;

  Name() = default;
  explicit Name(const Text& text);

  [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }

  // plausible says whether a pipe may have this name, where nothing else tells pipes from files.
  // Names of RPC pipes are one short component without an extension.
  [[nodiscard]] bool plausible() const;

 private:
  std::array<char, kMaxBytes> text_{};
  std::uint8_t size_ = 0;
  bool truncated_ = false;
};

}  // namespace rpcsieve::smb

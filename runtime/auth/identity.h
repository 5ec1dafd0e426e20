#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "runtime/base/bytes.h"

namespace rpcsieve::auth {

// Text is a name in UTF-8, held in place so that it can be copied without memory. A longer one is
// cut at a whole character. What a token does not say is empty.
class Text {
 public:
  static constexpr std::size_t kMaxBytes = 127;

  // What lies behind a text's end is neither set nor copied: identities are copied for every call.
  Text() {}  // NOLINT(modernize-use-equals-default): that would set it where it is asked to
  Text(const Text& other) : size_(other.size_), full_(other.full_) { copy(other); }
  Text& operator=(const Text& other) {
    size_ = other.size_;
    full_ = other.full_;
    copy(other);
    return *this;
  }

  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  bool operator==(const Text& other) const { return view() == other.view(); }

  // add appends a character; U+FFFD stands for what is none.
  void add(char32_t character);

 private:
  void copy(const Text& other) { std::memmove(bytes_.data(), other.bytes_.data(), size_); }

  std::uint8_t size_ = 0;
  bool full_ = false;
  std::array<char, kMaxBytes> bytes_;
};

// read_utf16 reads UTF-16 in little-endian order. A surrogate without its other half becomes
// U+FFFD, an odd last byte is left out.
Text read_utf16(Bytes bytes);
// read_oem reads text of the sender's own 8-bit character set. Nobody tells which one that is, so
// all characters but those of ASCII become U+FFFD.
Text read_oem(Bytes bytes);
// read_utf8 reads UTF-8; each byte that is not part of a character becomes U+FFFD. add_utf8 puts it
// behind what a text has.
Text read_utf8(Bytes bytes);
void add_utf8(Text& text, Bytes bytes);

// Identity is who a client says it is, as far as its security tokens tell.
struct Identity {
  Text name;  // of the user; empty: not in clear, or anonymous
  Text domain;
  Text workstation;
  Text realm;    // Kerberos: of the ticket
  Text service;  // Kerberos: whom the ticket is for, "cifs/dc1.lab.test"

  bool operator==(const Identity&) const = default;
  // is_known says that there is anything to tell.
  [[nodiscard]] bool is_known() const;
  // is_machine says that the name is that of a computer's account: it ends in '$' [MS-ADTS
  // §3.1.1.8.1].
  [[nodiscard]] bool is_machine() const { return name.view().ends_with('$'); }
};

}  // namespace rpcsieve::auth

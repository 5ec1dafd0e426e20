#include "runtime/base/uuid.h"

#include <algorithm>

namespace rpcsieve {
namespace {

// The text positions of the hyphens: 8-4-4-4-12.
constexpr bool is_hyphen(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// swap_fields turns text order into little-endian wire order and back.
void swap_fields(std::array<std::uint8_t, 16>& b) {
  std::reverse(b.begin(), b.begin() + 4);
  std::reverse(b.begin() + 4, b.begin() + 6);
  std::reverse(b.begin() + 6, b.begin() + 8);
}

}  // namespace

Uuid read_uuid(Cursor& cursor) {
  Uuid uuid;
  const Bytes wire = cursor.take(16);
  std::copy(wire.begin(), wire.end(), uuid.bytes.begin());
  if (cursor.endian() == Endian::kLittle) swap_fields(uuid.bytes);
  return uuid;
}

std::array<std::uint8_t, 16> wire_bytes(const Uuid& uuid, Endian endian) {
  auto wire = uuid.bytes;
  if (endian == Endian::kLittle) swap_fields(wire);
  return wire;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid uuid;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_hyphen(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int digit = hex_digit(text[i]);
    if (digit < 0) return std::nullopt;
    auto& byte = uuid.bytes[nibble / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | digit);
    ++nibble;
  }
  return uuid;
}

std::string print(const Uuid& uuid) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t at = 0;
  for (const std::uint8_t byte : uuid.bytes) {
    if (is_hyphen(at)) ++at;
    text[at++] = kDigits[byte >> 4];
    text[at++] = kDigits[byte & 15];
  }
  return text;
}

}  // namespace rpcsieve

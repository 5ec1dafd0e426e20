// SHA-1 [RFC 3174] over the name space and the name. It is needed for nothing but names, so it
// takes the whole message at once.
#include "compiler/backend/name_uuid.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

namespace rpcsieve::compiler {
namespace {

using State = std::array<std::uint32_t, 5>;
constexpr std::size_t kBlock = 64;

// padded appends a one bit, zeros, and the length in bits in eight bytes [RFC 3174 §4].
std::vector<std::uint8_t> padded(std::vector<std::uint8_t> message) {
  const std::uint64_t bits = std::uint64_t{message.size()} * 8;
  message.push_back(0x80);
  while (message.size() % kBlock != kBlock - 8) message.push_back(0);
  for (int shift = 56; shift >= 0; shift -= 8)
    message.push_back(static_cast<std::uint8_t>(bits >> shift));
  return message;
}

std::array<std::uint32_t, 80> schedule(const std::uint8_t* block) {
  std::array<std::uint32_t, 80> words{};
  for (std::size_t i = 0; i < kBlock; ++i)
    words[i / 4] |= static_cast<std::uint32_t>(block[i]) << (24 - i % 4 * 8);
  for (std::size_t i = 16; i < words.size(); ++i)
    words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  return words;
}

// mix gives the function and the constant of a round together [RFC 3174 §5].
std::uint32_t mix(std::size_t round, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

void add_block(State& state, const std::uint8_t* block) {
  auto [a, b, c, d, e] = state;
  const auto words = schedule(block);
  for (std::size_t round = 0; round < words.size(); ++round) {
    const std::uint32_t next = std::rotl(a, 5) + mix(round, b, c, d) + e + words[round];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  const State sums = {a, b, c, d, e};
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += sums[i];
}

}  // namespace

Uuid name_uuid(const Uuid& space, std::string_view name) {
  std::vector<std::uint8_t> message(space.bytes.begin(), space.bytes.end());
  message.insert(message.end(), name.begin(), name.end());
  message = padded(std::move(message));
  State state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  for (std::size_t at = 0; at < message.size(); at += kBlock) add_block(state, &message[at]);
  Uuid out;
  for (std::size_t i = 0; i < out.bytes.size(); ++i)
    out.bytes[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - i % 4 * 8));
  out.bytes[6] = static_cast<std::uint8_t>((out.bytes[6] & 0x0f) | 0x50);  // version 5
  out.bytes[8] = static_cast<std::uint8_t>((out.bytes[8] & 0x3f) | 0x80);  // variant
  return out;
}

}  // namespace rpcsieve::compiler

// Compressed SMB messages, and each decoder on its own. Whatever the bytes, nothing is written
// beyond the room, and a smaller room gets the beginning of what a larger one does.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "runtime/smb/compression.h"
#include "runtime/smb/decoders.h"

namespace {

using namespace rpcsieve;

constexpr std::size_t kRoom = 1 << 17;
constexpr std::size_t kSmallRoom = 120;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void same_beginning(const std::vector<std::uint8_t>& large, const std::vector<std::uint8_t>& small,
                    std::size_t n) {
  require(std::equal(small.begin(), small.begin() + static_cast<std::ptrdiff_t>(n), large.begin()),
          "a smaller room gets the beginning");
}

void check_decoder(bool (*decode)(Bytes, smb::Plain&), Bytes in) {
  std::vector<std::uint8_t> large(kRoom), small(kSmallRoom);
  smb::Plain all(large), some(small);
  const bool good = decode(in, all);
  const bool begins_well = decode(in, some);
  require(begins_well || !good, "the beginning of what is good is good");
  same_beginning(large, small, std::min(some.size(), all.size()));
}

void check_message(Bytes in, std::size_t missing) {
  const auto transform = smb::compression::parse({in, in.size() + missing});
  if (!transform) return;
  std::vector<std::uint8_t> large(kRoom), small(kSmallRoom);
  const auto all = smb::compression::decode(*transform, large);
  const auto some = smb::compression::decode(*transform, small);
  require(!all || *all <= transform->plain_bytes, "no more than the message declares");
  require(!all || missing > 0 || *all == std::min<std::uint64_t>(kRoom, transform->plain_bytes),
          "all that fits, of a whole message");
  require(some || !all, "the beginning of what is good is good");
  if (all && some) same_beginning(large, small, std::min(*all, *some));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes in(data, size);
  check_message(in, 0);
  check_message(in, 1000);
  check_decoder(smb::decode_lz77, in);
  check_decoder(smb::decode_lz77_huffman, in);
  check_decoder(smb::decode_lznt1, in);
  check_decoder(smb::decode_lz4, in);
  return 0;
}

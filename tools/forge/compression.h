#pragma once

#include <cstdint>
#include <vector>

#include "tools/forge/wire.h"

namespace rpcsieve::forge {

// Item is a literal byte or a match of an LZ77 format.
struct Item {
  std::uint8_t literal = 0;
  std::uint32_t length = 0;  // of a match; 0: a literal
  std::uint32_t distance = 0;
};
using Items = std::vector<Item>;

// literals takes the bytes as they are; matched finds matches no farther back and no longer than
// that.
Items literals(Bytes plain);
Items matched(Bytes plain, std::uint32_t max_distance, std::uint32_t max_length);
// expand gives the bytes that the items stand for.
Buffer expand(const Items& items);

// The formats of [MS-XCA], as their decoders read them.
Buffer lz77(const Items& items);
// lz77_huffman gives a block its code: the `skew` most used symbols have codes of 1, 2, 3 … bits,
// the others share what is left. A match of more than 64 KB must not be the first of its block.
Buffer lz77_huffman(const Items& items, unsigned skew = 3);
Buffer lznt1(Bytes plain);
Buffer lznt1_stored(Bytes plain);
// lz4 gives a block of LZ4, whose matches are of 4 bytes at least.
Buffer lz4(const Items& items);

namespace smb2 {

enum class Compression : std::uint16_t { kNone, kLznt1, kLz77, kLz77Huffman, kPatternV1, kLz4 };

// compress gives the bytes as one segment.
Buffer compress(Compression algorithm, Bytes plain);
// compressed_single puts an unchained header before a message whose first `offset` bytes stay as
// they are [MS-SMB2 §2.2.42.1]. The result has its session service header.
Buffer compressed_single(const Buffer& message, Compression algorithm, std::size_t offset);

// Segment is one of a chain [MS-SMB2 §2.2.42.2]: these many bytes of the message.
struct Segment {
  Compression algorithm;
  std::size_t bytes;
};
Buffer compressed_chain(const Buffer& message, const std::vector<Segment>& segments);

}  // namespace smb2
}  // namespace rpcsieve::forge

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/base/bytes.h"

namespace rpcsieve::smb {

// Plain is where a decoder writes the leading bytes of what was compressed. It never grows beyond
// the room that it was given, and a match copies only what was written before.
class Plain {
 public:
  explicit Plain(std::span<std::uint8_t> room) : room_(room) {}

  // put appends a byte; one that finds no room is dropped.
  void put(std::uint8_t byte) {
    if (!full()) room_[size_++] = byte;
  }
  // fill appends a byte n times, as often as there is room.
  void fill(std::uint8_t byte, std::size_t n) {
    const std::size_t fits = std::min(n, left());
    std::fill_n(room_.begin() + static_cast<std::ptrdiff_t>(size_), fits, byte);
    size_ += fits;
  }
  // append copies as many of the bytes as there is room for.
  void append(Bytes bytes) {
    const std::size_t fits = std::min(bytes.size(), left());
    std::copy_n(bytes.begin(), fits, room_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += fits;
  }
  // repeat appends n bytes that begin `distance` before the end, those appended meanwhile included;
  // false: nothing was written so far back.
  bool repeat(std::size_t distance, std::size_t n) {
    if (distance == 0 || distance > size_) return false;
    for (std::size_t fits = std::min(n, left()); fits > 0; --fits, ++size_)
      room_[size_] = room_[size_ - distance];
    return true;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t left() const { return room_.size() - size_; }
  [[nodiscard]] bool full() const { return size_ == room_.size(); }

 private:
  std::span<std::uint8_t> room_;
  std::size_t size_ = 0;
};

// Each decoder reads one compressed segment until `out` is full or its input ends; whether enough
// came the caller asks `out`. False: the segment is damaged. The work is bounded by input and room.
bool decode_lz77(Bytes in, Plain& out);          // [MS-XCA §2.4]
bool decode_lz77_huffman(Bytes in, Plain& out);  // [MS-XCA §2.2]
bool decode_lznt1(Bytes in, Plain& out);         // [MS-XCA §2.5]
bool decode_lz4(Bytes in, Plain& out);           // a block of LZ4, without its frame

}  // namespace rpcsieve::smb

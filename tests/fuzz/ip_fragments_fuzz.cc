// Any bytes as fragments of a few datagrams. What is put together is what a naive reassembly gives:
// of each byte the first that came.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "runtime/base/cursor.h"
#include "runtime/packet/fragments.h"

using rpcsieve::Bytes;
using rpcsieve::Cursor;
namespace packet = rpcsieve::packet;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::size_t kDatagrams = 4;

// Naive keeps each byte of a datagram that was sent, and whether it was captured.
struct Naive {
  struct Byte {
    bool sent = false, captured = false;
    std::uint8_t value = 0;
  };
  std::vector<Byte> bytes;

  void add(const packet::Fragment& fragment) {
    const std::size_t end = fragment.offset + fragment.sent;
    if (bytes.size() < end) bytes.resize(end);
    for (std::size_t i = 0; i < fragment.sent; ++i) {
      Byte& byte = bytes[fragment.offset + i];
      if (byte.sent) continue;
      const bool captured = i < fragment.bytes.size();
      byte = {true, captured, captured ? fragment.bytes[i] : std::uint8_t{0}};
    }
  }
  [[nodiscard]] std::vector<std::uint8_t> beginning() const {
    std::vector<std::uint8_t> out;
    for (const Byte& byte : bytes) {
      if (!byte.captured) break;
      out.push_back(byte.value);
    }
    return out;
  }
  [[nodiscard]] bool is_whole() const {
    return std::all_of(bytes.begin(), bytes.end(), [](const Byte& byte) { return byte.sent; });
  }
};

using Model = std::array<Naive, kDatagrams>;

// check compares what the reassembler ended with the model, which then forgets it.
void check(const packet::Datagram& datagram, Model& model) {
  Naive& naive = model[datagram.key.identification];
  require(datagram.sent == naive.bytes.size());
  const auto want = naive.beginning();
  require(std::equal(want.begin(), want.end(), datagram.bytes.begin(), datagram.bytes.end()));
  naive = {};
}

void push(packet::Reassembler& reassembler, const packet::Fragment& fragment, Model& model) {
  using Result = packet::Reassembler::Result;
  const Result result = reassembler.push(fragment, {});
  if (result == Result::kRefused) return;
  Naive& naive = model[fragment.datagram.identification];
  naive.add(fragment);
  if (result != Result::kComplete) return;
  require(naive.is_whole() && !reassembler.datagram().open_ended);
  check(reassembler.datagram(), model);
}

}  // namespace

// A fragment is four bytes, then what it holds: its datagram, whether more follow, and how many
// bytes at its end were not captured; its offset, in 8 bytes; its length.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rpcsieve::Limits limits;
  limits.fragment_datagrams = 2 * kDatagrams;
  limits.fragment_blocks = 2 * kDatagrams * packet::kBlocksPerDatagram;
  rpcsieve::Counters counters;
  packet::Reassembler reassembler(limits, counters);
  Model model;
  Cursor c(Bytes(data, size), rpcsieve::Endian::kBig);
  while (c.size() > 0) {
    const std::uint8_t flags = c.u8();
    packet::Fragment fragment;
    fragment.datagram.identification = flags % kDatagrams;
    fragment.more = (flags & 4) != 0;
    fragment.offset = (c.u16() & 0x1fff) * 8U;
    fragment.sent = c.u8();
    fragment.bytes = c.take(std::min(c.size(), fragment.sent));
    fragment.bytes = fragment.bytes.first(fragment.bytes.size() -
                                          std::min<std::size_t>(flags >> 3, fragment.bytes.size()));
    push(reassembler, fragment, model);
  }
  while (!reassembler.empty()) {
    reassembler.give_up();
    check(reassembler.datagram(), model);
  }
  return 0;
}

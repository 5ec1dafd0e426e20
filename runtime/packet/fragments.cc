// A datagram's bytes have fixed places in its blocks, and a block has a bit for each 8 bytes that
// came: fragments can begin nowhere else. So order, overlap and number of fragments cost nothing
// but the copy, and no datagram holds more than it could have bytes.
#include "runtime/packet/fragments.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace rpcsieve::packet {
namespace {

// mix spreads a number's bits; the constant is that of the golden ratio.
std::uint64_t mix(std::uint64_t x) {
  x *= 0x9e3779b97f4a7c15ULL;
  return x ^ (x >> 32);
}

std::uint64_t hash(const IpAddress& address) {
  std::array<std::uint64_t, 2> half{};
  std::memcpy(half.data(), address.bytes.data(), sizeof half);
  return mix(half[0] ^ mix(half[1]));
}

}  // namespace

Reassembler::Reassembler(const Limits& limits, Counters& counters)
    : wait_us_(limits.fragment_wait_us),
      counters_(counters),
      entries_(std::max<std::size_t>(limits.fragment_datagrams, 1)),
      buckets_(std::bit_ceil(entries_.size()), kNone),
      block_count_(std::max(limits.fragment_blocks, kBlocksPerDatagram)),
      blocks_free_(block_count_),
      whole_(std::make_unique<std::uint8_t[]>(kMaxDatagramBytes)) {
  blocks_ = std::make_unique_for_overwrite<Block[]>(block_count_);
  for (std::uint32_t i = static_cast<std::uint32_t>(entries_.size()); i-- > 0;) {
    entries_[i].chain = free_entry_;
    free_entry_ = i;
  }
}

std::uint32_t& Reassembler::bucket(const DatagramKey& key) {
  const std::uint64_t number = key.identification + (std::uint64_t{key.protocol} << 32);
  const std::uint64_t sum = hash(key.source) + mix(hash(key.destination)) + mix(number);
  return buckets_[mix(sum) & (buckets_.size() - 1)];
}

// find_or_add gives kNone if there is no room.
std::uint32_t Reassembler::find_or_add(const DatagramKey& key, Timestamp now) {
  std::uint32_t& first = bucket(key);
  for (std::uint32_t i = first; i != kNone; i = entries_[i].chain) {
    if (entries_[i].key == key) return i;
  }
  const std::uint32_t index = free_entry_;
  if (index == kNone) return kNone;
  Entry& entry = entries_[index];
  free_entry_ = entry.chain;
  entry = Entry{};
  entry.key = key;
  entry.since = now;
  entry.captured_to = kMaxDatagramBytes;
  entry.blocks.fill(kNone);
  entry.chain = first;
  first = index;
  entry.older = newest_;
  (newest_ == kNone ? oldest_ : entries_[newest_].newer) = index;
  newest_ = index;
  return index;
}

void Reassembler::remove(std::uint32_t index) {
  Entry& entry = entries_[index];
  for (const std::uint32_t block : entry.blocks) {
    if (block == kNone) continue;
    blocks_[block].next_free = free_block_;
    free_block_ = block;
    ++blocks_free_;
  }
  (entry.older == kNone ? oldest_ : entries_[entry.older].newer) = entry.newer;
  (entry.newer == kNone ? newest_ : entries_[entry.newer].older) = entry.older;
  std::uint32_t* link = &bucket(entry.key);
  while (*link != index) link = &entries_[*link].chain;
  *link = entry.chain;
  entry.chain = free_entry_;
  free_entry_ = index;
}

std::uint32_t Reassembler::take_block() {
  std::uint32_t index = free_block_;
  if (index == kNone) {
    index = blocks_used_++;
  } else {
    free_block_ = blocks_[index].next_free;
  }
  --blocks_free_;
  blocks_[index].came = {};
  return index;
}

Reassembler::Result Reassembler::push(const Fragment& fragment, Timestamp now) {
  const bool is_empty = fragment.sent == 0;
  const bool is_ragged = fragment.more && fragment.sent % kUnit != 0;
  const bool is_too_long = fragment.sent > kMaxDatagramBytes - fragment.offset;
  if (is_empty || is_ragged || is_too_long) return Result::kRefused;
  const std::uint32_t index = find_or_add(fragment.datagram, now);
  if (index == kNone || blocks_free_ < kBlocksPerDatagram) {
    counters_.count(Counter::packet_fragments_evicted);
    return Result::kKept;
  }
  Entry& entry = entries_[index];
  if (!accept(entry, fragment)) return Result::kRefused;
  const std::uint32_t end = fragment.offset + static_cast<std::uint32_t>(fragment.sent);
  for (std::uint32_t at = fragment.offset; at < end; at += kUnit) keep_unit(entry, fragment, at);
  if (!entry.has_end || entry.came < (entry.end + kUnit - 1) / kUnit) return Result::kKept;
  finish(entry);
  remove(index);
  counters_.count(Counter::packet_reassembled);
  return Result::kComplete;
}

// accept notes what a fragment says of the whole, unless it contradicts what is known of it.
bool Reassembler::accept(Entry& entry, const Fragment& fragment) {
  const std::uint32_t end = fragment.offset + static_cast<std::uint32_t>(fragment.sent);
  if (entry.has_end && (fragment.more ? end > entry.end : end != entry.end)) return false;
  if (!fragment.more && end < entry.end) return false;
  entry.end = std::max(entry.end, end);
  entry.has_end |= !fragment.more;
  if (fragment.offset == 0 && !entry.has_start) entry.protocol = fragment.protocol;
  entry.has_start |= fragment.offset == 0;
  return true;
}

// keep_unit copies the unit at an offset, if it did not come before.
void Reassembler::keep_unit(Entry& entry, const Fragment& fragment, std::uint32_t at) {
  std::uint32_t& block_index = entry.blocks[at / kFragmentBlockBytes];
  if (block_index == kNone) block_index = take_block();
  Block& block = blocks_[block_index];
  const std::size_t unit = at % kFragmentBlockBytes / kUnit;
  const std::uint64_t bit = std::uint64_t{1} << unit % 64;
  if ((block.came[unit / 64] & bit) != 0) return;
  block.came[unit / 64] |= bit;
  ++entry.came;
  const std::size_t from = at - fragment.offset;
  const std::size_t sent = std::min(fragment.sent - from, kUnit);
  const std::size_t captured =
      from < fragment.bytes.size() ? std::min(fragment.bytes.size() - from, sent) : 0;
  if (captured > 0) std::memcpy(&block.bytes[unit * kUnit], fragment.bytes.data() + from, captured);
  if (captured < sent)
    entry.captured_to = std::min(entry.captured_to, at + static_cast<std::uint32_t>(captured));
}

// beginning gives how many bytes are there before the first that is not.
std::uint32_t Reassembler::beginning(const Entry& entry) const {
  std::uint32_t at = 0;
  while (at < entry.end) {
    const std::uint32_t block = entry.blocks[at / kFragmentBlockBytes];
    const std::size_t unit = at % kFragmentBlockBytes / kUnit;
    if (block == kNone || (blocks_[block].came[unit / 64] >> unit % 64 & 1) == 0) break;
    at += kUnit;
  }
  return std::min({at, entry.end, entry.captured_to});
}

// finish makes the datagram of an entry.
void Reassembler::finish(Entry& entry) {
  const std::uint32_t size = beginning(entry);
  for (std::uint32_t at = 0; at < size; at += kFragmentBlockBytes) {
    const Block& block = blocks_[entry.blocks[at / kFragmentBlockBytes]];
    const std::size_t part = std::min<std::size_t>(size - at, kFragmentBlockBytes);
    std::memcpy(whole_.get() + at, block.bytes.data(), part);
  }
  datagram_ = {entry.key, entry.protocol, !entry.has_end, Bytes(whole_.get(), size), entry.end};
}

void Reassembler::give_up() {
  counters_.count(is_full() ? Counter::packet_fragments_evicted
                            : Counter::packet_fragments_unfinished);
  const std::uint32_t index = oldest_;
  finish(entries_[index]);
  remove(index);
}

}  // namespace rpcsieve::packet

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/counters.h"
#include "runtime/base/endpoint.h"
#include "runtime/base/limits.h"
#include "runtime/base/timestamp.h"

namespace rpcsieve::packet {

// DatagramKey says which datagram a fragment is of [RFC 791 §3.2, RFC 8200 §4.5]. IPv6 leaves the
// protocol out: only that of the first fragment counts.
struct DatagramKey {
  IpAddress source, destination;
  std::uint32_t identification = 0;
  std::uint8_t protocol = 0;
  bool v6 = false;

  bool operator==(const DatagramKey&) const = default;
};

// Fragment is a part of what an IP packet carries.
struct Fragment {
  DatagramKey datagram;
  std::uint8_t protocol = 0;  // of the whole, as this fragment says
  bool more = false;          // others follow
  std::uint32_t offset = 0;   // of the first byte
  Bytes bytes;                // as captured
  std::size_t sent = 0;       // length on the wire
};

// Datagram is what fragments were parts of: what their IP packet carried before it was cut.
struct Datagram {
  DatagramKey key;
  std::uint8_t protocol = 0;
  bool open_ended = false;  // its end never came: `sent` is the least that it may be
  Bytes bytes;              // up to the first byte that did not come or was not captured
  std::size_t sent = 0;
};

// kFragmentBlockBytes is how much of a datagram one block holds.
inline constexpr std::size_t kFragmentBlockBytes = 2048;
inline constexpr std::size_t kMaxDatagramBytes = 65535;
inline constexpr std::size_t kBlocksPerDatagram = kMaxDatagramBytes / kFragmentBlockBytes + 1;

// Reassembler puts the fragments of IP datagrams together, in any order. Where they overlap, the
// bytes that came first count, as in TCP streams; a fragment that gives the datagram another end is
// refused. Each datagram holds blocks of a common pool. All is allocated when it is made, and the
// blocks are touched only when they are needed.
class Reassembler {
 public:
  enum class Result : std::uint8_t { kKept, kComplete, kRefused };

  Reassembler(const Limits& limits, Counters& counters);

  // push takes a fragment that arrived now. If it completes its datagram, that is in datagram().
  Result push(const Fragment& fragment, Timestamp now);
  // must_give_up says that the oldest datagram under way has waited Limits::fragment_wait_us, or
  // that it must make room: to be asked before each push.
  [[nodiscard]] bool must_give_up(Timestamp now) const {
    return oldest_ != kNone && (now.us - entries_[oldest_].since.us > wait_us_ || is_full());
  }
  [[nodiscard]] bool empty() const { return oldest_ == kNone; }
  // give_up ends the oldest datagram under way. What there is of its beginning is in datagram().
  void give_up();
  // datagram gives what the last push or give_up ended. Its bytes live until the following one.
  [[nodiscard]] const Datagram& datagram() const { return datagram_; }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr std::size_t kUnit = 8;  // fragments begin at multiples of this
  static constexpr std::size_t kUnitsPerBlock = kFragmentBlockBytes / kUnit;

  // Block holds a part of a datagram, wherever in it that came from.
  struct Block {
    std::array<std::uint64_t, kUnitsPerBlock / 64> came;  // a bit per unit
    std::uint32_t next_free;
    std::array<std::uint8_t, kFragmentBlockBytes> bytes;
  };

  // Entry is a datagram under way.
  struct Entry {
    DatagramKey key;
    Timestamp since;  // the first of its fragments
    std::uint8_t protocol = 0;
    bool has_start = false;  // the fragment that says the protocol came
    bool has_end = false;
    std::uint32_t end = 0;          // the highest that is known; the datagram's if has_end
    std::uint32_t came = 0;         // units
    std::uint32_t captured_to = 0;  // the first byte that came uncaptured
    std::uint32_t chain = kNone, older = kNone, newer = kNone;
    std::array<std::uint32_t, kBlocksPerDatagram> blocks{};
  };

  [[nodiscard]] bool is_full() const {
    return free_entry_ == kNone || blocks_free_ < kBlocksPerDatagram;
  }
  std::uint32_t& bucket(const DatagramKey& key);
  std::uint32_t find_or_add(const DatagramKey& key, Timestamp now);
  void remove(std::uint32_t index);
  static bool accept(Entry& entry, const Fragment& fragment);
  void keep_unit(Entry& entry, const Fragment& fragment, std::uint32_t at);
  void finish(Entry& entry);
  [[nodiscard]] std::uint32_t beginning(const Entry& entry) const;
  std::uint32_t take_block();

  std::int64_t wait_us_;
  Counters& counters_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> buckets_;
  std::unique_ptr<Block[]> blocks_;
  std::size_t block_count_, blocks_free_;
  std::uint32_t blocks_used_ = 0;  // that were ever taken
  std::uint32_t free_block_ = kNone, free_entry_ = kNone;
  std::uint32_t oldest_ = kNone, newest_ = kNone;
  std::unique_ptr<std::uint8_t[]> whole_;
  Datagram datagram_;
};

}  // namespace rpcsieve::packet

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "runtime/base/bytes.h"
#include "runtime/base/counters.h"
#include "runtime/base/cursor.h"
#include "runtime/base/limits.h"
#include "runtime/dcerpc/call.h"

namespace rpcsieve::dcerpc {

// Tail keeps the last four bytes of a stub that comes in pieces.
class Tail {
 public:
  void add(Bytes piece);
  // forget says that bytes are missing here.
  void forget() { known_ = 0; }
  // value gives the four bytes as a number, nullopt if fewer are known.
  [[nodiscard]] std::optional<std::uint32_t> value(Endian endian) const;

 private:
  std::array<std::uint8_t, 4> last_{};
  std::size_t known_ = 0;  // how many bytes at the end of last_ are set
};

// Flight is a call from the first fragment of its request until it is answered or dropped.
struct Flight {
  explicit Flight(Memory& memory) : held(memory) {}

  Call call;
  Endian endian = Endian::kLittle;  // of the request
  bool joining = false;             // more fragments of the request are awaited
  bool broken = false;              // bytes of the stub are missing
  bool truncated = false;           // ... because a limit was met
  Bytes stub;                       // what is known of it: in `held`, or in the only fragment
  Vector<std::uint8_t> held;        // ... the fragments so far, joined
  Tail tail;                        // of the response
  bool answer_sealed = false;       // a fragment of the response is encrypted
  Answer answer;
  std::uint64_t mark = 0;      // the owner's
  bool keep_response = false;  // the owner wants the response: `stub`, `broken` are of that then
  bool response_whole = false;
  Endian response_endian = Endian::kLittle;
  TransferSyntax transfer = TransferSyntax::kUnknown;
};

// InFlight holds the calls of one association that are in flight. A call is found by its call id
// from open() to close(); its index is good until free().
class InFlight {
 public:
  using Index = std::uint32_t;
  struct Entry {
    std::uint32_t call_id, number;
    Index index;
  };

  InFlight(const Limits& limits, Counters& counters);

  // open begins a call; no other of this id may be open. `number` counts the association's PDUs.
  // References to other flights do not survive it.
  Index open(std::uint32_t call_id, std::uint32_t number);
  // find gives the open call of this id, or nullptr. It lives until the next open or close.
  [[nodiscard]] const Entry* find(std::uint32_t call_id) const;
  [[nodiscard]] bool full() const { return open_.size() >= limits_->dcerpc_calls; }
  // all gives the open calls, the oldest first.
  [[nodiscard]] const Vector<Entry>& all() const { return open_; }
  Flight& operator[](Index index) { return flights_[index]; }
  void close(Index index);
  void free(Index index);

  // hold appends a fragment's stub to the call's, as far as the limits allow. Other calls whose
  // fragments are held give up theirs for it, the oldest first. Behind missing bytes nothing is
  // appended: bytes that do not adjoin must not seem to.
  void hold(Flight& flight, Bytes fragment);
  // release forgets the call's stub.
  void release(Flight& flight);

  void reset();

 private:
  void make_room(const Flight& flight, std::size_t bytes);
  void truncate(Flight& flight);

  const Limits* limits_;
  Counters* counters_;
  Vector<Entry> open_;  // in the order of opening
  Vector<Flight> flights_;
  Vector<Index> free_;
  Vector<Vector<std::uint8_t>> spare_;  // memory for stubs to come
  std::size_t held_bytes_ = 0;
};

}  // namespace rpcsieve::dcerpc

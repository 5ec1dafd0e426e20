#pragma once

#include <cstdint>

#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/base/memory.h"
#include "runtime/smb/operation.h"

namespace rpcsieve::smb {

// Parts keeps the data of SMB1 transactions that came before those that they follow: a transaction
// may be sent in several messages, each of which tells where its data belong [MS-CIFS §2.2.4.34.1].
// It copies what it keeps; of too much the oldest goes.
class Parts {
 public:
  // Whose data they are: a request's, or its answer's.
  struct Owner {
    std::uint64_t id = 0;
    bool response = false;

    bool operator==(const Owner&) const = default;
  };

  Parts(const Limits& limits, Counters& counters);

  // hold keeps data that begin at `at` of all that their owner sends.
  void hold(const Owner& owner, std::uint32_t at, const Slice& data);
  // take gives the data that go on at `at`, without what they repeat, or none. They live until the
  // next hold.
  Slice take(const Owner& owner, std::uint32_t at);
  // drop forgets what is held of a transaction that has ended.
  void drop(std::uint64_t id);

  void clear();

 private:
  struct Part {
    explicit Part(Memory& memory) : bytes(memory) {}

    Owner owner;
    std::uint32_t at = 0;
    Vector<std::uint8_t> bytes;
    std::size_t lost = 0;
    std::uint64_t age = 0;  // 0: it was taken or dropped
  };

  Part& make_room(std::size_t n);
  void forget(Part& part);

  Vector<Part> parts_;
  std::size_t limit_;
  std::size_t limit_bytes_;
  std::size_t held_bytes_ = 0;
  std::uint64_t clock_ = 0;
  Counters* counters_;
};

// without_first gives data without their first n bytes, captured or not.
Slice without_first(Slice data, std::size_t n);

}  // namespace rpcsieve::smb

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/base/endpoint.h"
#include "runtime/base/queue.h"
#include "runtime/base/timestamp.h"
#include "runtime/base/uuid.h"

namespace rpcsieve::dcerpc {

// CallKey is what names a connectionless call [C706 §9.5.3]: a client makes one call at a time in
// an activity, and numbers them.
struct CallKey {
  IpAddress client, server;
  Uuid activity;
  std::uint32_t sequence = 0;

  bool operator==(const CallKey&) const = default;
};

// CallMemory knows which calls were seen, and when last. It allocates until it is full.
class CallMemory {
 public:
  static constexpr std::uint32_t kNone = Queue::kNone;

  struct Row {
    CallKey key;
    std::uint32_t chain = kNone;   // next row of the bucket
    std::uint32_t flight = kNone;  // the owner's
    Timestamp last_seen;
  };

  explicit CallMemory(std::size_t limit) : limit_(limit) {}

  // find gives the row of a call, or kNone.
  [[nodiscard]] std::uint32_t find(const CallKey& key) const;
  // add makes the row that find did not find; the memory must not be full.
  std::uint32_t add(const CallKey& key);
  [[nodiscard]] bool full() const { return free_.empty() && rows_.size() >= limit_; }
  void touch(std::uint32_t row, Timestamp time);
  void remove(std::uint32_t row);
  // oldest gives the row that was touched longest ago, or kNone.
  [[nodiscard]] std::uint32_t oldest() const { return touched_.oldest(); }
  Row& operator[](std::uint32_t row) { return rows_[row]; }

 private:
  std::vector<std::uint32_t> buckets_;
  std::vector<Row> rows_;
  std::vector<std::uint32_t> free_;
  Queue touched_;
  std::size_t limit_;
};

}  // namespace rpcsieve::dcerpc

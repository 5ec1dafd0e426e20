#include "runtime/dcerpc/call_memory.h"

namespace rpcsieve::dcerpc {
namespace {

constexpr std::size_t kBuckets = 1 << 14;

std::size_t bucket_of(const CallKey& key) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3ULL; };
  for (const std::uint8_t byte : key.client.bytes) mix(byte);
  for (const std::uint8_t byte : key.server.bytes) mix(byte);
  for (const std::uint8_t byte : key.activity.bytes) mix(byte);
  mix(key.sequence);
  return (hash ^ hash >> 32) % kBuckets;
}

}  // namespace

std::uint32_t CallMemory::find(const CallKey& key) const {
  if (buckets_.empty()) return kNone;
  std::uint32_t row = buckets_[bucket_of(key)];
  while (row != kNone && rows_[row].key != key) row = rows_[row].chain;
  return row;
}

std::uint32_t CallMemory::add(const CallKey& key) {
  if (buckets_.empty()) buckets_.assign(kBuckets, kNone);
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(rows_.size()));
    rows_.emplace_back();
  }
  const std::uint32_t row = free_.back();
  free_.pop_back();
  std::uint32_t& bucket = buckets_[bucket_of(key)];
  rows_[row] = {key, bucket, kNone, {}};
  bucket = row;
  touched_.join(row);
  return row;
}

void CallMemory::touch(std::uint32_t row, Timestamp time) {
  rows_[row].last_seen = time;
  touched_.leave(row);
  touched_.join(row);
}

void CallMemory::remove(std::uint32_t row) {
  std::uint32_t* link = &buckets_[bucket_of(rows_[row].key)];
  while (*link != row) link = &rows_[*link].chain;
  *link = rows_[row].chain;
  touched_.leave(row);
  free_.push_back(row);
}

}  // namespace rpcsieve::dcerpc

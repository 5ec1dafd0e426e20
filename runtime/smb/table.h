#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "runtime/base/memory.h"

namespace rpcsieve::smb {

// Table keeps up to `limit` values by key, and of too many forgets the one that was not used for
// the longest time among those it could stand in for. Rows lie in sets of a few, a key's hash
// (found by argument) says in which; a set that overflows doubles the table, or at the limit gives
// up its oldest row. So every access looks at one set, and memory grows only with use: most tables
// hold one value or two, in as many rows.
template <class Key, class Value>
class Table {
 public:
  Table(std::size_t limit, Memory& memory)
      : rows_(memory),
        ways_(std::clamp<std::size_t>(limit, 1, 8)),
        sets_limit_(std::bit_floor(std::max(limit / ways_, std::size_t{1}))) {}

  // find returns the value of a key, or nullptr, and counts as a use.
  Value* find(const Key& key) {
    Row* row = row_of(key);
    if (row == nullptr) return nullptr;
    row->used = ++clock_;
    return &row->value;
  }
  // peek is find without a use.
  [[nodiscard]] const Value* peek(const Key& key) const {
    const Row* row = const_cast<Table*>(this)->row_of(key);
    return row == nullptr ? nullptr : &row->value;
  }

  // put sets the value of a key and returns where it lies, until the next put. A row that has to
  // go for it is handed to evict(value) first.
  template <class Evict>
  Value& put(const Key& key, const Value& value, Evict evict) {
    Row* row = row_of(key);
    if (row == nullptr) row = make_room(key);
    if (row->used != 0 && !(row->key == key)) evict(row->value);
    *row = {key, value, ++clock_};
    return row->value;
  }

  void erase(const Key& key) {
    if (Row* row = row_of(key)) row->used = 0;
  }
  template <class Visit>
  void each(Visit visit) {
    for (Row& row : rows_)
      if (row.used != 0) visit(row.value);
  }
  template <class Predicate>
  void erase_if(Predicate predicate) {
    for (Row& row : rows_)
      if (row.used != 0 && predicate(row.key)) row.used = 0;
  }
  template <class Predicate>
  void erase_values_if(Predicate predicate) {
    for (Row& row : rows_)
      if (row.used != 0 && predicate(row.value)) row.used = 0;
  }
  // clear forgets all values but keeps the memory.
  void clear() {
    for (Row& row : rows_) row.used = 0;
  }

 private:
  struct Row {
    Key key;
    Value value;
    std::uint64_t used = 0;  // when, on clock_; 0: the row is free
  };

  // The rows of one set, all there are until it is full.
  struct Set {
    Row* begin;
    Row* end;
  };
  Set set_of(const Key& key) {
    if (rows_.size() <= ways_) return {rows_.data(), rows_.data() + rows_.size()};
    Row* begin = rows_.data() + (hash(key) & (rows_.size() / ways_ - 1)) * ways_;
    return {begin, begin + ways_};
  }

  Row* row_of(const Key& key) {
    const Set set = set_of(key);
    for (Row* row = set.begin; row != set.end; ++row)
      if (row->used != 0 && row->key == key) return row;
    return nullptr;
  }

  // make_room returns a free row for the key, or the oldest of its set.
  Row* make_room(const Key& key) {
    for (;;) {
      const Set set = set_of(key);
      Row* row = std::min_element(set.begin, set.end,
                                  [](const Row& a, const Row& b) { return a.used < b.used; });
      if (row != set.end && (row->used == 0 || rows_.size() >= ways_ * sets_limit_)) return row;
      grow();
    }
  }

  // grow doubles the one set, and once it is whole the number of sets: each set's rows part over
  // two, so none overflows.
  void grow() {
    const std::size_t twice = std::max<std::size_t>(rows_.size() * 2, 1);
    Vector<Row> old(rows_.size() < ways_ ? std::min(twice, ways_) : twice, rows_.get_allocator());
    old.swap(rows_);
    for (Row& row : old) {
      if (row.used == 0) continue;
      const Set set = set_of(row.key);
      *std::find_if(set.begin, set.end, [](const Row& r) { return r.used == 0; }) = std::move(row);
    }
  }

  Vector<Row> rows_;
  std::size_t ways_;
  std::size_t sets_limit_;
  std::uint64_t clock_ = 0;
};

// mix spreads a number over all bits; it is the finalizer of splitmix64.
inline std::uint64_t mix(std::uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

}  // namespace rpcsieve::smb

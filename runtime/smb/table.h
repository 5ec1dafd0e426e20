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
// up its oldest row. So every access looks at one set, and memory grows only with use.
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

  [[nodiscard]] std::size_t sets() const { return rows_.size() / ways_; }
  Row* set_of(const Key& key) { return rows_.data() + (hash(key) & (sets() - 1)) * ways_; }

  Row* row_of(const Key& key) {
    if (rows_.empty()) return nullptr;
    Row* set = set_of(key);
    Row* end = set + ways_;
    Row* row = std::find_if(set, end, [&](const Row& r) { return r.used != 0 && r.key == key; });
    return row == end ? nullptr : row;
  }

  // make_room returns a free row for the key, or the oldest of its set.
  Row* make_room(const Key& key) {
    if (rows_.empty()) rows_.resize(ways_);
    for (;;) {
      Row* set = set_of(key);
      Row* row = std::min_element(set, set + ways_,
                                  [](const Row& a, const Row& b) { return a.used < b.used; });
      if (row->used == 0 || sets() >= sets_limit_) return row;
      grow();
    }
  }

  // grow doubles the number of sets. Each set's rows part over two, so none overflows.
  void grow() {
    Vector<Row> old(rows_.size() * 2, rows_.get_allocator());
    old.swap(rows_);
    for (Row& row : old) {
      if (row.used == 0) continue;
      Row* set = set_of(row.key);
      *std::find_if(set, set + ways_, [](const Row& r) { return r.used == 0; }) = std::move(row);
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

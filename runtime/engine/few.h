#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "runtime/base/counters.h"

namespace rpcsieve::engine {

// Few keeps a few values by number, and of too many forgets the one that was not used for the
// longest time, and counts it.
template <class Value>
class Few {
 public:
  Few(std::size_t limit, Counters& counters, Counter dropped)
      : limit_(std::max<std::size_t>(limit, 1)), counters_(&counters), dropped_(dropped) {}

  // find gives the value of a number, or nullptr; it counts as a use. It lives until the next make.
  Value* find(std::uint64_t number) {
    Row* row = row_of(number);
    if (row == nullptr) return nullptr;
    row->used = ++clock_;
    return &row->value;
  }

  // make sets the value of a number. It lives as long as what find gives.
  Value& make(std::uint64_t number, const Value& value = Value()) {
    Row* row = row_of(number);
    if (row == nullptr && size_ < limit_) row = &add();
    if (row == nullptr) {
      row = &oldest();
      counters_->count(dropped_);
    }
    *row = {number, ++clock_, value};
    return row->value;
  }

  void erase(std::uint64_t number) {
    Row* row = row_of(number);
    if (row == nullptr) return;
    --size_;
    std::swap(*row, rows_[size_]);
  }
  void clear() { size_ = 0; }

 private:
  struct Row {
    std::uint64_t number = 0;
    std::uint64_t used = 0;  // when, on clock_
    Value value;
  };

  Row* row_of(std::uint64_t number) {
    for (std::size_t i = 0; i < size_; ++i)
      if (rows_[i].number == number) return &rows_[i];
    return nullptr;
  }
  Row& add() {
    if (size_ == rows_.size()) rows_.emplace_back();
    return rows_[size_++];
  }
  Row& oldest() {
    std::size_t found = 0;
    for (std::size_t i = 1; i < size_; ++i)
      if (rows_[i].used < rows_[found].used) found = i;
    return rows_[found];
  }

  std::size_t limit_;
  Counters* counters_;
  Counter dropped_;
  std::vector<Row> rows_;  // the first size_ of them are in use
  std::size_t size_ = 0;
  std::uint64_t clock_ = 0;
};

}  // namespace rpcsieve::engine

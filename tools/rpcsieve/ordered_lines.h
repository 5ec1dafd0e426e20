#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "runtime/base/timestamp.h"
#include "tools/rpcsieve/output.h"

namespace rpcsieve::cli {

// So many lines are held back at most: far more than there are records between the first byte of a
// request and its last.
inline constexpr std::size_t kHeldLines = 1 << 16;

// OrderedLines puts the lines of one capture in the order of their records' times; those of the
// same time have that of their numbers, or else in which they were found.
class OrderedLines {
 public:
  OrderedLines(Output& out, std::int64_t wait_us) : out_(out), wait_us_(wait_us) {}

  void add(Timestamp time, std::uint64_t number, std::string line) {
    held_.emplace(std::pair(time, number), std::move(line));
    if (held_.size() > kHeldLines) release();
  }
  // advance says what time it is in the capture, and gives out the lines that waited long enough.
  void advance(Timestamp now) {
    while (!held_.empty() && now.us - held_.begin()->first.first.us > wait_us_) release();
  }
  // finish gives out all that is held.
  void finish() {
    while (!held_.empty()) release();
  }

 private:
  void release() {
    out_.line(held_.begin()->second);
    held_.erase(held_.begin());
  }

  Output& out_;
  std::int64_t wait_us_;
  std::multimap<std::pair<Timestamp, std::uint64_t>, std::string> held_;
};

}  // namespace rpcsieve::cli

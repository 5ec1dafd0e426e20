#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/forge.h"

namespace rpcsieve::test {

using Units = std::vector<std::string>;

// feed hands `wire` to a stage in chunks, first one of `first` bytes, then of `chunk`, and returns
// all that it printed. Each chunk is a block of memory of its own that is gone afterwards, so that
// AddressSanitizer sees a stage that reads past it or keeps a view of it.
template <class Stage>
Units feed(Stage stage, Bytes wire, std::size_t first, std::size_t chunk) {
  Units all;
  for (std::size_t size = first; !wire.empty(); size = chunk) {
    const Bytes head = wire.first(std::min(size, wire.size()));
    const Buffer copy(head.begin(), head.end());
    for (std::string& unit : stage(Bytes(copy))) all.push_back(std::move(unit));
    wire = wire.subspan(head.size());
  }
  return all;
}

// expect_same_for_every_split feeds `wire` to fresh stages whole, in every chunk size, and in every
// two parts, and expects the same printed units each time. make_stage() gives a stage: a callable
// that takes Bytes, pushes them, drains the stage and returns the printed units.
template <class MakeStage>
void expect_same_for_every_split(Bytes wire, MakeStage make_stage) {
  const Units whole = feed(make_stage(), wire, wire.size(), 1);
  for (std::size_t n = 1; n < wire.size(); ++n) {
    ASSERT_EQ(feed(make_stage(), wire, n, n), whole) << "in chunks of " << n;
    ASSERT_EQ(feed(make_stage(), wire, n, wire.size()), whole) << "in two parts, the first " << n;
  }
}

}  // namespace rpcsieve::test

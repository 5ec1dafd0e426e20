#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>

#include "tests/support/calls.h"
#include "tests/support/events.h"
#include "tests/support/rules.h"

namespace rpcsieve::test {

// Dice are the same in every run.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  // below gives a number from 0 up to n - 1; one_in is true once in n times.
  std::size_t below(std::size_t n) { return random_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class List>
  auto one_of(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::mt19937 random_;
};

// random_rule gives a rule about calls; random_call a call that fits some of them, or nearly does.
// The words are few, so that most conditions nearly fit.
Rule random_rule(std::size_t number, Dice& dice);
CallBuilder random_call(Dice& dice);

// random_history gives a rule that may ask for anything: calls, binds and files, one of them or
// several in their order, and how often.
Rule random_history(std::size_t number, Dice& dice);
// random_events gives events for such rules, in the order of their times.
std::vector<Happening> random_events(std::size_t count, Dice& dice);

}  // namespace rpcsieve::test

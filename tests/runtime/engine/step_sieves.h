#pragma once

#include <memory>
#include <string>

#include "runtime/match/matcher.h"

namespace rpcsieve::test {

// Sieve is a rule set that can be run.
struct Sieve {
  explicit Sieve(database::Database made);

  database::Database database;
  std::string error;
  std::unique_ptr<match::Matcher> matcher;
};

// The rules of steps_test.cc, each set about one thing. They lie in a file of their own because
// talks.h has other things by the names of rules.h.
Sieve outcome_sieve();
Sieve bind_sieve();
Sieve file_sieve();
Sieve sweep_sieve();
Sieve order_sieve();

}  // namespace rpcsieve::test

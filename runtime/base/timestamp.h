#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace rpcsieve {

// Timestamp is capture time: microseconds since 1970-01-01 UTC.
struct Timestamp {
  std::int64_t us = 0;

  auto operator<=>(const Timestamp&) const = default;
};

// print gives EVE's form in UTC: 2026-11-22T08:46:10.000000+0000. It has four digits for the year:
// what a hostile capture dates outside of 0001 to 9999 is given as the nearest time inside.
std::string print(Timestamp time);

}  // namespace rpcsieve

#pragma once

#include <cstdint>

#include "runtime/alert/coverage.h"
#include "runtime/alert/record.h"

namespace rpcsieve::engine {

// Sight is how much of one conversation could be inspected, and which of its blind spots were told.
struct Sight {
  alert::Coverage coverage;

  // first says whether a cause is told for the first time.
  bool first(alert::BlindSpot::Cause cause) {
    const auto bit = static_cast<std::uint16_t>(1U << static_cast<unsigned>(cause));
    const bool is_new = (told_ & bit) == 0;
    told_ |= bit;
    return is_new;
  }

 private:
  std::uint16_t told_ = 0;  // bits of causes
};

}  // namespace rpcsieve::engine

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/suite/suite.h"

namespace rpcsieve::suite {

// Facts are what the matcher of this project reports of one capture.
struct Facts {
  std::vector<nlohmann::json> alerts;  // EVE events
  std::uint32_t calls = 0;
  Tally outcomes, users;
  std::uint32_t anomalies = 0;
  std::string failure;  // why the capture could not be read whole; empty: it could
};

// fits says whether an alert is of the wanted detection and meets its conditions: `outcome` (the
// result), `status`, `user` (the name), `client` and `server` (addresses), and what stands under
// `rpcsieve` in the event by its own name.
bool fits(const nlohmann::json& alert, const Wanted& wanted);

// differences says all that is not as the case wants it, a line each.
std::vector<std::string> differences(const Case& wanted, const Facts& facts);

}  // namespace rpcsieve::suite

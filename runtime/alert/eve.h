#pragma once

#include <string>
#include <string_view>

#include "runtime/alert/record.h"
#include "runtime/base/counters.h"
#include "runtime/database/database.h"

namespace rpcsieve::alert {

// These print records as one line of JSON each, without the line feed. `file` is the capture's name
// as the user gave it; empty for live traffic. Strings that are not UTF-8 get U+FFFD.

// eve_alert gives a Suricata EVE `alert` event; what EVE has no place for is under `rpcsieve`
// (DESIGN section 5).
std::string eve_alert(const Alert& alert, const database::Database& database,
                      std::string_view file);
// eve_blind_spot gives an EVE `anomaly` event.
std::string eve_blind_spot(const BlindSpot& spot, std::string_view file);
// eve_stats gives the EVE `stats` event that ends every run; all counters are under `rpcsieve`.
std::string eve_stats(const Counters& counters, Timestamp time);
// call_line gives the record of `rpcsieve calls`.
std::string call_line(const CallRecord& record, const database::Database& database,
                      std::string_view file);

}  // namespace rpcsieve::alert

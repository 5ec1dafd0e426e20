#pragma once

#include <string>
#include <string_view>

#include "runtime/alert/coverage.h"
#include "runtime/alert/record.h"
#include "runtime/base/counters.h"
#include "runtime/base/timestamp.h"
#include "runtime/database/database.h"

namespace rpcsieve::alert {

// These print records as one line of JSON each, without the line feed. `file` is the capture's name
// as the user gave it; empty for live traffic. Strings that are not UTF-8 get U+FFFD. An outcome's
// `status` and `return_code` are text, "0xc0000022", as their specifications write them, and have
// their names beside them; null where there is none. `src` is the client and `dest` the server,
// whoever sent the packet.

// eve_alert gives a Suricata EVE `alert` event; what EVE has no place for is under `rpcsieve`
// (DESIGN section 5). `signature_id` and `rev` are those of the form `native`, and the metadata
// carries `rpcsieve_id` and `rpcsieve_form` as the generated rules do.
std::string eve_alert(const Alert& alert, const database::Database& database,
                      std::string_view file);
// eve_blind_spot gives an EVE `anomaly` event, named after the cause.
std::string eve_blind_spot(const BlindSpot& spot, std::string_view file);
// eve_stats gives the EVE `stats` event that ends every run; all counters are under `rpcsieve`, and
// there under `inspectable` how much of the traffic could be inspected.
std::string eve_stats(const Counters& counters, const CoverageTable& coverage, Timestamp time);
// call_line gives the record of `rpcsieve calls`.
std::string call_line(const CallRecord& record, const database::Database& database,
                      std::string_view file);

// endpoint_line gives the record of `rpcsieve endpoints`.
std::string endpoint_line(const EndpointRecord& record, const database::Database& database,
                          std::string_view file);
// file_line gives the record of `rpcsieve files`.
std::string file_line(const FileOpen& open, std::string_view file);

}  // namespace rpcsieve::alert

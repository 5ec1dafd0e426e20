#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/alert/coverage.h"
#include "runtime/alert/interface.h"
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

// Signatures keeps what of an alert only its detection decides, so that it is printed once.
class Signatures {
 public:
  // The database must outlive it.
  explicit Signatures(const database::Database& database)
      : database_(database), texts_(database.detections().size()) {}

  // of gives the object `alert` of a detection's alerts.
  const std::string& of(std::uint32_t detection);
  [[nodiscard]] const database::Database& database() const { return database_; }

 private:
  const database::Database& database_;
  std::vector<std::string> texts_;  // by detection; empty until it is asked for
};
// eve_alert gives one of many alerts.
std::string eve_alert(const Alert& alert, Signatures& signatures, std::string_view file);
// eve_blind_spot gives an EVE `anomaly` event, named after the cause.
std::string eve_blind_spot(const BlindSpot& spot, std::string_view file);
// eve_stats gives the EVE `stats` event that ends every run; all counters are under `rpcsieve`, and
// there under `inspectable` how much of the traffic could be inspected, and under `interfaces`, of
// a sensor, how much of it was captured.
std::string eve_stats(const Counters& counters, const CoverageTable& coverage, Timestamp time,
                      std::span<const Interface> interfaces = {});
// call_line gives the record of `rpcsieve calls`.
std::string call_line(const CallRecord& record, const database::Database& database,
                      std::string_view file);

// endpoint_line gives the record of `rpcsieve endpoints`.
std::string endpoint_line(const EndpointRecord& record, const database::Database& database,
                          std::string_view file);
// file_line gives the record of `rpcsieve files`.
std::string file_line(const FileOpen& open, std::string_view file);

}  // namespace rpcsieve::alert

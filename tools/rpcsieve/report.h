#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/alert/eve.h"
#include "runtime/alert/record.h"
#include "runtime/base/counters.h"
#include "runtime/database/database.h"
#include "tools/rpcsieve/output.h"

namespace rpcsieve::cli {

// Report writes the records of a scan as they come, and counts them.
class Report {
 public:
  // `eve` chooses JSON lines; otherwise the lines are for people.
  Report(const database::Database& database, bool eve, Output& out);

  // begin says which capture the following records are from.
  void begin(const std::string& file);
  void add(const alert::Record& record);
  // summary gives a table of the detections that alerted, and a line with the sums.
  [[nodiscard]] std::string summary(const Counters& counters) const;

 private:
  // Tallies count something under several names.
  using Tallies = std::map<std::string_view, std::uint64_t>;

  void add(const alert::Alert& alert);
  void add(const alert::BlindSpot& spot);

  const database::Database& database_;
  alert::Signatures signatures_;
  bool eve_;
  Output& out_;
  std::string file_;
  std::size_t files_ = 0;
  std::vector<Tallies> alerts_;  // of each detection, by confidence
  Tallies blind_;                // by cause
};

// print_counters lists what was counted at least once.
std::string print_counters(const Counters& counters);

}  // namespace rpcsieve::cli

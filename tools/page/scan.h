#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/alert/coverage.h"
#include "tools/page/columns.h"
#include "tools/page/navigator.h"

namespace rpcsieve::page {

// Limits of a page, so that a browser can hold it. What is beyond them is counted, and the page
// says so.
inline constexpr std::size_t kMaxAlerts = 500'000;
inline constexpr std::size_t kMaxBlindSpots = 100'000;
inline constexpr std::size_t kMaxServers = 4096;
inline constexpr std::size_t kMaxCounters = 512;

// EveFile is one file that was read.
struct EveFile {
  std::string name;
  std::uint64_t lines = 0;      // that are not empty
  std::uint64_t malformed = 0;  // ... and no EVE events
  bool own = false;             // has events of rpcsieve
  bool finished = false;        // has its stats event, which ends every run
};

// Scan is what the EVE files of a page hold, as they are read.
class Scan {
 public:
  // begin says which file the following lines are from.
  void begin(std::string_view name);
  // add takes a line, without its end.
  void add(std::string_view line);

  [[nodiscard]] const std::vector<EveFile>& files() const { return files_; }
  [[nodiscard]] const Columns& alerts() const { return alerts_; }
  [[nodiscard]] const Columns& blind_spots() const { return blind_spots_; }
  // sights is how many runs told their coverage.
  [[nodiscard]] std::size_t sights() const { return sights_; }
  // coverage sums them up by server; other_servers is what they summed up themselves.
  [[nodiscard]] const alert::CoverageTable& coverage() const { return coverage_; }
  [[nodiscard]] const alert::Coverage& other_servers() const { return other_servers_; }
  [[nodiscard]] const std::map<std::string, std::uint64_t>& counters() const { return counters_; }
  [[nodiscard]] const Techniques& techniques() const { return techniques_; }
  [[nodiscard]] std::uint64_t malformed() const;
  [[nodiscard]] std::uint64_t other_events() const { return other_events_; }
  [[nodiscard]] std::uint64_t alerts_left_out() const { return alerts_left_out_; }
  [[nodiscard]] std::uint64_t blind_spots_left_out() const { return blind_spots_left_out_; }
  [[nodiscard]] std::uint64_t facts_left_out() const { return facts_left_out_; }

 private:
  bool add_event(std::string_view line);
  void add_alert(const Event& event, std::int64_t time_us);
  void add_blind_spot(const Event& event, std::int64_t time_us);
  void add_stats(std::string_view line);
  void set(Columns& columns, std::string_view name, std::string_view text);
  void set_fields(Columns& columns, const Event& event);

  std::vector<EveFile> files_;
  Columns alerts_{"~severity",  "~detection", "~title",   "~client",     "~server", "~user",
                  "~interface", "~call",      "~outcome", "~confidence", "~attack", "~file"};
  Columns blind_spots_{"~cause", "~client", "~server"};
  alert::CoverageTable coverage_{kMaxServers};
  alert::Coverage other_servers_;
  std::size_t sights_ = 0;
  std::map<std::string, std::uint64_t> counters_;
  Techniques techniques_;
  std::uint64_t other_events_ = 0;
  std::uint64_t alerts_left_out_ = 0;
  std::uint64_t blind_spots_left_out_ = 0;
  std::uint64_t facts_left_out_ = 0;
};

}  // namespace rpcsieve::page

// What a scan could not see, by server: the reader wants to know where the sensor is blind, so the
// servers of which everything was seen are left out.
#include "tools/rpcsieve/coverage.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "runtime/alert/record.h"
#include "tools/rpcsieve/console.h"

namespace rpcsieve::cli {
namespace {

using alert::Coverage;

// So many servers are listed; all of them are in the `stats` event.
constexpr std::size_t kRows = 10;

struct Row {
  std::string server, transport;
  Coverage coverage;
};

std::vector<Row> rows_of(const alert::CoverageTable& table) {
  std::vector<Row> rows;
  for (const auto& [service, coverage] : table.services()) {
    rows.push_back(
        {print_endpoint(service.server), std::string(alert::name(service.transport)), coverage});
  }
  if (table.others() != Coverage()) rows.push_back({"other servers", "", table.others()});
  return rows;
}

std::uint64_t hidden_bytes(const Coverage& coverage) {
  return coverage.bytes_encrypted + coverage.bytes_compressed + coverage.bytes_lost;
}

bool is_blinder(const Row& a, const Row& b) {
  const auto rank = [](const Row& row) {
    return std::tuple(alert::inspectable(row.coverage), ~hidden_bytes(row.coverage),
                      ~row.coverage.calls);
  };
  return rank(a) < rank(b);
}

std::string print_sealed(const Coverage& coverage) {
  if (coverage.calls_sealed_watched == 0) return std::to_string(coverage.calls_sealed);
  return fmt::format("{} ({} watched)", coverage.calls_sealed, coverage.calls_sealed_watched);
}

std::vector<std::string> cells(const Row& row) {
  const Coverage& coverage = row.coverage;
  return {row.server,
          row.transport,
          fmt::format("{} %", alert::inspectable(coverage)),
          fmt::format("{} of {}", coverage.calls_read, coverage.calls),
          print_sealed(coverage),
          std::to_string(coverage.calls_cut),
          fmt::format("{} of {}", coverage.messages_encrypted, coverage.messages),
          std::to_string(coverage.messages_compressed),
          std::to_string(coverage.bytes_lost)};
}

}  // namespace

std::string print_coverage(const alert::CoverageTable& table) {
  std::vector<Row> rows = rows_of(table);
  if (rows.empty()) return "";
  const std::size_t all = rows.size();
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [](const Row& row) { return alert::inspectable(row.coverage) == 100; }),
             rows.end());
  std::stable_sort(rows.begin(), rows.end(), is_blinder);
  Table text = {{"SERVER", "OVER", "INSPECTABLE", "CALLS READ", "SEALED", "CUT", "ENCRYPTED",
                 "COMPRESSED", "BYTES LOST"}};
  for (std::size_t i = 0; i < std::min(rows.size(), kRows); ++i) text.push_back(cells(rows[i]));
  const Coverage total = table.total();
  return fmt::format("{}inspectable {} %: {} of {} calls read, {} of {} services in full\n",
                     rows.empty() ? "" : print(text), alert::inspectable(total), total.calls_read,
                     total.calls, all - rows.size(), all);
}

}  // namespace rpcsieve::cli

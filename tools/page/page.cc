// The page is a template of our own, with the scan's data in one place of it. Its script and style
// are allowed by their hashes, and nothing else is (Content-Security-Policy): should text from the
// wire ever get out of its place, it would still neither run nor load anything.
#include "tools/page/page.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "runtime/alert/record.h"
#include "tools/page/template.h"

namespace rpcsieve::page {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kDataMark = "%DATA%";

// numbers gives the places of a column's texts by row; one number if all rows have the same.
ordered_json numbers(const Column& column, const std::vector<std::uint32_t>& order) {
  std::vector<std::uint32_t> rows;
  rows.reserve(order.size());
  for (const std::uint32_t row : order) {
    rows.push_back(row < column.rows.size() ? column.rows[row] : 0);
  }
  const bool same = std::equal(rows.begin() + (rows.empty() ? 0 : 1), rows.end(), rows.begin());
  if (same) return rows.empty() ? 0 : rows.front();
  return rows;
}

// steps gives the times of the rows, in their order, each as what it is after the one before.
ordered_json steps(const Columns& columns, const std::vector<std::uint32_t>& order) {
  std::vector<std::int64_t> out;
  out.reserve(order.size());
  std::int64_t last = 0;
  for (const std::uint32_t row : order) {
    out.push_back(columns.times()[row] - last);
    last = columns.times()[row];
  }
  return out;
}

ordered_json table(const Columns& columns) {
  const auto order = columns.in_order();
  ordered_json out = {{"rows", columns.rows()}, {"steps", steps(columns, order)}};
  out["columns"] = ordered_json::array();
  for (const Column& column : columns.columns()) {
    out["columns"].push_back(
        {{"name", column.name}, {"texts", column.texts}, {"places", numbers(column, order)}});
  }
  return out;
}

ordered_json files(const Scan& scan) {
  ordered_json out = ordered_json::array();
  for (const EveFile& file : scan.files()) {
    out.push_back({{"name", file.name},
                   {"lines", file.lines},
                   {"malformed", file.malformed},
                   {"cut_off", file.own && !file.finished}});
  }
  return out;
}

ordered_json coverage(const alert::Coverage& one) {
  ordered_json out = {{"percent", alert::inspectable(one)}};
  for (const auto& field : alert::kCoverageFields) out[std::string(field.name)] = one.*field.value;
  return out;
}

ordered_json coverage(const Scan& scan) {
  if (scan.sights() == 0) return nullptr;
  alert::Coverage total = scan.coverage().total();
  alert::Coverage others = scan.coverage().others();
  total += scan.other_servers();
  others += scan.other_servers();
  ordered_json servers = ordered_json::array();
  for (const auto& [service, seen] : scan.coverage().services()) {
    servers.push_back(coverage(seen));
    servers.back()["ip"] = print(service.server.address);
    servers.back()["port"] = service.server.port;
    servers.back()["transport"] = alert::name(service.transport);
  }
  return {{"total", coverage(total)}, {"servers", servers}, {"others", coverage(others)}};
}

ordered_json left_out(const Scan& scan) {
  return {{"alerts", scan.alerts_left_out()},
          {"blind_spots", scan.blind_spots_left_out()},
          {"facts", scan.facts_left_out()}};
}

// disarm writes what HTML could take for its own as JSON's escapes [RFC 8259 §7]. It stands in
// strings only: JSON itself has none of it.
std::string disarm(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<')
      out += "\\u003c";
    else if (c == '>')
      out += "\\u003e";
    else if (c == '&')
      out += "\\u0026";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string print_data(const Scan& scan) {
  const ordered_json data = {{"files", files(scan)},
                             {"other_events", scan.other_events()},
                             {"left_out", left_out(scan)},
                             {"alerts", table(scan.alerts())},
                             {"blind_spots", table(scan.blind_spots())},
                             {"coverage", coverage(scan)},
                             {"counters", scan.counters()}};
  return disarm(data.dump(-1, ' ', true, ordered_json::error_handler_t::replace));
}

std::string print_page(const Scan& scan) {
  const std::size_t mark = kTemplate.find(kDataMark);
  std::string page(kTemplate.substr(0, mark));
  page += print_data(scan);
  page += kTemplate.substr(mark + kDataMark.size());
  return page;
}

}  // namespace rpcsieve::page

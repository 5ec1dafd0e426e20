#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rpcsieve::page {

inline constexpr std::size_t kMaxColumns = 256;

// Column is one fact of all rows: each row's number is the place of its text in `texts`, whose
// first is the empty one, for rows without this fact. Alerts repeat each other, so numbers are all
// that a row costs.
struct Column {
  std::string name;
  std::vector<std::string> texts = {""};
  std::unordered_map<std::string, std::uint32_t> places;
  std::vector<std::uint32_t> rows;  // as many as were set; later rows have none
};

// Columns are rows with facts, kept by column.
class Columns {
 public:
  // The columns that are there from the beginning have room whatever else comes.
  explicit Columns(std::initializer_list<std::string_view> names);

  // set gives the row that is being made a fact; empty texts are none, of two the first stays.
  // False if the fact has no column and there is no room for another.
  bool set(std::string_view name, std::string_view text);
  // end_row ends that row; `time_us` is when it was.
  void end_row(std::int64_t time_us);

  [[nodiscard]] std::size_t rows() const { return times_.size(); }
  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
  [[nodiscard]] const std::vector<std::int64_t>& times() const { return times_; }
  // in_order gives the numbers of the rows by their time; those of one time stay as they came.
  [[nodiscard]] std::vector<std::uint32_t> in_order() const;

 private:
  Column* find(std::string_view name);

  std::vector<Column> columns_;
  std::unordered_map<std::string, std::size_t> names_;
  std::vector<std::int64_t> times_;
};

}  // namespace rpcsieve::page

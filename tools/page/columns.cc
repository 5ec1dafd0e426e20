#include "tools/page/columns.h"

#include <algorithm>
#include <numeric>

namespace rpcsieve::page {
namespace {

std::uint32_t place_of(Column& column, std::string_view text) {
  const auto next = static_cast<std::uint32_t>(column.texts.size());
  const auto [at, is_new] = column.places.try_emplace(std::string(text), next);
  if (is_new) column.texts.emplace_back(text);
  return at->second;
}

}  // namespace

Columns::Columns(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) find(name);
}

Column* Columns::find(std::string_view name) {
  const auto at = names_.find(std::string(name));
  if (at != names_.end()) return &columns_[at->second];
  if (columns_.size() == kMaxColumns) return nullptr;
  names_.emplace(name, columns_.size());
  columns_.emplace_back().name = name;
  return &columns_.back();
}

bool Columns::set(std::string_view name, std::string_view text) {
  if (text.empty()) return true;
  Column* column = find(name);
  if (column == nullptr) return false;
  if (column->rows.size() > rows()) return true;
  column->rows.resize(rows());
  column->rows.push_back(place_of(*column, text));
  return true;
}

void Columns::end_row(std::int64_t time_us) { times_.push_back(time_us); }

std::vector<std::uint32_t> Columns::in_order() const {
  std::vector<std::uint32_t> order(rows());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [this](std::uint32_t a, std::uint32_t b) { return times_[a] < times_[b]; });
  return order;
}

}  // namespace rpcsieve::page

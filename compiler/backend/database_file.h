#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/database/format.h"

namespace rpcsieve::compiler {

// DatabaseFile gathers the sections of a database file and puts them together. It knows how they
// are laid out, not what they mean.
class DatabaseFile {
 public:
  // add appends a row to a section and gives its index.
  template <class Row>
  std::uint32_t add(database::Section section, const Row& row) {
    static_assert(database::kIsRow<Row>);
    auto& bytes = sections_[static_cast<std::size_t>(section)];
    const auto index = static_cast<std::uint32_t>(bytes.size() / sizeof(Row));
    bytes.resize(bytes.size() + sizeof(Row));
    std::memcpy(&bytes[bytes.size() - sizeof(Row)], &row, sizeof(Row));
    return index;
  }

  // add_all appends rows and gives their range.
  template <class Row>
  database::Range add_all(database::Section section, const std::vector<Row>& rows) {
    const auto& bytes = sections_[static_cast<std::size_t>(section)];
    const auto begin = static_cast<std::uint32_t>(bytes.size() / sizeof(Row));
    for (const Row& row : rows) add(section, row);
    return {begin, static_cast<std::uint32_t>(rows.size())};
  }

  // text gives the place of a string in section kText, where it stands once.
  database::Text text(std::string_view text);

  // build gives the file: header, sections, padding, checksums.
  [[nodiscard]] std::vector<std::uint8_t> build(database::Platform platform) const;

 private:
  std::array<std::vector<std::uint8_t>, database::kSections> sections_;
  std::map<std::string, database::Text, std::less<>> texts_;
};

}  // namespace rpcsieve::compiler

#pragma once

#include <bit>
#include <cstddef>
#include <span>
#include <string_view>

#include "runtime/base/bytes.h"
#include "runtime/database/format.h"

namespace rpcsieve::database {

static_assert(std::endian::native == std::endian::little, "rows are read where they lie");

// View reads the sections of a file whose section table was checked. It owns nothing. The file
// begins where an allocator put it, and sections at multiples of kAlignment, so rows are aligned.
class View {
 public:
  explicit View(Bytes file) : file_(file) {}

  [[nodiscard]] const Header& header() const {
    return *reinterpret_cast<const Header*>(file_.data());
  }

  [[nodiscard]] Bytes section(Section section) const {
    const SectionRow& row = header().sections[static_cast<std::size_t>(section)];
    return file_.subspan(row.offset, row.length);
  }

  template <class Row>
  [[nodiscard]] std::span<const Row> rows(Section which) const {
    const Bytes bytes = section(which);
    return {reinterpret_cast<const Row*>(bytes.data()), bytes.size() / sizeof(Row)};
  }

  template <class Row>
  [[nodiscard]] std::span<const Row> rows(Section which, Range range) const {
    return rows<Row>(which).subspan(range.begin, range.count);
  }

  [[nodiscard]] std::string_view text(Text text) const {
    const Bytes bytes = section(Section::kText).subspan(text.offset, text.length);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

 private:
  Bytes file_;
};

}  // namespace rpcsieve::database

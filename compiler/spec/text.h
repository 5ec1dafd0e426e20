#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"

namespace rpcsieve::compiler {

// Text is a YAML file by lines, for finding the place of what stands in it. Lines and columns count
// from 0, as yaml-cpp does; one beyond the end is taken for the end.
class Text {
 public:
  explicit Text(std::shared_ptr<const Source> source);

  [[nodiscard]] const std::vector<std::string_view>& lines() const { return lines_; }
  [[nodiscard]] Span place(std::size_t line, std::size_t column, std::size_t length) const;
  // scalar gives the place of a scalar as it is written, as far as its first line goes.
  [[nodiscard]] Span scalar(std::size_t line, std::size_t column, std::string_view value) const;
  // open_quote looks for a quoted text without an end, from a place on.
  [[nodiscard]] std::optional<Span> open_quote(std::size_t line, std::size_t column) const;

  // readable gives the text with every byte that is no text replaced by '?', so that the rest can
  // still be judged; the first such place is reported.
  [[nodiscard]] std::string readable(Diagnostics& out) const;

 private:
  std::shared_ptr<const Source> source_;
  std::vector<std::string_view> lines_;
};

}  // namespace rpcsieve::compiler

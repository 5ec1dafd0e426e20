#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rpcsieve::compiler {

// Source is one file of the author's: its name as it was given, and its text.
struct Source {
  std::string name;
  std::string text;
};

// Span is a place in a source: line and column from 1, both columns and length in bytes, within one
// line. Line 0: the source as a whole.
struct Span {
  std::shared_ptr<const Source> source;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 0;
};

// Severity: only errors change the exit status.
enum class Level : std::uint8_t { kError, kWarning, kLint };

// Diagnostic is one thing that is wrong with a spec. Its code is stable: E001 and up for errors,
// W001 and up for warnings, L001 and up for lints; docs/DIAGNOSTICS.md lists them.
struct Diagnostic {
  Level level = Level::kError;
  std::string code;
  Span span;
  std::string message;
  std::string hint;  // what to do about it; every error has one
};

// Diagnostics collects everything that is wrong, in the order it was found.
class Diagnostics {
 public:
  void error(std::string_view code, const Span& span, std::string message, std::string hint = "");
  void warning(std::string_view code, const Span& span, std::string message, std::string hint = "");
  void lint(std::string_view code, const Span& span, std::string message, std::string hint = "");

  [[nodiscard]] bool has_errors() const;
  // sorted gives them by file, line and column; what was said twice of one place, once.
  [[nodiscard]] std::vector<Diagnostic> sorted() const;

  // suggest gives what nearest() does for the first kMostSuggestions that are asked for, then "": a
  // file of nothing but unknown names must not be searched for hours.
  std::string_view suggest(std::string_view text, const std::vector<std::string_view>& candidates);

 private:
  std::vector<Diagnostic> all_;
  std::size_t suggestions_ = 0;
};
inline constexpr std::size_t kMostSuggestions = 200;

// print gives a diagnostic as the terminal shows it, the line and a caret below it:
//   rules/dcsync.yaml:14:20: error[E021]: unknown operation 'DRSGetNCChange' of interface drsuapi
//      14 |         operation: DRSGetNCChange
//         |                    ^^^^^^^^^^^^^^ did you mean IDL_DRSGetNCChanges (3)?
// Each of the lines ends with a line feed. The column printed counts characters. A long line is cut
// to a window around the place, and what could command a terminal is shown as U+FFFD.
std::string print(const Diagnostic& diagnostic);

// nearest gives the candidate with the smallest edit distance to `text` (case does not count), or
// "" when none is near. A candidate that holds the whole text is always near.
std::string_view nearest(std::string_view text, const std::vector<std::string_view>& candidates);

}  // namespace rpcsieve::compiler

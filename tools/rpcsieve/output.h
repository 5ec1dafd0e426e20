#pragma once

#include <atomic>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rpcsieve::cli {

// Output is a file that is written in place, line by line, or standard output ("-"). No failure is
// lost: the first one is kept, and nothing is written after it. One thread writes; any may ask
// failed().
class Output {
 public:
  explicit Output(const std::string& path);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  void line(std::string_view text);
  void flush();
  // close writes what is buffered. False, with a complaint, if anything could not be written.
  bool close();
  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  void fail();

  std::string name_;
  std::FILE* file_ = nullptr;
  std::atomic<bool> failed_ = false;
  int error_ = 0;
};

// replace_file writes a whole file: beside its place first, then moved there, so that nobody sees
// half of it. What is no regular file (/dev/null) is written in place; "-" is standard output.
// False, with a complaint, if that fails.
bool replace_file(const std::string& path, std::string_view content);

// read_file gives a file's content; nullopt and why in `error` if it cannot be read.
std::optional<std::string> read_file(const std::string& path, std::string& error);

}  // namespace rpcsieve::cli

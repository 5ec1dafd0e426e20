#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/endpoint.h"

namespace rpcsieve::cli {

// Status is what the program exits with (DESIGN section 6).
enum class Status : int {
  kDone = 0,
  kBad = 1,     // what was checked is bad: a spec
  kFailed = 2,  // usage or I/O error, bad capture, bad database
};

// worse gives the one that the program must exit with when both happened.
inline Status worse(Status a, Status b) { return a < b ? b : a; }

// printable replaces control characters: names from the wire, or of files, must not steer the
// terminal.
std::string printable(std::string_view text);

// say prints a line to standard error; complain does so behind the program's name.
void say(std::string_view line);
template <class... Args>
void complain(fmt::format_string<Args...> format, Args&&... args) {
  say("rpcsieve: " + printable(fmt::format(format, std::forward<Args>(args)...)));
}

// Table is text in aligned columns; the first row is its heading.
using Table = std::vector<std::vector<std::string>>;
std::string print(const Table& table);

// print_endpoint gives "10.0.0.1:445", or "[2001:db8::1]:445".
std::string print_endpoint(const Endpoint& endpoint);

// is_terminal says whether a file descriptor is one.
bool is_terminal(int fd);

// Progress draws a bar on standard error if that is a terminal, and nothing otherwise.
class Progress {
 public:
  // files is how many there are to read; `wanted` is false if the bar would be in the way.
  Progress(std::size_t files, bool wanted);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  [[nodiscard]] bool wanted() const { return wanted_; }
  // update says that `file` (counted from 0) was read up to `part`, 0 to 1. It draws at most ten
  // times a second.
  void update(std::size_t file, double part);
  // clear takes the bar off the terminal, so that something else can be printed.
  void clear();

 private:
  std::size_t files_;
  bool wanted_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_draw_;
};

}  // namespace rpcsieve::cli

#pragma once

#include <string>
#include <vector>

namespace rpcsieve::suite {

// Done is what became of a program: its exit status (-1: it could not be started, or a signal ended
// it) and all that it printed on either output.
struct Done {
  int status = -1;
  std::string said;
};

// run_program starts a program, found by PATH, and waits for its end.
Done run_program(const std::vector<std::string>& command);

// Scratch is a folder of its own for files that nobody keeps. It goes with the object.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace rpcsieve::suite

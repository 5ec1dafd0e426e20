#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/ir.h"
#include "tools/cases/judge.h"
#include "tools/forge/story.h"

namespace rpcsieve::cases {

// Case is a story on which one detection must alert, once, or must not. What others make of it is
// not said.
struct Case {
  std::string detection;
  std::string name;  // "tcp-alerts-lsarpc-43", "smb2-ioctl-quiet-lsarpc-43-other-interface"
  forge::Transport transport = forge::Transport::kTcp;
  bool alerts = false;
  forge::Story story;
};

// Cases are those of one detection.
struct Cases {
  std::vector<Case> all;
  std::vector<std::string> refused;  // what it claims and cannot be forged, and why
};

// CaseMaker makes the cases of detections. No two of its cases share an address, as far as the
// detections leave that open, so that captures of many can be merged and yet be told apart.
class CaseMaker {
 public:
  CaseMaker(const compiler::Ir& ir, Judge& judge) : ir_(ir), judge_(judge) {}

  // cases_of gives, for each transport that a detection claims, what must alert: each interface,
  // both ends of each range of operations, each wish of its stub conditions; and near misses.
  Cases cases_of(const compiler::Detection& detection);

 private:
  const compiler::Ir& ir_;
  Judge& judge_;
  std::uint32_t next_host_ = 0;
};

}  // namespace rpcsieve::cases

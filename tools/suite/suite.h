#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostic.h"

namespace rpcsieve::suite {

// Tally counts things by their names.
using Tally = std::map<std::string, std::uint32_t>;

// Wanted is so many alerts of a detection whose records meet all conditions (facts.h).
struct Wanted {
  std::string detection;
  std::uint32_t count = 1;
  std::map<std::string, std::string> conditions;
};

// Divergence says that an engine is known to differ about a detection on this capture, and why. One
// that heals fails, so that it is taken out.
struct Divergence {
  std::string engine;  // as Engine::name: "suricata7"
  std::string detection;
  std::string reason;
};

// Case is what must be found in one capture (DESIGN section 7).
struct Case {
  compiler::Span span;
  std::string capture;             // from the working directory, as the rules
  std::vector<std::string> forge;  // in its place: captures are forged for these detections; "all"
  std::vector<std::string> rules;  // files or folders
  std::vector<std::string> variables;  // of the rules: "NAME=cidr,cidr"
  std::vector<Wanted> alerts;          // all there are; none: the capture is quiet
  std::string only;                    // the case is about this detection alone; empty: about all
  std::optional<std::uint32_t> calls;
  std::optional<Tally> outcomes, users;  // of the calls
  std::uint32_t anomalies = 0;           // blind spots
  bool filtered = false;  // handshakes or acknowledgments are missing: other engines need them
  std::vector<Divergence> divergences;
};

// parse reads a suite, a list of cases; or a file of detections, each of whose expectations
// (`expect`) is a case about that detection alone. What is wrong goes to `out`, all of it.
std::vector<Case> parse(const std::shared_ptr<const compiler::Source>& source,
                        compiler::Diagnostics& out);

}  // namespace rpcsieve::suite

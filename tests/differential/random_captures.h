#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/ir.h"
#include "tests/support/random_rules.h"
#include "tools/forge/scenario.h"

namespace rpcsieve::test {

// Ends are the two addresses of a conversation, the lower one first: whose alert it is.
using Ends = std::pair<IpAddress, IpAddress>;
Ends ends_of(const IpAddress& one, const IpAddress& other);

// RandomCapture is a forged capture around a call that a detection is about, or nearly.
struct RandomCapture {
  Ends ends;         // of no other capture of the same CaptureMaker
  std::string what;  // transport and evasion, for messages
  forge::Buffer pcap;
};

// CaptureMaker throws dice for captures: a call that a detection asks for, or that differs from
// that in a few things, on any transport and with any evasion. Headers of datagrams may have a byte
// that is anything.
class CaptureMaker {
 public:
  // The dice must outlive it.
  explicit CaptureMaker(Dice& dice) : dice_(dice) {}

  RandomCapture make(const compiler::Ir& ir, const compiler::Detection& detection);

 private:
  forge::Call random_call_for(const compiler::Ir& ir, const compiler::CallCondition& condition);
  forge::Hosts hosts();
  forge::Hosts hosts6();
  bool take(const forge::Hosts& hosts);
  forge::Transport transport_for(const compiler::CallCondition& condition);

  Dice& dice_;
  std::set<Ends> taken_;
};

// merged puts captures one behind the other, far apart in time, into one file.
forge::Buffer merged(const std::vector<RandomCapture>& captures);

}  // namespace rpcsieve::test

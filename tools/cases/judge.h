#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/forge/scenario.h"
#include "tools/rpcsieve/rules.h"

namespace rpcsieve::cli {

// Expected is an alert that a forged capture must raise.
struct Expected {
  std::string detection;
  std::string confidence, stub_match, outcome;

  auto operator<=>(const Expected&) const = default;
};

// Judgement is what a call must raise, and whether a detection is blind to its stub.
struct Judgement {
  std::vector<Expected> alerts;
  bool blind = false;
};

// Judge says what a call must raise, as the matcher sees it. It is asked about calls as the forge
// means them, never about captures: whether the engine reads a call in these is what they test.
class Judge {
 public:
  // The sieve must outlive the judge.
  explicit Judge(const Sieve& sieve);

  Judgement judge(const forge::Meant& meant, forge::Transport transport, const forge::Hosts& hosts);

 private:
  const Sieve& sieve_;
  std::unique_ptr<match::Scratch> scratch_;
};

// known_by is how the engine knows a call's interface where it has the catalogue's names.
dcerpc::KnownBy known_by(const forge::Meant& meant);

// transport_bit is a forge's transport as detections name it.
match::Transport transport_bit(forge::Transport transport);

}  // namespace rpcsieve::cli

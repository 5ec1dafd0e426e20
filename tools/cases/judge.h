#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/database/database.h"
#include "runtime/match/matcher.h"
#include "tools/forge/scenario.h"

namespace rpcsieve::cases {

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
  // Both must outlive the judge.
  Judge(const database::Database& database, const match::Matcher& matcher);

  Judgement judge(const forge::Meant& meant, forge::Transport transport, const forge::Hosts& hosts);

  // fits says whether the request of a dealing fits a step of a detection.
  bool fits(const forge::Dealing& dealing, forge::Transport transport, const forge::Hosts& hosts,
            std::string_view detection, std::size_t step);

 private:
  const database::Database& database_;
  const match::Matcher& matcher_;
  std::unique_ptr<match::Scratch> scratch_;
};

// known_by is how the engine knows a call's interface where it has the catalogue's names.
dcerpc::KnownBy known_by(const forge::Meant& meant);

// transport_bit is a forge's transport as detections name it.
match::Transport transport_bit(forge::Transport transport);

}  // namespace rpcsieve::cases

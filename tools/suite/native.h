#pragma once

#include <memory>
#include <span>
#include <string>

#include "compiler/compile.h"
#include "runtime/base/captured.h"
#include "runtime/database/database.h"
#include "runtime/match/matcher.h"
#include "tools/suite/facts.h"

namespace rpcsieve::suite {

// Native runs rules over captures with this project's own matcher.
class Native {
 public:
  // create returns nullptr and says why in `error` if the rules cannot be compiled.
  static std::unique_ptr<Native> create(const compiler::RuleSet& rules, std::string& error);
  ~Native();

  // run reads a capture, beginning with empty state.
  Facts run(const std::string& capture);
  // run takes Ethernet frames in the place of a capture's.
  Facts run(std::span<const Captured> frames);

  [[nodiscard]] const database::Database& database() const;
  [[nodiscard]] const match::Matcher& matcher() const;

 private:
  struct State;
  explicit Native(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rpcsieve::suite

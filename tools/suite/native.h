#pragma once

#include <memory>
#include <string>

#include "compiler/compile.h"
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

 private:
  struct State;
  explicit Native(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rpcsieve::suite

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/backend/backend.h"

namespace rpcsieve::compiler {

// Reasons say how a target's rules differ from a detection, each "wider: …", "narrower: …" or
// "refused: …" and said once.
class Reasons {
 public:
  void wider(std::string_view what) { add("wider: ", what); }
  void narrower(std::string_view what) { add("narrower: ", what); }
  void refused(std::string_view what) { add("refused: ", what); }
  // add_all takes over those of a part.
  void add_all(const Reasons& part);
  // refuse_wider makes each "wider" a "refused" and drops the others: what the precise profile says
  // of rules that it does not write.
  void refuse_wider();

  [[nodiscard]] bool has_wider() const;
  [[nodiscard]] const std::vector<std::string>& all() const { return all_; }

 private:
  void add(std::string_view kind, std::string_view what);

  std::vector<std::string> all_;
};

// make_verdict judges a detection by the forms that were written and the reasons. Where some form
// is left, what was refused only makes the whole narrower.
Verdict make_verdict(const Detection& detection, std::vector<std::string> forms,
                     const Reasons& reasons);

}  // namespace rpcsieve::compiler

// Every wish of every clause is granted once, alone, the others as they come; and missed once, by
// one byte. What is made in the place of a wish is laid out as the wish would be, so that a near
// miss differs from what fits in that byte only.
#include "tools/cases/stubs.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/cases/call_parts.h"

namespace rpcsieve::cases {
namespace {

using Test = std::function<bool(const forge::Buffer&)>;

// Maker makes the stubs of one condition.
class Maker {
 public:
  Maker(const compiler::Ir& ir, const compiler::CallCondition& condition, Test fits, Test misses)
      : ir_(ir),
        condition_(condition),
        clauses_(clauses_of(ir, condition)),
        fits_(std::move(fits)),
        misses_(std::move(misses)) {}

  Stubs make() {
    grant("", clauses_);
    for (std::size_t i = 0; i < clauses_.size(); ++i) {
      const std::size_t wishes = clauses_[i].any.size();
      for (std::size_t k = 0; k < wishes; ++k) {
        const std::string name = fmt::format("content-{}-{}", i + 1, k + 1);
        if (wishes > 1) grant(name, with(i, clauses_[i].any[k]));
        if (clauses_[i].or_nothing) continue;
        miss(name + "-other", i, clauses_[i].any[k], forge::off_by_one);
        miss(name + "-beyond", i, clauses_[i].any[k], forge::beyond);
      }
      if (wishes == 0) forbid(i);
    }
    if (misses_({})) stubs_.missing.push_back({"no-content", {}});
    return std::move(stubs_);
  }

 private:
  // with gives the clauses with one wish in the place of one of them.
  [[nodiscard]] std::vector<forge::Clause> with(std::size_t clause,
                                                const forge::Wanted& wanted) const {
    std::vector<forge::Clause> out = clauses_;
    out[clause] = {{wanted}, false};
    return out;
  }

  void grant(const std::string& name, const std::vector<forge::Clause>& clauses) {
    std::string why;
    if (const auto stub = forge::make_stub(clauses, fits_, why))
      stubs_.fitting.push_back({name, *stub});
    else
      stubs_.refused.push_back(name.empty() ? why : name + ": " + why);
  }

  // miss puts the first of what nearly fulfils a wish that misses indeed into its place.
  void miss(const std::string& name, std::size_t clause, const forge::Wanted& wanted,
            std::vector<forge::Sample> (*nearly)(const forge::Sample&)) {
    std::string why;
    const auto sample = forge::sample_of(wanted, why);
    if (!sample) return;
    for (const forge::Sample& other : nearly(*sample)) {
      forge::Wanted instead = wanted;
      instead.instead = other;
      const auto stub = forge::make_stub(with(clause, instead), misses_, why);
      if (!stub) continue;
      stubs_.missing.push_back({name, *stub});
      return;
    }
  }

  // forbid puts what must not be there into stubs that fit but for that.
  void forbid(std::size_t clause) {
    std::size_t number = 0;
    for (const compiler::Term& term : condition_.stub[clause].any) {
      const std::string name = fmt::format("content-{}-{}-present", clause + 1, ++number);
      std::string why;
      const auto stub =
          forge::make_stub(with(clause, wanted_of(ir_.patterns[term.pattern])), misses_, why);
      if (stub) stubs_.missing.push_back({name, *stub});
    }
  }

  const compiler::Ir& ir_;
  const compiler::CallCondition& condition_;
  const std::vector<forge::Clause> clauses_;
  const Test fits_, misses_;
  Stubs stubs_;
};

}  // namespace

Stubs stubs_of(const compiler::Ir& ir, const compiler::CallCondition& condition,
               const std::function<bool(const forge::Buffer&)>& fits,
               const std::function<bool(const forge::Buffer&)>& misses) {
  return Maker(ir, condition, fits, misses).make();
}

}  // namespace rpcsieve::cases

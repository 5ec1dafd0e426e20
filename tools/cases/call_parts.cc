// What a call of a condition is made of, as far as the condition leaves a choice.
#include "tools/cases/call_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/catalog/catalog.h"

namespace rpcsieve::cases {

using compiler::CallCondition;
using compiler::Catalog;
using compiler::Pattern;

namespace {

constexpr std::string_view kPipeOfNobody = "forged";

std::string text_of(const Pattern& pattern) {
  if (pattern.kind == Pattern::Kind::kRegex) return "regex '" + pattern.regex + "'";
  return fmt::format("a literal of {} bytes", pattern.bytes.size());
}

}  // namespace

forge::Syntax interface_of(const Uuid& uuid, std::uint16_t major_first, std::uint16_t major_last) {
  const auto* known = Catalog::builtin().find(uuid);
  const std::uint16_t usual = known == nullptr ? 1 : known->version_major;
  const std::uint16_t major = std::clamp(usual, major_first, major_last);
  const bool is_known = known != nullptr && known->version_major == major;
  return {uuid, major, is_known ? known->version_minor : std::uint16_t{0}};
}

std::vector<std::string> pipes_of(const Uuid& interface, const std::vector<std::string>& named) {
  std::vector<std::string> pipes = named;
  if (const auto* known = Catalog::builtin().find(interface))
    pipes.insert(pipes.end(), known->pipes.begin(), known->pipes.end());
  pipes.emplace_back(kPipeOfNobody);
  const std::string first = pipes.front();
  pipes.erase(std::remove(pipes.begin() + 1, pipes.end(), first), pipes.end());
  return pipes.size() > 1 ? pipes : std::vector<std::string>{first, first + "2"};
}

forge::Wanted wanted_of(const Pattern& pattern) {
  return {pattern.bytes, pattern.regex, text_of(pattern)};
}

std::vector<forge::Clause> clauses_of(const compiler::Ir& ir, const CallCondition& condition) {
  std::vector<forge::Clause> clauses;
  for (const compiler::Clause& from : condition.stub) {
    forge::Clause& clause = clauses.emplace_back();
    for (const compiler::Term& term : from.any) {
      const Pattern& pattern = ir.patterns[term.pattern];
      if (term.negated)
        clause.or_nothing = true;
      else
        clause.any.push_back(wanted_of(pattern));
    }
  }
  return clauses;
}

std::vector<std::uint16_t> ends_of(const compiler::OpnumRange& range) {
  if (range.last == range.first || range.last == 0xffff) return {range.first};
  return {range.first, range.last};
}

std::string name_of(const Uuid& interface, const std::string& name) {
  const auto* known = Catalog::builtin().find(interface);
  if (!name.empty() || known == nullptr) return name.empty() ? print(interface) : name;
  return std::string(known->name);
}

}  // namespace rpcsieve::cases

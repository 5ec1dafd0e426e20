// A clause of one literal is a content, every other clause one regex. A regex that is relative to
// the match before it begins at \G: \A stays the packet's beginning for Snort 3.
#include "compiler/backend/snort_stub.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/backend/suricata_text.h"

namespace rpcsieve::compiler::snort {
namespace {

using suricata::Anchors;

// In a packet the stub ends where the packet does, or where the next PDU or message begins.
constexpr Anchors kInPacket = {"\\G", R"((?=\z|\x05[\x00\x01][\x00-\x13]|\x00.{3}[\xfc-\xff]SMB))"};

const Pattern* literal(const Ir& ir, const Clause& clause) {
  if (clause.any.size() != 1) return nullptr;
  const Pattern& only = ir.patterns[clause.any.front().pattern];
  return only.kind == Pattern::Kind::kLiteral ? &only : nullptr;
}

// looks gives alternatives with negated ones among them, as views ahead from the stub's beginning.
std::string looks(const Ir& ir, const Clause& clause, const Anchors& anchors) {
  std::vector<std::string> all;
  for (const Term& term : clause.any)
    all.push_back(fmt::format("(?{}.*?{})", term.negated ? "!" : "=",
                              suricata::pattern(ir.patterns[term.pattern], anchors)));
  return fmt::format("{}(?:{})", anchors.start, fmt::join(all, "|"));
}

std::string alternatives(const Ir& ir, const Clause& clause, const Anchors& anchors) {
  std::vector<std::string> all;
  for (const Term& term : clause.any)
    all.push_back(suricata::pattern(ir.patterns[term.pattern], anchors));
  return all.size() == 1 ? all.front() : fmt::format("(?:{})", fmt::join(all, "|"));
}

std::string regex_option(const Ir& ir, const Clause& clause, const Anchors& anchors,
                         std::string_view flags) {
  const bool negated = std::any_of(clause.any.begin(), clause.any.end(),
                                   [](const Term& term) { return term.negated; });
  const bool whole = negated && clause.any.size() == 1;
  const std::string regex =
      negated && !whole ? looks(ir, clause, anchors) : alternatives(ir, clause, anchors);
  return fmt::format(" pcre:{}\"/{}/{}s\";", whole ? "!" : "", regex, flags);
}

std::string literal_option(Dialect dialect, const Clause& clause, const Pattern& only,
                           std::vector<std::string> modifiers) {
  if (only.nocase) modifiers.insert(modifiers.begin(), "nocase");
  return content(dialect, only.bytes, std::move(modifiers), clause.any.front().negated);
}

}  // namespace

std::string stub_in_buffer(Dialect dialect, const Ir& ir, const CallCondition& condition) {
  std::string out;
  for (const Clause& clause : condition.stub) {
    const Pattern* only = literal(ir, clause);
    out += only != nullptr ? literal_option(dialect, clause, *only, {})
                           : regex_option(ir, clause, {}, "");
  }
  return out.empty() ? out : " dce_stub_data;" + out;
}

std::string stub_behind(Dialect dialect, const Ir& ir, const CallCondition& condition,
                        std::string_view header) {
  const std::string begin = fmt::format(" pcre:\"/{}/s\";", header);
  std::string out;
  for (const Clause& clause : condition.stub) {
    const Pattern* only = literal(ir, clause);
    out += begin;
    out += only != nullptr ? literal_option(dialect, clause, *only, {"distance 0"})
                           : regex_option(ir, clause, kInPacket, "R");
  }
  return out.empty() ? begin : out;
}

}  // namespace rpcsieve::compiler::snort

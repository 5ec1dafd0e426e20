// A clause of one literal is a content, which Suricata finds fastest and may take for its
// prefilter; every other clause is one regex. In the parser's buffer each stands for itself. Among
// bare bytes each follows a header of its own: `relative` options look behind the match before
// them, and so the order of clauses never matters.
#include "compiler/backend/suricata_stub.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/backend/expression.h"
#include "compiler/backend/suricata_text.h"
#include "runtime/base/uuid.h"

namespace rpcsieve::compiler::suricata {
namespace {

// In a stream the stub ends where the piece that Suricata inspects does, or where the next thing
// begins: a PDU, or the NBSS and SMB header of the next message.
constexpr Anchors kInStream = {"\\A", R"((?=\z|\x05[\x00\x01][\x00-\x13]|\x00.{3}[\xfc-\xff]SMB))"};

// Is a literal of n bytes, not all equal, unlikely where nobody put it?
bool is_long(const Pattern& pattern, std::size_t n) {
  if (pattern.kind != Pattern::Kind::kLiteral || pattern.bytes.size() < n) return false;
  const auto first = pattern.bytes.front();
  return std::any_of(pattern.bytes.begin(), pattern.bytes.end(),
                     [&](std::uint8_t b) { return b != first; });
}

bool holds(const Pattern& pattern, std::string_view one, std::string_view other) {
  if (pattern.kind != Pattern::Kind::kRegex) return false;
  const std::string text = expression(pattern);
  return text.find(one) != std::string::npos || text.find(other) != std::string::npos;
}

void add(StubShape& shape, const Pattern& pattern, bool negated) {
  constexpr std::size_t kTelling = 8;
  shape.negated |= negated;
  shape.loose |= !negated && !is_long(pattern, kTelling);
  shape.at_start |= holds(pattern, "\\A", "\\A");
  shape.at_end |= holds(pattern, "\\z", "\\Z");
}

// literal gives the one literal that a clause consists of, or nullptr.
const Pattern* literal(const Ir& ir, const Clause& clause) {
  if (clause.any.size() != 1) return nullptr;
  const Pattern& only = ir.patterns[clause.any.front().pattern];
  return only.kind == Pattern::Kind::kLiteral ? &only : nullptr;
}

std::string alternatives(const Ir& ir, const Clause& clause, const Anchors& anchors) {
  std::vector<std::string> all;
  for (const Term& term : clause.any) all.push_back(pattern(ir.patterns[term.pattern], anchors));
  return all.size() == 1 ? all.front() : fmt::format("(?:{})", fmt::join(all, "|"));
}

// looks gives the alternatives of a clause with negated ones among them, as views ahead from the
// stub's beginning.
std::string looks(const Ir& ir, const Clause& clause, const Anchors& anchors) {
  std::vector<std::string> all;
  for (const Term& term : clause.any)
    all.push_back(fmt::format("(?{}.*?{})", term.negated ? "!" : "=",
                              pattern(ir.patterns[term.pattern], anchors)));
  return fmt::format("\\A(?:{})", fmt::join(all, "|"));
}

// clause_regex gives a clause as a pcre option; `flags` are those besides `s`.
std::string clause_regex(const Ir& ir, const Clause& clause, const Anchors& anchors,
                         std::string_view flags) {
  const bool negated = std::any_of(clause.any.begin(), clause.any.end(),
                                   [](const Term& term) { return term.negated; });
  const bool whole = negated && clause.any.size() == 1;  // pcre:! says it best
  const std::string regex =
      negated && !whole ? looks(ir, clause, anchors) : alternatives(ir, clause, anchors);
  return fmt::format(" pcre:{}\"/{}/{}s\";", whole ? "!" : "", regex, flags);
}

// behind_header asks for the header once for each clause, and for the clause right behind it.
std::string behind_header(const Ir& ir, const CallCondition& condition, std::string_view header,
                          const Anchors& anchors) {
  const std::string begin = fmt::format(" pcre:\"/{}/s\";", header);
  std::string out;
  for (const Clause& clause : condition.stub) {
    out += begin;
    if (const Pattern* only = literal(ir, clause))
      out += content(only->bytes, only->nocase, clause.any.front().negated) + " distance:0;";
    else
      out += clause_regex(ir, clause, anchors, "R");
  }
  return out.empty() ? begin : out;
}

}  // namespace

StubShape stub_shape(const Ir& ir, const CallCondition& condition) {
  constexpr std::size_t kSeed = 4;
  StubShape shape;
  shape.any = !condition.stub.empty();
  shape.telling = is_inferable(ir, condition);
  for (const Clause& clause : condition.stub) {
    for (const Term& term : clause.any) add(shape, ir.patterns[term.pattern], term.negated);
    const Pattern* only = literal(ir, clause);
    shape.seeded |= only != nullptr && !clause.any.front().negated && is_long(*only, kSeed);
  }
  return shape;
}

bool needs_stub(const CallCondition& condition) {
  return condition.stub.empty() && !condition.object && condition.opnums.front().first == 0 &&
         condition.opnums != std::vector{OpnumRange{}};
}

std::string stub_in_buffer(const Ir& ir, const CallCondition& condition) {
  if (needs_stub(condition)) return " dcerpc.stub_data; bsize:>0;";
  std::string out;
  Anchors anchors;
  if (condition.object) {
    out = hex_content(wire_bytes(*condition.object, Endian::kLittle)) + " startswith;";
    anchors.start = "\\A.{16}";
  }
  for (const Clause& clause : condition.stub) {
    if (const Pattern* only = literal(ir, clause))
      out += content(only->bytes, only->nocase, clause.any.front().negated);
    else
      out += clause_regex(ir, clause, anchors, "");
  }
  return out.empty() ? out : " dcerpc.stub_data;" + out;
}

std::string stub_in_stream(const Ir& ir, const CallCondition& condition, std::string_view header) {
  return behind_header(ir, condition, header, kInStream);
}

std::string stub_in_datagram(const Ir& ir, const CallCondition& condition,
                             std::string_view header) {
  return behind_header(ir, condition, header, {});
}

}  // namespace rpcsieve::compiler::suricata

// What a condition asks of a call, one question a function. The matcher asks all of them as fast as
// it can; the explainer asks which one is the first that is answered with no.
#include "runtime/match/conditions.h"

#include <algorithm>

namespace rpcsieve::match {

using database::AddressRow;
using database::AddressSet;
using database::ClauseRow;
using database::ConditionRow;
using database::Database;
using database::TermRow;

bool fits_object(const ConditionRow& condition, const dcerpc::Call& call) {
  return condition.has_object == 0 || (call.has_object && call.object == condition.object);
}

bool fits_pipe(const Database& database, const ConditionRow& condition, const Subject& subject) {
  if (subject.transport != Transport::kSmb || subject.pipe.empty()) return true;
  const auto pipes = database.pipes(condition.pipes);
  return pipes.empty() || std::any_of(pipes.begin(), pipes.end(), [&](database::Text pipe) {
           return database.text(pipe) == subject.pipe;
         });
}

bool contains(const Database& database, const AddressSet& set, const IpAddress& address) {
  if (set.everyone != 0) return true;
  const auto ranges = database.addresses(set.ranges);
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), address.bytes,
                       [](const auto& bytes, const AddressRow& row) { return bytes < row.first; });
  const bool listed = after != ranges.begin() && address.bytes <= (after - 1)->last;
  return listed != (set.negated != 0);
}

namespace {

Truth opposite(Truth truth) {
  if (truth == Truth::kUndecided) return truth;
  return truth == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
}

}  // namespace

Truth judge(const Database& database, const ClauseRow& clause, const Findings& findings) {
  Truth any = Truth::kFalse;
  for (const TermRow& term : database.terms(clause.terms)) {
    const Truth holds = findings.holds(term.pattern);
    any = std::max(any, term.negated != 0 ? opposite(holds) : holds);
  }
  return any;
}

Truth judge(const Database& database, const ConditionRow& condition, const Findings& findings) {
  Truth all = Truth::kTrue;
  for (const ClauseRow& clause : database.clauses(condition.clauses))
    all = std::min(all, judge(database, clause, findings));
  return all;
}

}  // namespace rpcsieve::match

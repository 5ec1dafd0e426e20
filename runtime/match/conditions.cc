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

namespace {

std::uint8_t level_bit(const dcerpc::Auth& auth) {
  using dcerpc::AuthLevel;
  if (auth.level == AuthLevel::kNone) return 1;
  if (auth.level > AuthLevel::kPrivacy) return 0;
  const auto level = auth.level == AuthLevel::kDefault ? AuthLevel::kConnect : auth.level;
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(level));
}

}  // namespace

bool fits_auth(const Database& database, const ConditionRow& condition, const dcerpc::Auth& auth) {
  if (condition.auth_levels != database::kEveryLevel &&
      (condition.auth_levels & level_bit(auth)) == 0)
    return false;
  const auto types = database.auth_types(condition.auth_types);
  return types.empty() ||
         std::find(types.begin(), types.end(), static_cast<std::uint8_t>(auth.type)) != types.end();
}

bool fits_pipe(const Database& database, database::Range pipes, Transport transport,
               std::string_view pipe) {
  if (pipes.count == 0 || transport != Transport::kSmb || pipe.empty()) return true;
  const auto names = database.pipes(pipes);
  return std::any_of(names.begin(), names.end(),
                     [&](database::Text name) { return database.text(name) == pipe; });
}

database::Result result_of(dcerpc::Result result) {
  switch (result) {
    case dcerpc::Result::kSuccess:
      return database::Result::kSuccess;
    case dcerpc::Result::kDenied:
      return database::Result::kDenied;
    case dcerpc::Result::kFailed:
      return database::Result::kFailed;
    case dcerpc::Result::kFault:
      return database::Result::kFault;
    case dcerpc::Result::kAnswered:
      return database::Result::kAnswered;
    case dcerpc::Result::kUnanswered:
      break;
  }
  return database::Result::kUnanswered;
}

bool fits_outcome(std::uint8_t bits, dcerpc::Result result) {
  return (bits & 1U << static_cast<unsigned>(result_of(result))) != 0;
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

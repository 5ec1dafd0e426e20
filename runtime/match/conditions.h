#pragma once

#include "runtime/base/endpoint.h"
#include "runtime/database/database.h"
#include "runtime/match/matcher.h"
#include "runtime/match/scan.h"

namespace rpcsieve::match {

// Each of these asks one thing that a condition may demand of a call.

bool fits_object(const database::ConditionRow& condition, const dcerpc::Call& call);
// fits_pipe: a condition's pipes restrict SMB only, and a pipe whose name was not seen may be any.
bool fits_pipe(const database::Database& database, const database::ConditionRow& condition,
               const Subject& subject);
bool contains(const database::Database& database, const database::AddressSet& set,
              const IpAddress& address);

// judge says whether a clause, or all clauses of a condition, hold on the stub that was scanned.
Truth judge(const database::Database& database, const database::ClauseRow& clause,
            const Findings& findings);
Truth judge(const database::Database& database, const database::ConditionRow& condition,
            const Findings& findings);

}  // namespace rpcsieve::match

#pragma once

#include <string_view>

#include "runtime/base/endpoint.h"
#include "runtime/database/database.h"
#include "runtime/match/matcher.h"
#include "runtime/match/scan.h"

namespace rpcsieve::match {

// Each of these asks one thing that a condition may demand of a call.

bool fits_object(const database::ConditionRow& condition, const dcerpc::Call& call);
// fits_auth: a request without a verifier has level 0 here and type 0. The wire's level default is
// connect [MS-RPCE §2.2.1.1.8]; one that the specification does not know fits only where every
// level does.
bool fits_auth(const database::Database& database, const database::ConditionRow& condition,
               const dcerpc::Auth& auth);
// fits_pipe: a condition's pipes restrict SMB only, and a pipe whose name was not seen may be any.
bool fits_pipe(const database::Database& database, database::Range pipes, Transport transport,
               std::string_view pipe);
// fits_outcome: `bits` are those of database::Result.
bool fits_outcome(std::uint8_t bits, dcerpc::Result result);
// result_of gives a result as the database numbers it.
database::Result result_of(dcerpc::Result result);
bool contains(const database::Database& database, const database::AddressSet& set,
              const IpAddress& address);

// judge says whether a clause, or all clauses of a condition, hold on the stub that was scanned.
Truth judge(const database::Database& database, const database::ClauseRow& clause,
            const Findings& findings);
Truth judge(const database::Database& database, const database::ConditionRow& condition,
            const Findings& findings);

}  // namespace rpcsieve::match

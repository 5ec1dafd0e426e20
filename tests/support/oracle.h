#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/ir.h"
#include "runtime/match/matcher.h"

namespace rpcsieve::test {

// fits says how well a call fits an alternative of a detection, its outcome aside: nullopt if it
// does not.
std::optional<match::StubMatch> fits(const compiler::Ir& ir, const compiler::Detection& detection,
                                     const compiler::CallCondition& condition,
                                     const match::Subject& subject);
// is_better says whether one answer says more than another.
bool is_better(match::StubMatch a, match::StubMatch b);
bool contains(const compiler::AddressSet& set, const IpAddress& address);
bool fits_pipe(const std::vector<std::string>& pipes, match::Transport transport,
               std::string_view pipe);

// oracle says which detections of an Ir, all of one step, a call fits whatever its outcome,
// straight from the meaning of DESIGN sections 2 and 4: no tables, no Hyperscan, every pattern
// searched byte by byte. Of regexes it knows those that ECMAScript reads as PCRE does.
std::vector<match::Hit> oracle(const compiler::Ir& ir, const match::Subject& subject);

}  // namespace rpcsieve::test

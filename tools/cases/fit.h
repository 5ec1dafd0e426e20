#pragma once

#include "compiler/ir/ir.h"
#include "tools/cases/event.h"

namespace rpcsieve::cases {

// What a detection says of an event, read from its conditions and not from the matcher, which the
// cases are to test.

// may_fit says whether an event that comes by a transport (a bit) fits a step of the detection,
// unless its stub forbids it.
bool may_fit(const compiler::Detection& detection, const compiler::Step& step,
             const decltype(Event::what)& what, std::uint8_t transport);

// StubFit says what literals alone tell of a stub: kPerhaps where a regular expression decides.
enum class StubFit : std::uint8_t { kNo, kPerhaps, kYes };
StubFit fits_stub(const compiler::Ir& ir, const compiler::CallCondition& condition,
                  const forge::Buffer& stub);

// fits_nothing says whether a call, by whatever transport, fits no call of the detection. The
// matcher is asked about regular expressions only.
bool fits_nothing(const Context& context, const forge::Dealing& dealing);

// may_fit_call is may_fit for one condition and a call, without its stub.
bool may_fit_call(const compiler::Detection& detection, const compiler::CallCondition& condition,
                  const forge::Dealing& dealing, std::uint8_t transport);

// result_of is how a reader must see the reply to a call.
database::Result result_of(const forge::Dealing& dealing);

}  // namespace rpcsieve::cases

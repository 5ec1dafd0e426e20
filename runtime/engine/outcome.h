#pragma once

#include "runtime/database/format.h"
#include "runtime/dcerpc/call.h"

namespace rpcsieve::engine {

// classify says how a call ended, from what was seen of its answer and from what the last four
// bytes of the operation's response are (DESIGN section 4). NTSTATUS of severity success and
// information count as success [MS-ERREF §2.3], HRESULT without the S bit [MS-ERREF §2.1].
dcerpc::Outcome classify(const dcerpc::Answer& answer, database::Returns returns);

}  // namespace rpcsieve::engine

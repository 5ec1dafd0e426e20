#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/database/format.h"

namespace rpcsieve::alert {

// fault_name gives the name of a fault's status: nca_* of [C706 appendix E, N.2], or what servers
// send in its place: a Win32 code, an NTSTATUS or an HRESULT [MS-ERREF §2.1.1, §2.2, §2.3.1].
// Empty if it is none of those that RPC servers are known to give.
std::string_view fault_name(std::uint32_t status);

// return_code_name gives the name of what an operation returned, read as what it returns. An
// HRESULT that wraps a Win32 code (0x8007…) has the name of that code. Empty if it is not known.
std::string_view return_code_name(std::uint32_t code, database::Returns returns);

}  // namespace rpcsieve::alert

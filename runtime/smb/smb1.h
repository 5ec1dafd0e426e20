#pragma once

#include "runtime/smb/operation.h"

namespace rpcsieve::smb::smb1 {

inline constexpr std::size_t kHeaderBytes = 32;

// first gives the member that a message begins with. The message begins with its Protocol field
// [MS-CIFS §2.2.3.1].
Member first(Bytes message);

// parse reads the request or response at a member of an SMB1 message. What it cannot read is
// kMalformed, or kCut if bytes are missing; `next` is set all the same, where there is one.
Operation parse(const Part& message, Member member);

}  // namespace rpcsieve::smb::smb1

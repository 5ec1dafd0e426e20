#pragma once

#include "runtime/smb/operation.h"

namespace rpcsieve::smb::smb2 {

inline constexpr std::size_t kHeaderBytes = 64;
// The longest fixed part that parse() needs: that of an ioctl request.
inline constexpr std::size_t kBodyBytes = 56;

// parse reads the request or response at a member of an SMB2 or SMB3 message, which begins with its
// ProtocolId [MS-SMB2 §2.2.1]. What it cannot read is kMalformed, or kCut if bytes are missing;
// `next` is set all the same, where there is one.
Operation parse(const Part& message, Member member);

}  // namespace rpcsieve::smb::smb2

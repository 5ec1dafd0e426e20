#pragma once

#include "runtime/base/cursor.h"
#include "runtime/smb/operation.h"
#include "runtime/smb/smb1_block.h"

namespace rpcsieve::smb {

// These read SESSION_SETUP, by which a user logs on: its security token becomes `op.data`, or for
// the old form of SMB1, which has none, the account's names become `op.name` and `op.domain`.
// False: the message is cut or malformed.

// Behind an SMB2 header [MS-SMB2 §2.2.5, §2.2.6].
bool session_setup_request(const Part& part, Cursor body, Operation& op);
bool session_setup_response(const Part& part, Cursor body, Operation& op);

// A block of an SMB1 message [MS-CIFS §2.2.4.53, MS-SMB §2.2.4.6].
bool session_setup_andx_request(smb1::Block block, Operation& op);
bool session_setup_andx_response(smb1::Block block, Operation& op);

}  // namespace rpcsieve::smb

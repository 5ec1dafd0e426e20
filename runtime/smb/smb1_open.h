#pragma once

#include "runtime/smb/smb1_block.h"

namespace rpcsieve::smb::smb1 {

// These read what opens files and connects to shares, each a command of [MS-CIFS §2.2.4].
bool tree_connect_request(Block block, Operation& op);
bool tree_connect_response(Block block, Operation& op);
bool tree_connect_andx_request(Block block, Operation& op);
bool tree_connect_andx_response(Block block, Operation& op);
bool nt_create_request(Block block, Operation& op);
bool nt_create_response(Block block, Operation& op);
bool open_andx_request(Block block, Operation& op);
bool open_andx_response(Block block, Operation& op);
bool open_request(Block block, Operation& op);
bool create_request(const Block& block, Operation& op, bool fails_if_there);

// These read the same of a transaction: its parameters, and the name that lies behind them.
// [MS-CIFS §2.2.7.1, §2.2.6.1]
bool nt_transact_create_request(const Block& block, Cursor parameters, std::size_t name_at,
                                Operation& op);
bool nt_transact_create_response(Cursor parameters, Operation& op);
bool open2_request(const Block& block, Cursor parameters, std::size_t name_at, Operation& op);
bool open2_response(Cursor parameters, Operation& op);

// Lengths of the parameters: what stands before the name of a request, and all of an answer's. No
// other answer of these commands has as many.
constexpr std::size_t kNtCreateRequestBytes = 53, kNtCreateResponseBytes = 69;
constexpr std::size_t kOpen2RequestBytes = 28, kOpen2ResponseBytes = 30;

}  // namespace rpcsieve::smb::smb1

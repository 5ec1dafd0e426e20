#pragma once

#include "runtime/smb/smb1_block.h"

namespace rpcsieve::smb::smb1 {

// Transactions carry commands of their own, each with parameters and data that may come in several
// messages: TRANSACTION those of pipes (and mailslots), TRANSACTION2 and NT_TRANSACT those of
// files. They set the verb: what a transaction is its setup words tell, its answer only by its
// shape.
bool transaction_request(Block block, Operation& op);
bool transaction_secondary(Block block, Operation& op);
bool transaction_response(Block block, Operation& op);
bool transaction2_request(Block block, Operation& op);
bool transaction2_response(Block block, Operation& op);
bool nt_transact_request(Block block, Operation& op);
bool nt_transact_secondary(Block block, Operation& op);
bool nt_transact_response(Block block, Operation& op);

}  // namespace rpcsieve::smb::smb1

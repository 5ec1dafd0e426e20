#pragma once

#include "runtime/alert/file_open.h"
#include "runtime/smb/files.h"

namespace rpcsieve::engine {

// record_of gives the record of a file that was asked for, but for the connection: that the stage
// does not know.
alert::FileOpen record_of(const smb::FileOpen& open);

}  // namespace rpcsieve::engine

#pragma once

#include <cstddef>

#include "runtime/base/cursor.h"
#include "runtime/smb/operation.h"

namespace rpcsieve::smb::smb1 {

// Block is one command of an SMB1 message, with what its parsers need of the header. The parsers
// say false to what they cannot read.
struct Block {
  const Part& message;
  Cursor words;
  std::size_t bytes_at;  // offset of the bytes, behind their count
  bool utf16;
};

// text gives the name of up to `limit` bytes at an offset, behind the padding that puts UTF-16 on
// an even one.
Text text(const Block& block, std::size_t at, std::size_t limit);

// fid reads the file that an operation is about.
bool fid(Cursor& words, Operation& op);

}  // namespace rpcsieve::smb::smb1

// The door of SMB2: every message is one, whatever else the bytes say.
#include "tests/fuzz/smb.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rpcsieve::fuzz::play_messages({data, size}, 0xfe);
  return 0;
}

#pragma once

#include <cstdint>

#include "runtime/base/bytes.h"
#include "runtime/base/timestamp.h"

namespace rpcsieve::smb {

// Event is what a channel learned from a message.
struct Event {
  enum class Kind : std::uint8_t {
    kPipeData,    // bytes written to or read from a pipe, in the order of the pipe
    kPipeClosed,  // the handle was closed: its number may be used again after this event
    kEncrypted,   // first message of a session that is encrypted [MS-SMB2 §2.2.41]
    kCompressed,  // first message that could not be decompressed [MS-SMB2 §2.2.42]
  };
  Kind kind = Kind::kPipeData;
  // Which open pipe: a small number, below Limits::smb_pipes, that stands for (session, tree, file
  // id) until its kPipeClosed.
  std::uint32_t pipe = 0;
  // kPipeData: what all connections of its session call it (Sessions::Slot).
  std::uint32_t slot = UINT32_MAX;
  // kPipeData. The headers of encrypted and compressed messages do not tell who sent them.
  bool to_server = false;
  Bytes data;                 // kPipeData: they live until the next push
  std::uint64_t lost = 0;     // ... bytes of the pipe that are missing behind `data`
  bool after_loss = false;    // ... nobody knows how many are missing before it (Channel::lost)
  Timestamp time;             // of the message's first byte
  std::uint64_t session = 0;  // kEncrypted
};

}  // namespace rpcsieve::smb

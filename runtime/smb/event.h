#pragma once

#include <cstdint>

#include "runtime/base/bytes.h"
#include "runtime/base/timestamp.h"

namespace rpcsieve::smb {

struct FileOpen;

// Event is what a channel learned from a message.
struct Event {
  enum class Kind : std::uint8_t {
    kPipeData,      // bytes written to or read from a pipe, in the order of the pipe
    kPipeClosed,    // the handle was closed: its number may be used again after this event
    kEncrypted,     // first message of a session that is encrypted [MS-SMB2 §2.2.41]
    kCompressed,    // first message that could not be decompressed [MS-SMB2 §2.2.42]
    kSessionSetup,  // a user logs on: a request, or the answer to one
    kLogoff,        // ... and has logged off; this comes behind kPipeClosed of the session's pipes
    kFileOpened,    // a file was asked for, and the answer came or will not come (files.h)
  };
  // Setup says how far a session's setup is.
  enum class Setup : std::uint8_t { kAsked, kGoesOn, kDone, kRefused };
  Kind kind = Kind::kPipeData;
  // Which open pipe: a small number, below Limits::smb_pipes, that stands for (session, tree, file
  // id) until its kPipeClosed.
  std::uint32_t pipe = 0;
  // kPipeData: what all connections of its session call it (Sessions::Slot).
  std::uint32_t slot = UINT32_MAX;
  // kPipeData, kSessionSetup. The headers of encrypted and compressed messages do not tell who sent
  // them.
  bool to_server = false;
  Bytes data;               // kPipeData; kSessionSetup: the token. They live until the next push
  std::uint64_t lost = 0;   // ... bytes of the pipe that are missing behind `data`
  bool after_loss = false;  // ... nobody knows how many are missing before it (Channel::lost)
  Timestamp time;           // of the message's first byte
  // kEncrypted, kSessionSetup, kLogoff: SMB2's SessionId, SMB1's UID. It is the answer to a first
  // request for a session that tells it.
  std::uint64_t session = 0;
  // kSessionSetup
  std::uint64_t id = 0;  // that request and answer share
  Setup setup = Setup::kAsked;
  Bytes account, domain;  // a request without a token, of SMB1 only: the account's names, as sent
  bool utf16 = false;     // ... in UTF-16, not in 8 bits
  const FileOpen* file = nullptr;  // kFileOpened: it lives until the next push
};

}  // namespace rpcsieve::smb

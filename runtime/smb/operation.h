#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/base/bytes.h"

namespace rpcsieve::smb {

// FileId tells the open files and pipes of a tree apart: SMB2's 16 bytes [MS-SMB2 §2.2.14.1], or
// SMB1's FID as the second number.
struct FileId {
  std::uint64_t persistent = 0;
  std::uint64_t transient = 0;

  bool operator==(const FileId&) const = default;
};

// kPreviousFile stands in a related request for the file of the request before it in the chain
// [MS-SMB2 §3.2.4.1.4].
inline constexpr FileId kPreviousFile = {UINT64_MAX, UINT64_MAX};

// Tree is a connection to a share: SMB2's SessionId and TreeId, or SMB1's UID and TID.
struct Tree {
  std::uint64_t session = 0;
  std::uint32_t id = 0;

  bool operator==(const Tree&) const = default;
};

struct Handle {
  Tree tree;
  FileId file;

  bool operator==(const Handle&) const = default;
};

std::uint64_t hash(const Tree& tree);
std::uint64_t hash(const Handle& handle);

// Share says what a tree or a handle leads to. kFiles stands for all that is not a named pipe.
enum class Share : std::uint8_t { kUnknown, kPipes, kFiles };

// Slice is a part of a message: its bytes as far as they were captured, and how many are missing
// behind them.
struct Slice {
  Bytes bytes;
  std::size_t lost = 0;
};

// Text is a name as it stands in a message.
struct Text {
  Bytes bytes;
  bool utf16 = false;
  bool cut = false;  // not all of it was captured
};

// Opening is how a file was asked for, in the numbers of [MS-SMB2 §2.2.13]. SMB1's older commands
// ask in others, which are put into these: for the access, the generic rights.
struct Opening {
  std::uint32_t access = 0;       // DesiredAccess
  std::uint32_t disposition = 0;  // CreateDisposition
  bool directory = false;         // only a directory will do
};

// Member is a place in a message where an operation begins. SMB2: the offset of its header in a
// compound; SMB1: the command and the offset of its block in an andX chain. At offset 0 in
// Operation::next it means that none follows.
struct Member {
  std::size_t at = 0;
  std::uint8_t command = 0;
};

// Operation is what one request or response of SMB1 or SMB2 means for named pipes: the two dialects
// differ in how they are read (smb1.h, smb2.h) and in nothing else.
struct Operation {
  enum class Verb : std::uint8_t {
    kOther,  // no concern of pipes
    kCut,    // too little was captured to say
    kMalformed,
    kUnsupported,  // might pass a pipe's bytes, in a way that is not followed
    kTreeConnect,
    kTreeDisconnect,
    kLogoff,
    kOpen,
    kClose,
    kWrite,
    kRead,
    kTransact,       // write to a pipe and read its answer
    kTransactMore,   // SMB1: request data that did not fit in the first message
    kTransactOther,  // SMB1: a transaction that is no concern of pipes; nor is its answer
    kCall,           // SMB1: open a pipe by its name, transact, and close it
    kSessionSetup,
  };
  enum class Status : std::uint8_t {
    kDone,
    kMore,     // done so far: STATUS_BUFFER_OVERFLOW, STATUS_MORE_PROCESSING_REQUIRED
    kPending,  // the answer comes later
    kFailed,
  };

  Verb verb = Verb::kOther;
  bool response = false;
  bool smb1 = false;
  bool related = false;    // its tree and file are those of the operation before it in the chain
  bool tree_known = true;  // false: an asynchronous response does not tell its tree
  Status status = Status::kDone;
  Share share = Share::kUnknown;  // kTreeConnect, kOpen answer: what was connected or opened
  std::uint64_t id = 0;           // that request and response share
  Handle handle;                  // as far as the message tells it
  Text name;                      // kOpen, kCall, kTreeConnect requests
  Opening opening;                // kOpen request
  std::uint32_t action = 0;       // kOpen answer: CreateAction [MS-SMB2 §2.2.14]
  bool has_times = false;         // ... and what was opened has times, as only files have
  std::uint32_t code = 0;         // the answer's status as a number
  bool dos_code = false;          // ... it is an error class and a code [MS-CIFS §2.2.2.4]
  bool closes = false;            // kWrite: then the file is closed
  Text domain;              // kSessionSetup request without a token, whose name is the account's
  Slice data;               // what is written, or was read; kSessionSetup: the token
  std::uint32_t total = 0;  // SMB1 kTransact: length of all data, of which `data` begins at
  std::uint32_t displacement = 0;
  Member next;
};

// Part is a message, or a member of a compound, as far as it was captured.
struct Part {
  Bytes bytes;
  std::size_t total = 0;  // its length on the wire

  // slice puts the n bytes at an offset into `out`; false if they reach beyond the part as sent.
  [[nodiscard]] bool slice(std::size_t offset, std::size_t n, Slice& out) const;
  [[nodiscard]] bool cut() const { return bytes.size() < total; }
};

inline bool Part::slice(std::size_t offset, std::size_t n, Slice& out) const {
  if (offset > total || n > total - offset) return false;
  const Bytes there = offset < bytes.size() ? bytes.subspan(offset) : Bytes();
  out.bytes = n < there.size() ? there.first(n) : there;
  out.lost = n - out.bytes.size();
  return true;
}

}  // namespace rpcsieve::smb

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "runtime/base/counters.h"
#include "runtime/base/framer.h"
#include "runtime/base/limits.h"

namespace rpcsieve::smb {

// Event is what a channel learned from a message.
struct Event {
  enum class Kind : std::uint8_t {
    kPipeData,    // bytes written to or read from a pipe, in the order of the pipe
    kPipeClosed,  // the handle was closed: its number may be used again after this event
    kEncrypted,   // first message of a session that is encrypted [MS-SMB2 §2.2.41]
    kCompressed,  // a message is compressed and is not read [MS-SMB2 §2.2.42]
  };
  Kind kind = Kind::kPipeData;
  // Which open pipe: a small number, below Limits::smb_pipes, that stands for (session, tree, file
  // id) until its kPipeClosed.
  std::uint32_t pipe = 0;
  bool to_server = false;  // kPipeData; the headers of the other messages do not say who sent them
  Bytes data;              // kPipeData; a view of the message that was pushed
  std::uint64_t lost = 0;  // kPipeData; bytes of the pipe that are missing behind `data`
  Timestamp time;          // of the message's first byte
  std::uint64_t session = 0;  // kEncrypted: the session id
};

// Channel follows the SMB1, SMB2 and SMB3 messages of one TCP connection and gives the bytes that
// pass through its named pipes. State is per (session, tree, file id). It reads create, write,
// read, ioctl FSCTL_PIPE_TRANSCEIVE, close, compounds [MS-SMB2], and NT_CREATE_ANDX, OPEN_ANDX,
// TRANSACTION (named pipe), WRITE_ANDX, WRITE, READ_ANDX, READ, CLOSE and andX chains [MS-CIFS].
//
// A handle is a pipe if its tree is one of pipes (IPC$), or if an SMB1 server said so when it was
// opened; a file on a disk share is none, whatever its name. Where the tree is not known, a handle
// becomes a pipe by what passes through it: a pipe ioctl or transaction, or data that begin as an
// RPC PDU does (`is_rpc`), unless it was opened by a name that no RPC pipe has. If its opening was
// not captured, the pipe has no name.
//
// A READ answer without its request goes to the one pipe of that session and tree whose last answer
// was a STATUS_BUFFER_OVERFLOW, if there is exactly one; if there is none, and it begins as an RPC
// PDU does, to the only pipe of that session and tree. Any other is dropped and counted.
class Channel {
 public:
  // is_rpc says whether bytes may begin a DCE/RPC PDU: the stages do not know one another, so the
  // one who composes them hands it in.
  Channel(const Limits& limits, Counters& counters, bool (*is_rpc)(Bytes));
  ~Channel();
  Channel(Channel&&) noexcept;
  Channel& operator=(Channel&&) noexcept;

  // wanted says how many leading bytes of a message are worth storing, given its first bytes
  // (behind the session service header) and its length: all where it may carry a pipe's bytes,
  // few where it carries a file's.
  [[nodiscard]] std::size_t wanted(Bytes head, std::size_t length) const;

  // push takes one framed message, the four bytes of its session service header included. Its bytes
  // must live until next() has returned nullopt. Drain next() before pushing again.
  void push(const Frame& frame);
  // next returns the next event, or nullopt when more messages are needed.
  std::optional<Event> next();

  // pipe_name gives the name that the pipe was opened by, in lower case ASCII, without \PIPE\ and
  // leading backslashes; empty when its opening was not captured.
  [[nodiscard]] std::string_view pipe_name(std::uint32_t pipe) const;

  // reset makes it as new, keeping the memory that it holds.
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rpcsieve::smb

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
  bool to_server = false;
  Bytes data;                 // kPipeData; lives until the following call of any member
  std::uint64_t lost = 0;     // bytes of the pipe that are missing behind `data`
  Timestamp time;             // of the message's first byte
  std::uint64_t session = 0;  // kEncrypted, kCompressed: the session id, 0 if not known
  bool from_client = false;   // kEncrypted, kCompressed, kPipeData: who sent the message
};

// Channel follows the SMB1, SMB2 and SMB3 messages of one TCP connection and gives the bytes that
// pass through its named pipes. State is per (session, tree, file id). It reads create, write,
// read, ioctl FSCTL_PIPE_TRANSCEIVE, close, compounds [MS-SMB2], and NT_CREATE_ANDX, OPEN_ANDX,
// TRANSACTION (named pipe), WRITE_ANDX, WRITE, READ_ANDX, READ, CLOSE and andX chains [MS-CIFS].
//
// Handles whose opening was not captured become pipes, without a name, when something shows that
// they are: a pipe ioctl or transaction, or data that begin as an RPC PDU does (`is_rpc`), on a
// tree that is not known to be a disk share.
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

  // push takes one framed message, the four bytes of its session service header included. Drain
  // next() before pushing again.
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

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "runtime/base/counters.h"
#include "runtime/base/framer.h"
#include "runtime/base/limits.h"
#include "runtime/smb/event.h"
#include "runtime/smb/sessions.h"

namespace rpcsieve::smb {

// Channel follows the SMB1, SMB2 and SMB3 messages of one TCP connection and gives the bytes that
// pass through its named pipes, and the tokens by which its users log on. State is per (session,
// tree, file id). It reads session setup, logoff, create, write, read, ioctl FSCTL_PIPE_TRANSCEIVE,
// close, compounds [MS-SMB2], and all ways in which SMB1 opens, reads, writes and transacts with
// pipes, and its andX chains [MS-CIFS]. Only its raw and multiplexed modes (READ_RAW, WRITE_RAW,
// READ_MPX, WRITE_MPX) are not followed: smb_unsupported counts them.
// Compressed messages are decompressed, as far as they are wanted.
//
// A handle is a pipe if its tree is one of pipes (IPC$), or if an SMB1 server said so when it was
// opened; a file on a disk share is none, whatever its name. Where the tree is not known, a handle
// becomes a pipe by what passes through it: a pipe ioctl or transaction, or data that begin as an
// RPC PDU does (`is_rpc`), unless it was opened by a name that no RPC pipe has. If its opening was
// not captured, the pipe has no name.
//
// A READ answer without its request goes to a pipe of its session and tree: the one whose last
// answer was a STATUS_BUFFER_OVERFLOW; if there is none, and it begins as an RPC PDU does, the one
// that was asked last and not answered; or else the only pipe. Where that is not exactly one, the
// answer is dropped and counted.
class Channel {
 public:
  // is_rpc says whether bytes may begin a DCE/RPC PDU: the stages do not know one another, so the
  // one who composes them hands it in.
  // files: whoever owns it wants kFileOpened events.
  Channel(const Limits& limits, Counters& counters, bool (*is_rpc)(Bytes), bool files = false);
  ~Channel();
  Channel(Channel&&) noexcept;
  Channel& operator=(Channel&&) noexcept;

  // join makes this one of the connections between two addresses, so that it finds what others of
  // its sessions opened. leave undoes it at the connection's end; see Sessions for what ends then.
  void join(Sessions& sessions, const Peers& peers);
  void leave();

  // wanted says how many leading bytes of a message are worth storing, given its first bytes
  // (behind the session service header) and its length: all where it may carry a pipe's bytes,
  // few where it carries a file's.
  [[nodiscard]] std::size_t wanted(Bytes head, std::size_t length) const;

  // push takes one framed message, the four bytes of its session service header included. Its bytes
  // must live until next() has returned nullopt. Drain next() before pushing again. Where it is
  // known who sent it, requests of the server and answers of the client are dropped and counted:
  // their receiver drops them too, but they could say that a pipe was closed.
  enum class Sender : std::uint8_t { kUnknown, kClient, kServer };
  void push(const Frame& frame, Sender sender = Sender::kUnknown);
  // next returns the next event, or nullopt when more messages are needed.
  std::optional<Event> next();

  // lost says that whole messages of a direction may have been lost, as when the framer looks for
  // the next one: what next passes through each open pipe in that direction is marked `after_loss`.
  void lost(bool to_server);

  // end says that no more messages come. Drain next() behind it.
  void end();

  // pipe_name gives the name that the pipe was opened by, in lower case ASCII, without \PIPE\ and
  // leading backslashes; empty when its opening was not captured. It holds at the pipe's
  // kPipeClosed too, unless the number had to be given to another pipe at once (Limits::smb_pipes).
  [[nodiscard]] std::string_view pipe_name(std::uint32_t pipe) const;

  // pipe_session gives the session that a pipe belongs to; it holds as long as its name does.
  [[nodiscard]] std::uint64_t pipe_session(std::uint32_t pipe) const;

  // reset makes it as new, keeping the memory that it holds.
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rpcsieve::smb

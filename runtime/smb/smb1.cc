// SMB1 messages as operations. A message is a header of 32 bytes and a block: a count of 16-bit
// words, the words, a count of bytes, the bytes. In an andX chain a block's first words name the
// next command and the offset of its block; all share the header. Data lie at an offset from the
// header. Byte counts are 16 bits wide and wrong in large reads and writes, so nothing here uses
// them: the message's own length is the bound.
#include "runtime/smb/smb1.h"

#include <algorithm>

#include "runtime/base/cursor.h"
#include "runtime/smb/session.h"
#include "runtime/smb/smb1_block.h"
#include "runtime/smb/smb1_open.h"
#include "runtime/smb/smb1_transaction.h"

namespace rpcsieve::smb::smb1 {
namespace {

using Verb = Operation::Verb;
using Status = Operation::Status;

// Commands [MS-CIFS §2.2.2.1].
enum Command : std::uint8_t {
  kOpen = 0x02,
  kCreate = 0x03,
  kClose = 0x04,
  kRead = 0x0a,
  kWrite = 0x0b,
  kCreateNew = 0x0f,
  kLockAndRead = 0x13,
  kWriteAndUnlock = 0x14,
  kReadRaw = 0x1a,
  kReadMpx = 0x1b,
  kWriteRaw = 0x1d,
  kWriteMpx = 0x1e,
  kLockingAndx = 0x24,
  kTransaction = 0x25,
  kTransactionSecondary = 0x26,
  kWriteAndClose = 0x2c,
  kOpenAndx = 0x2d,
  kReadAndx = 0x2e,
  kWriteAndx = 0x2f,
  kTransaction2 = 0x32,
  kTreeConnect = 0x70,
  kTreeDisconnect = 0x71,
  kSessionSetupAndx = 0x73,
  kLogoffAndx = 0x74,
  kTreeConnectAndx = 0x75,
  kNtTransact = 0xa0,
  kNtTransactSecondary = 0xa1,
  kNtCreateAndx = 0xa2,
};

constexpr std::uint8_t kReply = 0x80;                           // Flags [MS-CIFS §2.2.3.1]
constexpr std::uint32_t kActionOpened = 1, kActionCreated = 2;  // [MS-CIFS §2.2.4.64.2]
constexpr std::uint16_t kNtStatus = 0x4000;                     // Flags2
constexpr std::uint16_t kUnicode = 0x8000;                      // Flags2
// WriteMode [MS-CIFS §2.2.4.43.1]: with both, the data begin with a length of two bytes that does
// not go into the pipe.
constexpr std::uint16_t kRawMessageStart = 0x0008 | 0x0004;

bool read_response(Block block, Operation& op) {  // [MS-CIFS §2.2.4.11.2]
  const std::size_t length = block.words.u16();
  return block.words.ok() && block.message.slice(block.bytes_at + 3, length, op.data);
}

bool read_andx_request(Block block, Operation& op) {  // [MS-CIFS §2.2.4.42.1]
  block.words.skip(4);
  return fid(block.words, op);
}

bool read_andx_response(Block block, Operation& op) {  // [MS-CIFS §2.2.4.42.2, MS-SMB §2.2.4.2.2]
  block.words.skip(10);
  const std::size_t low = block.words.u16();
  const std::size_t offset = block.words.u16();
  const std::size_t high = block.words.u16();
  return block.words.ok() && block.message.slice(offset, high << 16 | low, op.data);
}

// WRITE and WRITE_AND_CLOSE differ in what stands before the data.
bool write_request(Block block, std::size_t data_at, Operation& op) {  // [MS-CIFS §2.2.4.12.1]
  fid(block.words, op);
  const std::size_t length = block.words.u16();
  return block.words.ok() && block.message.slice(block.bytes_at + data_at, length, op.data);
}

bool write_andx_request(Block block, Operation& op) {  // [MS-CIFS §2.2.4.43.1, MS-SMB §2.2.4.3.1]
  block.words.skip(4);
  fid(block.words, op);
  block.words.skip(8);
  const bool prefixed = (block.words.u16() & kRawMessageStart) == kRawMessageStart;
  block.words.skip(2);
  const std::size_t high = block.words.u16();
  const std::size_t length = high << 16 | block.words.u16();
  const std::size_t offset = block.words.u16();
  const std::size_t prefix = prefixed ? 2 : 0;
  return block.words.ok() && length >= prefix &&
         block.message.slice(offset + prefix, length - prefix, op.data);
}

// verb_of says what a command means, unless its parser knows better. An NT_TRANSACT that failed may
// have been of any kind; only an open has to hear of it.
Verb verb_of(std::uint8_t command) {
  switch (command) {
    case kOpen:
    case kCreate:
    case kCreateNew:
    case kOpenAndx:
    case kNtCreateAndx:
    case kTransaction2:
    case kNtTransact:
      return Verb::kOpen;
    case kClose:
      return Verb::kClose;
    case kRead:
    case kLockAndRead:
    case kReadAndx:
      return Verb::kRead;
    case kWrite:
    case kWriteAndUnlock:
    case kWriteAndClose:
    case kWriteAndx:
      return Verb::kWrite;
    case kTransaction:
      return Verb::kTransact;
    case kTransactionSecondary:
    case kNtTransactSecondary:
      return Verb::kTransactMore;
    case kReadRaw:
    case kReadMpx:
    case kWriteRaw:
    case kWriteMpx:
      return Verb::kUnsupported;
    case kTreeConnect:
    case kTreeConnectAndx:
      return Verb::kTreeConnect;
    case kTreeDisconnect:
      return Verb::kTreeDisconnect;
    case kLogoffAndx:
      return Verb::kLogoff;
    case kSessionSetupAndx:
      return Verb::kSessionSetup;
    default:
      return Verb::kOther;
  }
}

bool parse_request(std::uint8_t command, Block block, Operation& op) {
  switch (command) {
    case kNtCreateAndx:
      return nt_create_request(block, op);
    case kOpenAndx:
      return open_andx_request(block, op);
    case kOpen:
      return open_request(block, op);
    case kCreate:
      return create_request(block, op, false);
    case kCreateNew:
      return create_request(block, op, true);
    case kTreeConnect:
      return tree_connect_request(block, op);
    case kTreeConnectAndx:
      return tree_connect_andx_request(block, op);
    case kClose:
    case kRead:
    case kLockAndRead:
      return fid(block.words, op);
    case kReadAndx:
      return read_andx_request(block, op);
    case kWrite:
    case kWriteAndUnlock:
      return write_request(block, 3, op);
    case kWriteAndClose:
      op.closes = true;
      return write_request(block, 1, op);
    case kWriteAndx:
      return write_andx_request(block, op);
    case kTransaction:
      return transaction_request(block, op);
    case kTransactionSecondary:
      return transaction_secondary(block, op);
    case kTransaction2:
      return transaction2_request(block, op);
    case kNtTransact:
      return nt_transact_request(block, op);
    case kNtTransactSecondary:
      return nt_transact_secondary(block, op);
    case kSessionSetupAndx:
      return session_setup_andx_request(block, op);
    default:
      return true;
  }
}

bool parse_response(std::uint8_t command, Block block, Operation& op) {
  switch (command) {
    case kTreeConnect:
      return tree_connect_response(block, op);
    case kTreeConnectAndx:
      return tree_connect_andx_response(block, op);
    case kNtCreateAndx:
      return nt_create_response(block, op);
    case kOpenAndx:
      return open_andx_response(block, op);
    case kOpen:
    case kCreate:
    case kCreateNew:
      op.action = command == kOpen ? kActionOpened : kActionCreated;
      return fid(block.words, op);
    case kWriteAndClose:
      op.verb = Verb::kClose;
      return true;
    case kReadAndx:
      return read_andx_response(block, op);
    case kRead:
    case kLockAndRead:
      return read_response(block, op);
    case kTransaction:
      return transaction_response(block, op);
    case kTransaction2:
      return transaction2_response(block, op);
    case kNtTransact:
      return nt_transact_response(block, op);
    case kSessionSetupAndx:
      return session_setup_andx_response(block, op);
    default:
      return true;
  }
}

bool is_andx(std::uint8_t command) {
  switch (command) {
    case kLockingAndx:
    case kOpenAndx:
    case kReadAndx:
    case kWriteAndx:
    case kSessionSetupAndx:
    case kLogoffAndx:
    case kTreeConnectAndx:
    case kNtCreateAndx:
      return true;
    default:
      return false;
  }
}

// next_of reads where an andX block says the next one is. Offsets must rise, or a chain would have
// no end.
Member next_of(Cursor words, Member member) {
  const std::uint8_t command = words.u8();
  words.skip(1);
  const std::size_t at = words.u16();
  return words.ok() && command != 0xff && at > member.at ? Member{at, command} : Member{};
}

// The status is an NTSTATUS, or an error class, a zero, and a code [MS-CIFS §2.2.2.4].
Status status_of(std::uint32_t status, bool nt) {
  if (!nt && status == (234U << 16 | 1)) return Status::kMore;  // ERRDOS, ERRmoredata
  if (!nt) return (status & 0xff) == 0 ? Status::kDone : Status::kFailed;
  if (status == 0x80000005 || status == 0xc0000016) return Status::kMore;
  return status >> 30 <= 1 ? Status::kDone : Status::kFailed;
}

// parse_header returns Flags2 [MS-CIFS §2.2.3.1]. A client tells its requests apart by PID and MID
// [MS-CIFS §3.3.1.3]. PIDHigh is not counted in: there are servers that do not repeat it.
std::uint16_t parse_header(Cursor& in, Operation& op) {
  in.skip(5);  // protocol and command
  op.code = in.u32();
  op.response = (in.u8() & kReply) != 0;
  const std::uint16_t flags2 = in.u16();
  op.dos_code = (flags2 & kNtStatus) == 0;
  in.skip(12);
  op.handle.tree.id = in.u16();
  const std::uint64_t pid = in.u16();
  op.handle.tree.session = in.u16();
  op.id = pid << 16 | in.u16();
  op.status = op.response ? status_of(op.code, !op.dos_code) : Status::kDone;
  return flags2;
}

// answered_later: a server asks for the rest of a transaction by an answer without words.
bool answered_later(std::uint8_t command, const Operation& op, std::size_t word_bytes) {
  const bool transaction =
      command == kTransaction || command == kTransaction2 || command == kNtTransact;
  return op.response && transaction && op.status == Status::kDone && word_bytes == 0;
}

// A status is that of the last block of an answer; those before it did what they were to.
void part_status(std::size_t word_bytes, Operation& op) {
  const bool answered = op.response && op.next.at != 0 && word_bytes > 0;
  if (!answered || op.status == Status::kDone) return;
  op.status = Status::kDone;
  op.code = 0;
}

}  // namespace

Text text(const Block& block, std::size_t at, std::size_t limit) {
  if (block.utf16) at += at % 2;
  const Bytes all = block.message.bytes;
  const Bytes there = all.subspan(std::min(at, all.size()));
  return {there.first(std::min(limit, there.size())), block.utf16,
          block.message.cut() && limit > there.size()};
}

bool fid(Cursor& words, Operation& op) {
  op.handle.file = {0, words.u16()};
  return words.ok();
}

Member first(Bytes message) {
  return {kHeaderBytes, message.size() > 4 ? message[4] : std::uint8_t{0}};
}

Operation parse(const Part& message, Member member) {
  Operation op;
  op.smb1 = true;
  Cursor in(message.bytes, Endian::kLittle);
  const std::uint16_t flags2 = parse_header(in, op);
  op.verb = verb_of(member.command);
  op.related = member.at > kHeaderBytes;
  if (op.verb == Verb::kOther && !is_andx(member.command)) return op;
  in.skip(member.at - std::min(member.at, kHeaderBytes));
  const std::size_t word_bytes = std::size_t{2} * in.u8();
  const Block block{message, in.sub(word_bytes), member.at + 1 + word_bytes + 2,
                    (flags2 & kUnicode) != 0};
  if (is_andx(member.command)) op.next = next_of(block.words, member);
  part_status(word_bytes, op);
  if (op.status == Status::kFailed) return op;
  if (answered_later(member.command, op, word_bytes)) {
    op.status = Status::kPending;
    return op;
  }
  const bool good = in.ok() && (op.response ? parse_response(member.command, block, op)
                                            : parse_request(member.command, block, op));
  if (!good) op.verb = message.cut() ? Verb::kCut : Verb::kMalformed;
  return op;
}

}  // namespace rpcsieve::smb::smb1

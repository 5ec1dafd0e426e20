// SMB1 messages as operations. A message is a header of 32 bytes and a block: a count of 16-bit
// words, the words, a count of bytes, the bytes. In an andX chain a block's first words name the
// next command and the offset of its block; all share the header. Data lie at an offset from the
// header. Byte counts are 16 bits wide and wrong in large reads and writes, so nothing here uses
// them: the message's own length is the bound.
#include "runtime/smb/smb1.h"

#include <algorithm>

#include "runtime/base/cursor.h"

namespace rpcsieve::smb::smb1 {
namespace {

using Verb = Operation::Verb;
using Status = Operation::Status;

// Commands [MS-CIFS §2.2.2.1].
enum Command : std::uint8_t {
  kOpen = 0x02,
  kClose = 0x04,
  kRead = 0x0a,
  kWrite = 0x0b,
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
  kTreeDisconnect = 0x71,
  kSessionSetupAndx = 0x73,
  kLogoffAndx = 0x74,
  kTreeConnectAndx = 0x75,
  kNtTransact = 0xa0,
  kNtCreateAndx = 0xa2,
};

// Subcommands of TRANSACTION [MS-CIFS §2.2.2.2].
enum PipeFunction : std::uint16_t {
  kRawReadPipe = 0x0011,
  kTransactPipe = 0x0026,
  kRawWritePipe = 0x0031,
  kReadPipe = 0x0036,
  kWritePipe = 0x0037,
  kCallPipe = 0x0054,
};

constexpr std::uint8_t kReply = 0x80;        // Flags [MS-CIFS §2.2.3.1]
constexpr std::uint16_t kNtStatus = 0x4000;  // Flags2
constexpr std::uint16_t kUnicode = 0x8000;   // Flags2
constexpr std::uint16_t kNtTransactIoctl = 2;
constexpr std::uint32_t kDirectoryFile = 0x1;  // CreateOptions [MS-CIFS §2.2.4.64.1]
// WriteMode [MS-CIFS §2.2.4.43.1]: with both, the data begin with a length of two bytes that does
// not go into the pipe.
constexpr std::uint16_t kRawMessageStart = 0x0008 | 0x0004;

// Block is one command of a message with what the parsers need of the header.
struct Block {
  const Part& message;
  Cursor words;
  std::size_t bytes_at;  // offset of the bytes, behind their count
  bool utf16;
};

// text gives the name at an offset, behind the padding that puts UTF-16 on an even one.
Text text(const Block& block, std::size_t at, std::size_t limit) {
  if (block.utf16) at += at % 2;
  const Bytes all = block.message.bytes;
  const Bytes there = all.subspan(std::min(at, all.size()));
  return {there.first(std::min(limit, there.size())), block.utf16};
}

// ResourceType [MS-CIFS §2.2.4.64.2]: of the numbers, 1 and 2 are pipes.
Share share_of(std::uint16_t resource_type) {
  return resource_type == 1 || resource_type == 2 ? Share::kPipes : Share::kFiles;
}

bool fid(Cursor& words, Operation& op) {
  op.handle.file = {0, words.u16()};
  return words.ok();
}

bool tree_connect_response(const Block& block, Operation& op) {  // [MS-CIFS §2.2.4.55.2]
  Slice service;
  if (!block.message.slice(block.bytes_at, 3, service)) return false;
  const bool ipc = std::equal(service.bytes.begin(), service.bytes.end(), "IPC");
  op.share = ipc ? Share::kPipes : Share::kFiles;
  return service.lost == 0;
}

bool nt_create_request(Block block, Operation& op) {  // [MS-CIFS §2.2.4.64.1]
  block.words.skip(5);
  const std::size_t length = block.words.u16();
  block.words.skip(32);
  op.directory = (block.words.u32() & kDirectoryFile) != 0;
  op.name = text(block, block.bytes_at, length);
  return block.words.ok();
}

bool nt_create_response(Block block, Operation& op) {  // [MS-CIFS §2.2.4.64.2]
  block.words.skip(5);
  fid(block.words, op);
  block.words.skip(56);
  op.share = share_of(block.words.u16());
  return block.words.ok();
}

bool open_andx_request(const Block& block, Operation& op) {  // [MS-CIFS §2.2.4.41.1]
  op.name = text(block, block.bytes_at, SIZE_MAX);
  return true;
}

bool open_andx_response(Block block, Operation& op) {  // [MS-CIFS §2.2.4.41.2]
  block.words.skip(4);
  fid(block.words, op);
  block.words.skip(12);
  op.share = share_of(block.words.u16());
  return block.words.ok();
}

bool open_request(const Block& block, Operation& op) {  // [MS-CIFS §2.2.4.3.1]
  op.name = text(block, block.bytes_at + 1, SIZE_MAX);
  return true;
}

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

// Of a pipe's transactions, CallNmPipe opens by name what it writes to; the rest below pass bytes.
Verb transaction_verb(std::size_t setup_count, std::uint16_t function) {
  if (setup_count != 2) return Verb::kOther;
  switch (function) {
    case kRawReadPipe:
    case kTransactPipe:
    case kRawWritePipe:
    case kReadPipe:
    case kWritePipe:
      return Verb::kTransact;
    case kCallPipe:
      return Verb::kUnsupported;
    default:
      return Verb::kOther;
  }
}

bool transaction_request(Block block, Operation& op) {  // [MS-CIFS §2.2.4.33.1, §2.2.5]
  block.words.skip(2);
  op.total = block.words.u16();
  block.words.skip(18);
  const std::size_t length = block.words.u16();
  const std::size_t offset = block.words.u16();
  const std::size_t setup_count = block.words.u8();
  block.words.skip(1);
  op.verb = transaction_verb(setup_count, block.words.u16());
  if (op.verb != Verb::kTransact) return true;
  return fid(block.words, op) && block.message.slice(offset, length, op.data);
}

bool transaction_secondary(Block block, Operation& op) {  // [MS-CIFS §2.2.4.34.1]
  block.words.skip(2);
  op.total = block.words.u16();
  block.words.skip(6);
  const std::size_t length = block.words.u16();
  const std::size_t offset = block.words.u16();
  op.displacement = block.words.u16();
  return block.words.ok() && block.message.slice(offset, length, op.data);
}

bool transaction_response(Block block, Operation& op) {  // [MS-CIFS §2.2.4.33.2]
  block.words.skip(2);
  op.total = block.words.u16();
  block.words.skip(8);
  const std::size_t length = block.words.u16();
  const std::size_t offset = block.words.u16();
  op.displacement = block.words.u16();
  return block.words.ok() && block.message.slice(offset, length, op.data);
}

// A pipe's bytes may also pass through NT_TRANSACT_IOCTL; no client is known to send them so.
bool nt_transact_request(Block block, Operation& op) {  // [MS-CIFS §2.2.4.62.1]
  block.words.skip(36);
  if (block.words.u16() != kNtTransactIoctl) op.verb = Verb::kOther;
  return block.words.ok();
}

Verb verb_of(std::uint8_t command) {
  switch (command) {
    case kOpen:
    case kOpenAndx:
    case kNtCreateAndx:
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
      return Verb::kTransactMore;
    case kReadRaw:
    case kReadMpx:
    case kWriteRaw:
    case kWriteMpx:
    case kNtTransact:
      return Verb::kUnsupported;
    case kTreeConnectAndx:
      return Verb::kTreeConnect;
    case kTreeDisconnect:
      return Verb::kTreeDisconnect;
    case kLogoffAndx:
      return Verb::kLogoff;
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
      return write_request(block, 1, op);
    case kWriteAndx:
      return write_andx_request(block, op);
    case kTransaction:
      return transaction_request(block, op);
    case kTransactionSecondary:
      return transaction_secondary(block, op);
    case kNtTransact:
      return nt_transact_request(block, op);
    default:
      return true;
  }
}

bool parse_response(std::uint8_t command, Block block, Operation& op) {
  switch (command) {
    case kTreeConnectAndx:
      return tree_connect_response(block, op);
    case kNtCreateAndx:
      return nt_create_response(block, op);
    case kOpenAndx:
      return open_andx_response(block, op);
    case kOpen:
      return fid(block.words, op);
    case kReadAndx:
      return read_andx_response(block, op);
    case kRead:
    case kLockAndRead:
      return read_response(block, op);
    case kTransaction:
      return transaction_response(block, op);
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
  if (status == 0x80000005) return Status::kMore;
  return status >> 30 <= 1 ? Status::kDone : Status::kFailed;
}

// parse_header returns Flags2 [MS-CIFS §2.2.3.1].
std::uint16_t parse_header(Cursor& in, Operation& op) {
  in.skip(5);  // protocol and command
  const std::uint32_t status = in.u32();
  op.response = (in.u8() & kReply) != 0;
  const std::uint16_t flags2 = in.u16();
  in.skip(12);
  op.handle.tree.id = in.u16();
  const std::uint64_t pid = in.u16();
  op.handle.tree.session = in.u16();
  op.id = pid << 16 | in.u16();
  op.status = op.response ? status_of(status, (flags2 & kNtStatus) != 0) : Status::kDone;
  return flags2;
}

// answered_later: a server asks for the rest of a transaction by an answer without words.
bool answered_later(const Operation& op, std::size_t word_bytes) {
  return op.response && op.verb == Verb::kTransact && op.status == Status::kDone && word_bytes == 0;
}

}  // namespace

Member first(Bytes message) {
  return {kHeaderBytes, message.size() > 4 ? message[4] : std::uint8_t{0}};
}

Operation parse(const Part& message, Member member) {
  Operation op;
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
  if (op.status == Status::kFailed) return op;
  if (answered_later(op, word_bytes)) {
    op.status = Status::kPending;
    return op;
  }
  const bool good = in.ok() && (op.response ? parse_response(member.command, block, op)
                                            : parse_request(member.command, block, op));
  if (!good) op.verb = message.cut() ? Verb::kCut : Verb::kMalformed;
  return op;
}

}  // namespace rpcsieve::smb::smb1

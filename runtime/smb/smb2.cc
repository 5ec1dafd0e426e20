// SMB2 messages as operations. A message is a header of 64 bytes and a body whose fixed part begins
// with its own size; what varies in length lies behind, at an offset from the header. Servers
// refuse a body of another size, and so does this: an answer that is an error has 9 there.
#include "runtime/smb/smb2.h"

#include <algorithm>

#include "runtime/base/cursor.h"
#include "runtime/smb/session.h"

namespace rpcsieve::smb::smb2 {
namespace {

using Verb = Operation::Verb;
using Status = Operation::Status;

// Commands [MS-SMB2 §2.2.1.2].
enum Command : std::uint16_t {
  kSessionSetup = 0x01,
  kLogoff = 0x02,
  kTreeConnect = 0x03,
  kTreeDisconnect = 0x04,
  kCreate = 0x05,
  kClose = 0x06,
  kRead = 0x08,
  kWrite = 0x09,
  kIoctl = 0x0b,
};

// Flags [MS-SMB2 §2.2.1.2].
constexpr std::uint32_t kServerToRedir = 0x1;
constexpr std::uint32_t kAsyncCommand = 0x2;
constexpr std::uint32_t kRelatedOperations = 0x4;

constexpr std::uint32_t kFsctlPipeTransceive = 0x0011c017;  // [MS-FSCC §2.3.49]
constexpr std::uint32_t kDirectoryFile = 0x1;               // CreateOptions [MS-SMB2 §2.2.13]
constexpr std::uint8_t kShareTypePipe = 0x2;                // [MS-SMB2 §2.2.10]

// [MS-ERREF §2.3.1]. The two highest bits are the severity: success, information, warning, error.
Status status_of(std::uint32_t status) {
  if (status == 0x00000103) return Status::kPending;
  if (status == 0x80000005 || status == 0xc0000016) return Status::kMore;
  return status >> 30 <= 1 ? Status::kDone : Status::kFailed;
}

FileId file_id(Cursor& body) {
  FileId file;
  file.persistent = body.u64();
  file.transient = body.u64();
  return file;
}

bool tree_connect_response(Cursor body, Operation& op) {  // [MS-SMB2 §2.2.10]
  const bool sized = body.u16() == 16;
  op.share = body.u8() == kShareTypePipe ? Share::kPipes : Share::kFiles;
  return sized && body.ok();
}

bool tree_connect_request(const Part& part, Cursor body, Operation& op) {  // [MS-SMB2 §2.2.9]
  const bool sized = body.u16() == 9;
  body.skip(2);
  const std::size_t offset = body.u16();
  const std::size_t length = body.u16();
  Slice path;
  if (!sized || !body.ok() || !part.slice(offset, length, path)) return false;
  op.name = {path.bytes, true, path.lost > 0};
  return true;
}

bool create_request(const Part& part, Cursor body, Operation& op) {  // [MS-SMB2 §2.2.13]
  const bool sized = body.u16() == 57;
  body.skip(22);
  op.opening.access = body.u32();
  body.skip(8);
  op.opening.disposition = body.u32();
  op.opening.directory = (body.u32() & kDirectoryFile) != 0;
  const std::size_t offset = body.u16();
  const std::size_t length = body.u16();
  Slice name;
  if (!sized || !body.ok() || !part.slice(offset, length, name)) return false;
  op.name = {name.bytes, true, name.lost > 0};
  return true;
}

bool create_response(Cursor body, Operation& op) {  // [MS-SMB2 §2.2.14]
  const bool sized = body.u16() == 89;
  body.skip(2);
  op.action = body.u32();
  op.has_times = body.u64() != 0;
  body.skip(48);
  op.handle.file = file_id(body);
  return sized && body.ok();
}

bool close_request(Cursor body, Operation& op) {  // [MS-SMB2 §2.2.15]
  const bool sized = body.u16() == 24;
  body.skip(6);
  op.handle.file = file_id(body);
  return sized && body.ok();
}

bool read_request(Cursor body, Operation& op) {  // [MS-SMB2 §2.2.19]
  const bool sized = body.u16() == 49;
  body.skip(14);
  op.handle.file = file_id(body);
  return sized && body.ok();
}

bool read_response(const Part& part, Cursor body, Operation& op) {  // [MS-SMB2 §2.2.20]
  const bool sized = body.u16() == 17;
  const std::size_t offset = body.u8();
  body.skip(1);
  const std::size_t length = body.u32();
  return sized && body.ok() && part.slice(offset, length, op.data);
}

bool write_request(const Part& part, Cursor body, Operation& op) {  // [MS-SMB2 §2.2.21]
  const bool sized = body.u16() == 49;
  const std::size_t offset = body.u16();
  const std::size_t length = body.u32();
  body.skip(8);
  op.handle.file = file_id(body);
  if (!sized || !body.ok()) return false;
  // With RDMA the bytes pass beside the connection.
  const bool elsewhere = length == 0 && body.u32() != 0 && body.u32() != 0;
  if (elsewhere) op.verb = Verb::kUnsupported;
  return part.slice(offset, length, op.data);
}

// An ioctl that is not FSCTL_PIPE_TRANSCEIVE passes no bytes of a pipe.
bool ioctl_request(const Part& part, Cursor body, Operation& op) {  // [MS-SMB2 §2.2.31]
  const bool sized = body.u16() == 57;
  body.skip(2);
  const bool transceive = body.u32() == kFsctlPipeTransceive;
  op.handle.file = file_id(body);
  const std::size_t offset = body.u32();
  const std::size_t length = body.u32();
  if (!sized || !body.ok()) return false;
  if (!transceive) op.verb = Verb::kOther;
  return !transceive || part.slice(offset, length, op.data);
}

bool ioctl_response(const Part& part, Cursor body, Operation& op) {  // [MS-SMB2 §2.2.32]
  const bool sized = body.u16() == 49;
  body.skip(2);
  const bool transceive = body.u32() == kFsctlPipeTransceive;
  op.handle.file = file_id(body);
  body.skip(8);
  const std::size_t offset = body.u32();
  const std::size_t length = body.u32();
  if (!sized || !body.ok()) return false;
  if (!transceive) op.verb = Verb::kOther;
  return !transceive || part.slice(offset, length, op.data);
}

Verb verb_of(std::uint16_t command) {
  switch (command) {
    case kSessionSetup:
      return Verb::kSessionSetup;
    case kLogoff:
      return Verb::kLogoff;
    case kTreeConnect:
      return Verb::kTreeConnect;
    case kTreeDisconnect:
      return Verb::kTreeDisconnect;
    case kCreate:
      return Verb::kOpen;
    case kClose:
      return Verb::kClose;
    case kRead:
      return Verb::kRead;
    case kWrite:
      return Verb::kWrite;
    case kIoctl:
      return Verb::kTransact;
    default:
      return Verb::kOther;
  }
}

bool parse_request(const Part& part, Cursor body, Operation& op) {
  switch (op.verb) {
    case Verb::kSessionSetup:
      return session_setup_request(part, body, op);
    case Verb::kTreeConnect:
      return tree_connect_request(part, body, op);
    case Verb::kOpen:
      return create_request(part, body, op);
    case Verb::kClose:
      return close_request(body, op);
    case Verb::kRead:
      return read_request(body, op);
    case Verb::kWrite:
      return write_request(part, body, op);
    case Verb::kTransact:
      return ioctl_request(part, body, op);
    default:
      return true;
  }
}

// An answer that is an error, or an interim one, has no more to tell.
bool parse_response(const Part& part, Cursor body, Operation& op) {
  if (op.status == Status::kFailed || op.status == Status::kPending) return true;
  switch (op.verb) {
    case Verb::kSessionSetup:
      return session_setup_response(part, body, op);
    case Verb::kTreeConnect:
      return tree_connect_response(body, op);
    case Verb::kOpen:
      return create_response(body, op);
    case Verb::kRead:
      return read_response(part, body, op);
    case Verb::kTransact:
      return ioctl_response(part, body, op);
    default:
      return true;
  }
}

// Header is the part of the SMB2 header that does not go into the operation.
struct Header {
  bool valid = false;  // read, and an SMB2 header
  std::uint32_t next = 0;
};

Header parse_header(Cursor& in, Operation& op) {  // [MS-SMB2 §2.2.1.2]
  const bool sized = in.u32() == 0x424d53fe && in.u16() == kHeaderBytes;
  in.skip(2);
  op.code = in.u32();
  op.verb = verb_of(in.u16());
  in.skip(2);
  const std::uint32_t flags = in.u32();
  const std::uint32_t next = in.u32();
  op.id = in.u64();
  in.skip(4);
  op.handle.tree.id = in.u32();
  op.handle.tree.session = in.u64();
  in.skip(16);
  op.response = (flags & kServerToRedir) != 0;
  op.related = (flags & kRelatedOperations) != 0;
  op.tree_known = (flags & kAsyncCommand) == 0;  // else an AsyncId is in its place
  op.status = op.response ? status_of(op.code) : Status::kDone;
  return {sized && in.ok(), next};
}

// member_of cuts the member at `at` out of its compound and notes where the next one begins; false:
// the compound is not what it says, and the server refuses it [MS-SMB2 §3.3.5.2.7].
bool member_of(const Part& message, std::size_t at, std::uint32_t next, Part& part, Operation& op) {
  part = {message.bytes.subspan(at), message.total - at};
  if (next == 0) return true;
  if (next < kHeaderBytes || next % 8 != 0 || next >= part.total) return false;
  part.bytes = part.bytes.first(std::min<std::size_t>(next, part.bytes.size()));
  part.total = next;
  op.next.at = at + next;
  return true;
}

// unreadable says why an operation could not be read: it is cut, or wrong.
Verb unreadable(bool cut) { return cut ? Verb::kCut : Verb::kMalformed; }

}  // namespace

Operation parse(const Part& message, Member member) {
  Operation op;
  const std::size_t at = std::min(member.at, message.bytes.size());
  Cursor in(message.bytes.subspan(at), Endian::kLittle);
  const Header header = parse_header(in, op);
  Part part;
  if (!header.valid) {
    op.verb = unreadable(message.cut());
  } else if (!member_of(message, at, header.next, part, op)) {
    op.verb = Verb::kMalformed;
  } else {
    const Cursor body(part.bytes.subspan(kHeaderBytes), Endian::kLittle);
    const bool good = op.response ? parse_response(part, body, op) : parse_request(part, body, op);
    if (!good) op.verb = unreadable(part.cut());
  }
  return op;
}

}  // namespace rpcsieve::smb::smb2

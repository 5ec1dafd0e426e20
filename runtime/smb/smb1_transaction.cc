// A transaction's words tell where its parameters and data lie: in 16 bits for TRANSACTION and
// TRANSACTION2, in 32 for NT_TRANSACT. That is read once here (Layout), and then it is the same for
// all three. NT_TRANSACT may pass a pipe's bytes, too: by the control code that SMB2 clients use.
#include "runtime/smb/smb1_transaction.h"

#include "runtime/smb/smb1_open.h"

namespace rpcsieve::smb::smb1 {
namespace {

using Verb = Operation::Verb;

// Subcommands of TRANSACTION [MS-CIFS §2.2.2.2]. TRANS_PEEK_NMPIPE (0x23) is none that passes
// bytes: what it shows stays in the pipe.
enum PipeFunction : std::uint16_t {
  kRawReadPipe = 0x0011,
  kTransactPipe = 0x0026,
  kRawWritePipe = 0x0031,
  kReadPipe = 0x0036,
  kWritePipe = 0x0037,
  kCallPipe = 0x0054,
};
constexpr std::uint16_t kOpen2 = 0;                           // of TRANSACTION2 [MS-CIFS §2.2.2.3]
enum NtFunction : std::uint16_t { kCreate = 1, kIoctl = 2 };  // [MS-CIFS §2.2.2.4]
constexpr std::uint32_t kFsctlPipeTransceive = 0x0011c017;    // [MS-FSCC §2.3.49]

// Layout says where the parameters and data of a transaction lie.
struct Layout {
  std::uint32_t total_data = 0;
  std::size_t parameter_count = 0, parameter_offset = 0;
  std::size_t data_count = 0, data_offset = 0;
  std::uint32_t displacement = 0;  // of the data, in secondary requests and in responses
};

// number reads a field of 2 or 4 bytes.
std::uint32_t number(Cursor& words, bool wide) { return wide ? words.u32() : words.u16(); }

// request_layout reads from the totals to the data's offset. Between are the most that may be
// answered, and what only TRANSACTION has: flags and a timeout.
Layout request_layout(Cursor& words, bool wide) {
  Layout at;
  number(words, wide);
  at.total_data = number(words, wide);
  words.skip(wide ? 8 : 14);
  at.parameter_count = number(words, wide);
  at.parameter_offset = number(words, wide);
  at.data_count = number(words, wide);
  at.data_offset = number(words, wide);
  return at;
}

// part_layout reads what secondary requests and responses have alike, but for the two bytes that
// are reserved in a response of TRANSACTION.
Layout part_layout(Cursor& words, bool wide, std::size_t reserved) {
  Layout at;
  number(words, wide);
  at.total_data = number(words, wide);
  words.skip(reserved);
  at.parameter_count = number(words, wide);
  at.parameter_offset = number(words, wide);
  number(words, wide);
  at.data_count = number(words, wide);
  at.data_offset = number(words, wide);
  at.displacement = number(words, wide);
  return at;
}

bool take_data(const Block& block, const Layout& at, Operation& op) {
  op.total = at.total_data;
  op.displacement = at.displacement;
  return block.words.ok() && block.message.slice(at.data_offset, at.data_count, op.data);
}

// parameters_of gives the first n of the parameters; a cursor that has failed if they are fewer.
Cursor parameters_of(const Block& block, const Layout& at, std::size_t n) {
  Slice all;
  const bool there = at.parameter_count >= n && block.message.slice(at.parameter_offset, n, all);
  Cursor parameters(there ? all.bytes : Bytes(), Endian::kLittle);
  return parameters.sub(n);
}

Verb transaction_verb(std::size_t setup_count, std::uint16_t function) {
  if (setup_count != 2) return Verb::kTransactOther;
  switch (function) {
    case kRawReadPipe:
    case kTransactPipe:
    case kRawWritePipe:
    case kReadPipe:
    case kWritePipe:
      return Verb::kTransact;
    case kCallPipe:
      return Verb::kCall;
    default:
      return Verb::kTransactOther;
  }
}

// nt_ioctl reads the setup words of an ioctl [MS-CIFS §2.2.7.2.1].
bool nt_ioctl(Block block, const Layout& at, Operation& op) {
  const bool transceive = block.words.u32() == kFsctlPipeTransceive;
  fid(block.words, op);
  op.verb = transceive ? Verb::kTransact : Verb::kTransactOther;
  return transceive ? take_data(block, at, op) : block.words.ok();
}

}  // namespace

bool transaction_request(Block block, Operation& op) {  // [MS-CIFS §2.2.4.33.1, §2.2.5]
  const Layout at = request_layout(block.words, false);
  const std::size_t setup_count = block.words.u8();
  block.words.skip(1);
  op.verb = transaction_verb(setup_count, block.words.u16());
  if (op.verb == Verb::kTransactOther) return true;
  if (op.verb == Verb::kCall) {  // its second setup word is a priority [MS-CIFS §2.2.5.11.1]
    op.name = text(block, block.bytes_at, SIZE_MAX);
  } else {
    fid(block.words, op);
  }
  return take_data(block, at, op);
}

bool transaction_secondary(Block block, Operation& op) {  // [MS-CIFS §2.2.4.34.1]
  return take_data(block, part_layout(block.words, false, 0), op);
}

bool transaction_response(Block block, Operation& op) {  // [MS-CIFS §2.2.4.33.2]
  return take_data(block, part_layout(block.words, false, 2), op);
}

bool transaction2_request(Block block, Operation& op) {  // [MS-CIFS §2.2.4.46.1]
  const Layout at = request_layout(block.words, false);
  block.words.skip(2);
  const bool opens = block.words.u16() == kOpen2;
  op.verb = opens ? Verb::kOpen : Verb::kOther;
  if (!opens) return block.words.ok();
  return open2_request(block, parameters_of(block, at, kOpen2RequestBytes),
                       at.parameter_offset + kOpen2RequestBytes, op);
}

bool transaction2_response(Block block, Operation& op) {  // [MS-CIFS §2.2.4.46.2]
  const Layout at = part_layout(block.words, false, 2);
  if (at.parameter_count != kOpen2ResponseBytes) op.verb = Verb::kOther;
  return op.verb == Verb::kOther ||
         open2_response(parameters_of(block, at, kOpen2ResponseBytes), op);
}

bool nt_transact_request(Block block, Operation& op) {  // [MS-CIFS §2.2.4.62.1]
  block.words.skip(3);
  const Layout at = request_layout(block.words, true);
  block.words.skip(1);
  const std::uint16_t function = block.words.u16();
  if (function == kIoctl) return nt_ioctl(block, at, op);
  op.verb = function == kCreate ? Verb::kOpen : Verb::kTransactOther;
  return op.verb == Verb::kTransactOther ||
         nt_transact_create_request(block, parameters_of(block, at, kNtCreateRequestBytes),
                                    at.parameter_offset + kNtCreateRequestBytes, op);
}

bool nt_transact_secondary(Block block, Operation& op) {  // [MS-CIFS §2.2.4.63.1]
  block.words.skip(3);
  return take_data(block, part_layout(block.words, true, 0), op);
}

bool nt_transact_response(Block block, Operation& op) {  // [MS-CIFS §2.2.4.62.2]
  block.words.skip(3);
  const Layout at = part_layout(block.words, true, 0);
  if (at.parameter_count != kNtCreateResponseBytes) {
    op.verb = Verb::kTransact;
    return take_data(block, at, op);
  }
  op.verb = Verb::kOpen;
  return nt_transact_create_response(parameters_of(block, at, kNtCreateResponseBytes), op);
}

}  // namespace rpcsieve::smb::smb1

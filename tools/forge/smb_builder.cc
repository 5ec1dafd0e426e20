#include "tools/forge/smb_builder.h"

#include <algorithm>

namespace rpcsieve::forge {

Buffer session_message(const Buffer& message) {
  return Wire(Endian::kBig).u32(message.size()).build() + message;
}

namespace smb2 {
namespace {

constexpr std::size_t kHeader = 64;
constexpr std::uint32_t kPipeTransceive = 0x0011c017;

enum Command : std::uint16_t {
  kSessionSetup = 1,
  kLogoff = 2,
  kTreeConnect = 3,
  kTreeDisconnect = 4,
  kCreate = 5,
  kClose = 6,
  kRead = 8,
  kWrite = 9,
  kIoctl = 11,
};

Message request(std::uint16_t command, const Wire& body) { return {command, false, body.build()}; }
Message response(std::uint16_t command, const Wire& body) { return {command, true, body.build()}; }
Wire empty_body() { return Wire().u16(4).u16(0); }

}  // namespace

Buffer Message::message(std::uint32_t next_command) const {
  const std::uint32_t flags = (response_ ? 1U : 0U) | (async_ ? 2U : 0U) | (related_ ? 4U : 0U);
  Wire header;
  header.u8(0xfe).text("SMB").u16(kHeader).u16(1).u32(status_).u16(command_).u16(1);
  header.u32(flags).u32(next_command).u64(id_);
  if (async_) {
    header.u64(0x0000'0009'0000'0007 + id_);
  } else {
    header.u32(0xfeff).u32(tree_);
  }
  return header.u64(session_).zeros(16).bytes(body_).build();
}

Message& Message::refused(std::uint32_t value) {
  body_ = Wire().u16(9).u8(0).u8(0).u32(0).u8(0).build();
  return status(value);
}

Buffer compound(const std::vector<Message>& members) {
  Buffer all;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const bool last = i + 1 == members.size();
    const std::size_t size = members[i].message().size();
    const std::size_t padded = (size + 7) / 8 * 8;
    Wire member;
    member.bytes(members[i].message(last ? 0 : static_cast<std::uint32_t>(padded)));
    all = all + (last ? member : member.align(8)).build();
  }
  return session_message(all);
}

Message tree_connect(std::string_view path) {
  return request(kTreeConnect,
                 Wire().u16(9).u16(0).u16(kHeader + 8).u16(path.size() * 2).utf16(path));
}

namespace {

Message create_of(std::string_view name, std::uint32_t access, std::uint32_t disposition,
                  std::uint32_t options) {
  Wire body;
  body.u16(57).u8(0).u8(0).u32(2).u64(0).u64(0);
  body.u32(access).u32(0).u32(3).u32(disposition).u32(options);
  body.u16(kHeader + 56).u16(name.size() * 2).u32(0).u32(0).utf16(name);
  return request(kCreate, name.empty() ? body.u8(0) : body);
}

}  // namespace

Message create(std::string_view name, bool directory) {
  return create_of(name, 0x12019f, 1, directory ? 1 : 0);
}

Message create(std::string_view name, std::uint32_t access, std::uint32_t disposition) {
  return create_of(name, access, disposition, 0);
}

Message write(std::uint64_t file, const Buffer& data) {
  Wire body;
  body.u16(49).u16(kHeader + 48).u32(data.size()).u64(0).u64(file).u64(file);
  return request(kWrite, body.u32(0).u32(0).u16(0).u16(0).u32(0).bytes(data));
}

Message read(std::uint64_t file) {
  Wire body;
  body.u16(49).u8(0x50).u8(0).u32(4280).u64(0).u64(file).u64(file);
  return request(kRead, body.u32(0).u32(0).u32(0).u16(0).u16(0).u8(0));
}

Message ioctl(std::uint64_t file, std::uint32_t function, const Buffer& data) {
  Wire body;
  body.u16(57).u16(0).u32(function).u64(file).u64(file);
  body.u32(kHeader + 56).u32(data.size()).u32(0).u32(0).u32(0).u32(1024).u32(1).u32(0);
  return request(kIoctl, body.bytes(data));
}

Message transceive(std::uint64_t file, const Buffer& data) {
  return ioctl(file, kPipeTransceive, data);
}

Message close(std::uint64_t file) {
  return request(kClose, Wire().u16(24).u16(0).u32(0).u64(file).u64(file));
}

Message tree_disconnect() { return request(kTreeDisconnect, empty_body()); }
Message logoff() { return request(kLogoff, empty_body()); }

Message tree_connect_response(ShareType type) {
  return response(kTreeConnect,
                  Wire().u16(16).u8(static_cast<std::uint8_t>(type)).u8(0).u32(0x30).u32(0).u32(0));
}

Message create_response(std::uint64_t file, std::uint64_t created) {
  Wire body;
  body.u16(89).u8(0).u8(0).u32(1).u64(created).zeros(24).u64(4096).u64(0).u32(0x80).u32(0);
  return response(kCreate, body.u64(file).u64(file).u32(0).u32(0));
}

Message write_response(std::uint32_t count) {
  return response(kWrite, Wire().u16(17).u16(0).u32(count).u32(0).u16(0).u16(0));
}

Message read_response(const Buffer& data) {
  return response(kRead,
                  Wire().u16(17).u8(kHeader + 16).u8(0).u32(data.size()).u32(0).u32(0).bytes(data));
}

Message ioctl_response(std::uint64_t file, std::uint32_t function, const Buffer& data) {
  Wire body;
  body.u16(49).u16(0).u32(function).u64(file).u64(file).u32(kHeader + 48).u32(0);
  return response(kIoctl, body.u32(kHeader + 48).u32(data.size()).u32(0).u32(0).bytes(data));
}

Message transceive_response(std::uint64_t file, const Buffer& data) {
  return ioctl_response(file, kPipeTransceive, data);
}

Message close_response() { return response(kClose, Wire().u16(60).zeros(58)); }
Message tree_disconnect_response() { return response(kTreeDisconnect, empty_body()); }
Message logoff_response() { return response(kLogoff, empty_body()); }

Message session_setup(const Buffer& token) {
  Wire body;
  body.u16(25).u8(0).u8(1).u32(0).u32(0).u16(kHeader + 24).u16(token.size()).u64(0).bytes(token);
  return request(kSessionSetup, body).session(0).tree(0);
}

Message session_setup_response(const Buffer& token) {
  return response(kSessionSetup,
                  Wire().u16(9).u16(0).u16(kHeader + 8).u16(token.size()).bytes(token))
      .tree(0);
}

Buffer encrypted(std::uint64_t session) {
  Wire message;
  message.u8(0xfd).text("SMB").zeros(32).u32(100).u16(0).u16(1).u64(session).zeros(100);
  return session_message(message.build());
}

Buffer compressed() {
  return session_message(
      Wire().u8(0xfc).text("SMB").u32(200).u16(1).u16(0).u32(0).zeros(50).build());
}

}  // namespace smb2

namespace smb1 {
namespace {

enum Command : std::uint8_t {
  kOpen = 0x02,
  kCreate = 0x03,
  kClose = 0x04,
  kRead = 0x0a,
  kWrite = 0x0b,
  kCreateNew = 0x0f,
  kTransaction = 0x25,
  kTransactionSecondary = 0x26,
  kWriteAndClose = 0x2c,
  kOpenAndx = 0x2d,
  kReadAndx = 0x2e,
  kWriteAndx = 0x2f,
  kTransaction2 = 0x32,
  kTreeConnect = 0x70,
  kSessionSetupAndx = 0x73,
  kTreeConnectAndx = 0x75,
  kNtTransact = 0xa0,
  kNtTransactSecondary = 0xa1,
  kNtCreateAndx = 0xa2,
};

// andx begins the words of a command that may be followed by another.
Wire andx() { return Wire().u8(0xff).u8(0).u16(0); }

Message request(std::uint8_t command, const Wire& words, std::string_view name = {}) {
  return Message({command, false, words.build(), {}, std::string(name)});
}

Message response(std::uint8_t command, const Wire& words, const Wire& bytes = Wire()) {
  return Message({command, true, words.build(), bytes.build()});
}

// with_data notes where the words tell the offset of the data, if they do.
Message with_data(bool is_response, std::uint8_t command, const Wire& words,
                  std::optional<std::size_t> offset_at, const Wire& bytes, const Buffer& data) {
  return Message({command, is_response, words.build(), bytes.build(), {}, offset_at, data});
}

Message transaction(std::uint16_t fid, const Buffer& data, std::size_t total,
                    std::uint16_t function, std::string_view pipe = "\\PIPE\\") {
  Wire words;
  words.u16(0).u16(total).u16(0).u16(1024).u8(0).u8(0).u16(0).u32(0).u16(0).u16(0).u16(0);
  words.u16(data.size());
  const std::size_t offset_at = words.size();
  words.u16(0).u8(2).u8(0).u16(function).u16(fid);
  const Wire name = Wire().u8(0).utf16(pipe).u16(0).zeros(2);
  return with_data(false, kTransaction, words, offset_at, name, data);
}

// Offsets of the bytes of a transaction of so many words that is alone in its message, behind the
// padding that puts them on a multiple of two.
constexpr std::size_t bytes_offset(std::size_t words) { return (32 + 1 + 2 * words + 2 + 1) & ~1U; }

// nt_transaction gives the words of an NT_TRANSACT with one block of parameters or data.
Wire nt_transaction(std::uint16_t function, std::size_t parameters, std::size_t data,
                    std::size_t total, std::size_t setup_words) {
  const std::size_t at = bytes_offset(19 + setup_words);
  Wire words;
  words.u8(0).u16(0).u32(parameters).u32(total).u32(0).u32(1024);
  words.u32(parameters).u32(at).u32(data).u32(at).u8(setup_words).u16(function);
  return words;
}

// nt_transaction_part gives those of a secondary request, or of a response.
Wire nt_transaction_part(std::size_t parameters, std::size_t data, std::size_t displacement,
                         std::size_t total) {
  const std::size_t at = bytes_offset(18);
  Wire words;
  words.zeros(3).u32(parameters).u32(total).u32(parameters).u32(at).u32(0);
  return words.u32(data).u32(at).u32(displacement).u8(0);
}

// padded puts bytes on a multiple of two.
Wire padded(std::size_t words, const Buffer& bytes) {
  return Wire().zeros(bytes_offset(words) - (32 + 1 + 2 * words + 2)).bytes(bytes);
}

// bytes_of gives a block's bytes as they stand at an offset.
Buffer bytes_of(const Block& block, std::size_t at, bool ascii) {
  Wire bytes;
  bytes.bytes(block.bytes);
  if (!block.name.empty() && ascii) bytes.text(block.name).u8(0);
  if (!block.name.empty() && !ascii) bytes.zeros((at + bytes.size()) % 2).utf16(block.name).u16(0);
  return bytes.bytes(block.data).build();
}

// lay_out gives a block as it stands at an offset.
Buffer lay_out(const Block& block, std::size_t at, bool ascii) {
  Wire words;
  words.bytes(block.words);
  const std::size_t bytes_at = at + 1 + block.words.size() + 2;
  if (block.offset_at) words.patch16(*block.offset_at, bytes_at + block.bytes.size());
  const Buffer bytes = bytes_of(block, bytes_at, ascii);
  Wire out;
  return out.u8(words.size() / 2).bytes(words.build()).u16(bytes.size()).bytes(bytes).build();
}

}  // namespace

Message& Message::dos_error(std::uint8_t error_class, std::uint16_t code) {
  nt_status_ = false;
  return status(static_cast<std::uint32_t>(code) << 16 | error_class);
}

Message& Message::then(const Message& next) {
  blocks_.push_back(next.blocks_.front());
  return *this;
}

Buffer Message::message() const {
  Wire out;
  out.u8(0xff).text("SMB").u8(blocks_.front().command).u32(status_);
  out.u8(blocks_.front().response ? 0x98 : 0x18);
  out.u16((nt_status_ ? 0x4000U : 0U) | (ascii_ ? 0U : 0x8000U)).zeros(12);
  out.u16(tree_).u16(process_).u16(user_).u16(id_);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const std::size_t at = out.size();
    out.bytes(lay_out(blocks_[i], at, ascii_));
    if (i + 1 < blocks_.size())
      out.patch16(at + 1, blocks_[i + 1].command).patch16(at + 3, out.size());
  }
  return out.build();
}

Message nt_create(std::string_view name, std::uint32_t access, std::uint32_t disposition) {
  Wire words = andx();
  words.u8(0).u16(name.size() * 2).u32(0).u32(0).u32(access).u64(0).u32(0).u32(7);
  return request(kNtCreateAndx, words.u32(disposition).u32(0).u32(2).u8(3), name);
}

Message open_andx(std::string_view name, std::uint16_t access_mode, std::uint16_t open_mode) {
  Wire words = andx();
  words.u16(0).u16(access_mode).u16(0).u16(0).u32(0).u16(open_mode);
  return request(kOpenAndx, words.zeros(12), name);
}

Message open(std::string_view name) {
  return Message({kOpen, false, Wire().u16(2).u16(0).build(), {0x04}, std::string(name)});
}

Message close(std::uint16_t fid) { return request(kClose, Wire().u16(fid).u32(0)); }

Message write_andx(std::uint16_t fid, const Buffer& data, std::uint16_t mode) {
  Wire words = andx();
  words.u16(fid).u32(0).u32(0).u16(mode).u16(0).u16(data.size() >> 16).u16(data.size() & 0xffff);
  const std::size_t offset_at = words.size();
  return with_data(false, kWriteAndx, words.u16(0).u32(0), offset_at, Wire().u8(0xee), data);
}

Message write(std::uint16_t fid, const Buffer& data) {
  Wire words;
  words.u16(fid).u16(data.size()).u32(0).u16(0);
  return with_data(false, kWrite, words, std::nullopt, Wire().u8(1).u16(data.size()), data);
}

Message write_and_close(std::uint16_t fid, const Buffer& data) {
  Wire words;
  words.u16(fid).u16(data.size()).u32(0).u32(0);
  return with_data(false, kWriteAndClose, words, std::nullopt, Wire().u8(0), data);
}

Message read_andx(std::uint16_t fid) {
  return request(kReadAndx, andx().u16(fid).u32(0).u16(4280).u16(0).u32(0).u16(0).u32(0));
}

Message read(std::uint16_t fid) { return request(kRead, Wire().u16(fid).u16(4280).u32(0).u16(0)); }

Message transact(std::uint16_t fid, const Buffer& data, std::uint16_t function) {
  return transaction(fid, data, data.size(), function);
}

Message transact_part(std::uint16_t fid, const Buffer& data, std::size_t total) {
  return transaction(fid, data, total, 0x26);
}

Message transact_more(const Buffer& data, std::size_t displacement, std::size_t total) {
  Wire words;
  words.u16(0).u16(total).u16(0).u16(0).u16(0).u16(data.size());
  const std::size_t offset_at = words.size();
  words.u16(0).u16(displacement);
  return with_data(false, kTransactionSecondary, words, offset_at, Wire().u8(0), data);
}

Message call(std::string_view name, const Buffer& data) {
  return transaction(0, data, data.size(), 0x54, name);
}

Message open2(std::string_view name, std::uint16_t access_mode, std::uint16_t open_mode) {
  const std::size_t parameters = 28 + 2 * name.size() + 2;
  Wire words;
  words.u16(parameters).u16(0).u16(30).u16(0).u8(0).u8(0).u16(0).u32(0).u16(0);
  words.u16(parameters).u16(bytes_offset(15)).u16(0).u16(0).u8(1).u8(0).u16(0);
  Wire bytes;
  bytes.u16(0).u16(access_mode).u16(0).u16(0).u32(0).u16(open_mode).u32(0).zeros(10);
  bytes.utf16(name).u16(0);
  return Message({kTransaction2, false, words.build(), padded(15, bytes.build()).build()});
}

Message nt_transact_create(std::string_view name, std::uint32_t access, std::uint32_t disposition) {
  Wire bytes;
  bytes.u32(0).u32(0).u32(access).u64(0).u32(0).u32(7).u32(disposition).u32(0).u32(0).u32(0);
  bytes.u32(2 * name.size()).u32(2).u8(3).u8(0).utf16(name);
  const Wire words = nt_transaction(1, bytes.size(), 0, 0, 0);
  return Message({kNtTransact, false, words.build(), padded(19, bytes.build()).build()});
}

Message nt_ioctl(std::uint16_t fid, const Buffer& data, std::size_t total) {
  Wire words = nt_transaction(2, 0, data.size(), total, 4);
  words.u32(0x0011c017).u16(fid).u8(1).u8(0);
  return Message({kNtTransact, false, words.build(), padded(23, data).build()});
}

Message nt_transact_more(const Buffer& data, std::size_t displacement, std::size_t total) {
  const Wire words = nt_transaction_part(0, data.size(), displacement, total);
  return Message({kNtTransactSecondary, false, words.build(), padded(18, data).build()});
}

Message create(std::string_view name, bool is_new) {
  const Wire words = Wire().u16(0).u32(0);
  return Message({is_new ? kCreateNew : kCreate, false, words.build(), {0x04}, std::string(name)});
}

Message session_setup_andx() {
  Wire words = andx();
  return request(kSessionSetupAndx, words.u16(4356).u16(10).u16(0).u32(0).u16(0).u32(0).u32(0));
}

Message tree_connect_andx(std::string_view path) {
  return Message({kTreeConnectAndx, false, andx().u16(0).u16(1).build(), {0}, std::string(path)});
}

Message tree_connect(std::string_view path) {
  Wire bytes;
  bytes.u8(4).text(path).u8(0).u8(4).u8(0).u8(4).text("?????").u8(0);
  return Message({kTreeConnect, false, {}, bytes.build()});
}

Message session_setup_andx(const Buffer& token) {
  const Wire words =
      andx().u16(4356).u16(50).u16(1).u32(0).u16(token.size()).u32(0).u32(0x8000'0000);
  Block block{kSessionSetupAndx, false, words.build(), {}};
  block.bytes = token;
  return Message(block).user(0).tree(0);
}

Message session_setup_account(std::string_view account, std::string_view domain, bool utf16) {
  Wire words = andx();
  words.u16(4356).u16(50).u16(1).u32(0).u16(24).u16(utf16 ? 24 : 0).u32(0).u32(0);
  Block block{kSessionSetupAndx, false, words.build(), {}};
  block.bytes = Buffer(utf16 ? 48 : 24, 0x11);
  block.name = std::string(account) + '\0' + std::string(domain) + '\0' + "OS";
  Message message = Message(block).user(0).tree(0);
  return utf16 ? message : message.ascii();
}

Message session_setup_lanman(std::string_view account, std::string_view domain) {
  const Wire words = andx().u16(4356).u16(50).u16(1).u32(0).u16(24).u32(0);
  Block block{kSessionSetupAndx, false, words.build(), {}};
  block.bytes = Buffer(24, 0x11);
  block.name = std::string(account) + '\0' + std::string(domain) + '\0' + "OS";
  return Message(block).user(0).tree(0).ascii();
}

Message session_setup_andx_response(const Buffer& token) {
  const Wire words = andx().u16(0).u16(token.size());
  return response(kSessionSetupAndx, words, Wire().bytes(token)).tree(0);
}

Message session_setup_account_response() {
  return response(kSessionSetupAndx, andx().u16(0)).tree(0);
}

Message raw(std::uint8_t command, const Buffer& words) {
  return request(command, Wire().bytes(words));
}

Message nt_create_response(std::uint16_t fid, std::uint16_t resource_type) {
  Wire words = andx();
  words.u8(0).u16(fid).u32(1).zeros(32).u32(0x80).u64(4096).u64(0).u16(resource_type);
  return response(kNtCreateAndx, words.u16(0x05ff).u8(0));
}

Message nt_transact_create_response(std::uint16_t fid, std::uint16_t resource_type) {
  Wire bytes;
  bytes.u8(0).u8(0).u16(fid).u32(2).u32(0).zeros(32).u32(0x20).u64(0).u64(0).u16(resource_type);
  bytes.u16(0).u8(0);
  const Wire words = nt_transaction_part(bytes.size(), 0, 0, 0);
  return response(kNtTransact, words, padded(18, bytes.build()));
}

Message nt_ioctl_response(const Buffer& data) {
  const Wire words = nt_transaction_part(0, data.size(), 0, data.size());
  return response(kNtTransact, words, padded(18, data));
}

Message open2_response(std::uint16_t fid, std::uint16_t resource_type) {
  Wire words;
  words.u16(30).u16(0).u16(0).u16(30).u16(bytes_offset(10)).u16(0).zeros(6).u8(0).u8(0);
  Wire bytes;
  bytes.u16(fid).u16(0).u32(0).u32(0).u16(0).u16(resource_type).u16(0).u16(1).zeros(10);
  return response(kTransaction2, words, padded(10, bytes.build()));
}

Message create_response(std::uint16_t fid, bool is_new) {
  return response(is_new ? kCreateNew : kCreate, Wire().u16(fid));
}

Message session_setup_andx_response() { return response(kSessionSetupAndx, andx().u16(0)); }

Message tree_connect_response(std::uint16_t tree) {
  return response(kTreeConnect, Wire().u16(4356).u16(tree));
}

Message open_andx_response(std::uint16_t fid, std::uint16_t resource_type) {
  Wire words = andx();
  words.u16(fid).u16(0).u32(0).u32(0).u16(2).u16(resource_type);
  return response(kOpenAndx, words.u16(0).u16(1).zeros(6));
}

Message open_response(std::uint16_t fid) { return response(kOpen, Wire().u16(fid).zeros(12)); }

Message read_andx_response(const Buffer& data) {
  Wire words = andx();
  words.u16(0xffff).u16(0).u16(0).u16(data.size() & 0xffff);
  const std::size_t offset_at = words.size();
  words.u16(0).u16(data.size() >> 16).zeros(8);
  return with_data(true, kReadAndx, words, offset_at, Wire().u8(0), data);
}

Message read_response(const Buffer& data) {
  const Wire words = Wire().u16(data.size()).zeros(8);
  return with_data(true, kRead, words, std::nullopt, Wire().u8(1).u16(data.size()), data);
}

Message transact_response(const Buffer& data, std::size_t displacement, std::size_t total) {
  Wire words;
  words.u16(0).u16(total == 0 ? data.size() : total).u16(0).u16(0).u16(0).u16(0).u16(data.size());
  const std::size_t offset_at = words.size();
  words.u16(0).u16(displacement).u8(0).u8(0);
  return with_data(true, kTransaction, words, offset_at, Wire().u8(0), data);
}

Message tree_connect_andx_response(std::string_view service) {
  return response(kTreeConnectAndx, andx().u16(1), Wire().text(service).u8(0).u16(0));
}

Message done(std::uint8_t command) { return response(command, Wire()); }

}  // namespace smb1
}  // namespace rpcsieve::forge

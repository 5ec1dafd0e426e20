#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/forge/wire.h"

namespace rpcsieve::forge {

// session_message puts the session service header before a message [RFC 1002 §4.3.1].
Buffer session_message(const Buffer& message);

// SMB2 messages, as requests and answers of one session (1) and tree (5) unless told otherwise:
//   smb2::create("lsarpc").id(3).build() + smb2::create_response(0x77).id(3).build()
namespace smb2 {

constexpr std::uint32_t kBufferOverflow = 0x80000005;
constexpr std::uint32_t kPending = 0x00000103;
constexpr std::uint32_t kAccessDenied = 0xc0000022;
// In a related request: the file of the request before it.
constexpr std::uint64_t kPrevious = UINT64_MAX;

enum class ShareType : std::uint8_t { kDisk = 1, kPipe = 2, kPrint = 3 };

class Message {
 public:
  Message(std::uint16_t command, bool response, Buffer body)
      : command_(command), response_(response), body_(std::move(body)) {}

  Message& session(std::uint64_t value) { return session_ = value, *this; }
  Message& tree(std::uint32_t value) { return tree_ = value, *this; }
  Message& id(std::uint64_t value) { return id_ = value, *this; }
  Message& status(std::uint32_t value) { return status_ = value, *this; }
  Message& related() { return related_ = true, *this; }
  // async puts an AsyncId in the place of the tree.
  Message& async() { return async_ = true, *this; }
  // refused turns a response into the error response to the same request.
  Message& refused(std::uint32_t status);

  // build gives the message as it is sent, message() without its session service header.
  [[nodiscard]] Buffer build() const { return session_message(message()); }
  [[nodiscard]] Buffer message(std::uint32_t next_command = 0) const;

 private:
  std::uint16_t command_;
  bool response_;
  Buffer body_;
  std::uint64_t session_ = 1;
  std::uint32_t tree_ = 5;
  std::uint64_t id_ = 1;
  std::uint32_t status_ = 0;
  bool related_ = false;
  bool async_ = false;
};

// compound joins messages to one: all but the first follow at multiples of eight bytes.
Buffer compound(const std::vector<Message>& members);

// A file's number stands for both halves of its id.
Message tree_connect(std::string_view path);
Message create(std::string_view name, bool directory = false);
Message create(std::string_view name, std::uint32_t access, std::uint32_t disposition);
Message write(std::uint64_t file, const Buffer& data);
Message read(std::uint64_t file);
Message ioctl(std::uint64_t file, std::uint32_t function, const Buffer& data);
Message transceive(std::uint64_t file, const Buffer& data);  // FSCTL_PIPE_TRANSCEIVE
Message close(std::uint64_t file);
Message tree_disconnect();
Message logoff();

Message tree_connect_response(ShareType type);
Message create_response(std::uint64_t file, std::uint64_t created = 0);
Message write_response(std::uint32_t count);
Message read_response(const Buffer& data);
Message ioctl_response(std::uint64_t file, std::uint32_t function, const Buffer& data);
Message transceive_response(std::uint64_t file, const Buffer& data);
Message close_response();
Message tree_disconnect_response();
Message logoff_response();

constexpr std::uint32_t kMoreProcessing = 0xc0000016;
constexpr std::uint32_t kLogonFailure = 0xc000006d;
// session_setup is sent for a session that is not there yet unless told otherwise.
Message session_setup(const Buffer& token);
Message session_setup_response(const Buffer& token);

// encrypted and compressed give whole messages whose contents are not to be read.
Buffer encrypted(std::uint64_t session);
Buffer compressed();

}  // namespace smb2

// SMB1 messages, of one user (1) and tree (5) unless told otherwise. Strings are UTF-16.
namespace smb1 {

constexpr std::uint16_t kMessagePipe = 2;  // resource types
constexpr std::uint16_t kDiskFile = 0;

// Block is a command with its words and bytes. What depends on its place in the message is filled
// in when that is known: the padding of a name, the offset of data.
struct Block {
  std::uint8_t command = 0;
  bool response = false;
  Buffer words;
  Buffer bytes;
  std::string name = {};                                // follows the bytes
  std::optional<std::size_t> offset_at = std::nullopt;  // where the words hold the data's offset
  Buffer data = {};                                     // follow the bytes
};

class Message {
 public:
  explicit Message(Block block) : blocks_{std::move(block)} {}

  Message& user(std::uint16_t value) { return user_ = value, *this; }
  Message& tree(std::uint16_t value) { return tree_ = value, *this; }
  Message& id(std::uint16_t value) { return id_ = value, *this; }
  Message& process(std::uint16_t value) { return process_ = value, *this; }
  Message& status(std::uint32_t value) { return status_ = value, *this; }
  // command changes that of the first block.
  Message& command(std::uint8_t value) { return blocks_.front().command = value, *this; }
  // dos_error sets an error class and code instead of a status.
  Message& dos_error(std::uint8_t error_class, std::uint16_t code);
  Message& ascii() { return ascii_ = true, *this; }
  // then appends the block of another message to the andX chain.
  Message& then(const Message& next);

  [[nodiscard]] Buffer build() const { return session_message(message()); }
  [[nodiscard]] Buffer message() const;

 private:
  std::vector<Block> blocks_;
  std::uint16_t user_ = 1;
  std::uint16_t tree_ = 5;
  std::uint16_t id_ = 1;
  std::uint16_t process_ = 0xfeff;
  std::uint32_t status_ = 0;
  bool nt_status_ = true;
  bool ascii_ = false;
};

Message nt_create(std::string_view name, std::uint32_t access = 0x2019f,
                  std::uint32_t disposition = 1);
Message open_andx(std::string_view name, std::uint16_t access_mode = 0,
                  std::uint16_t open_mode = 1);
Message open(std::string_view name);
Message close(std::uint16_t fid);
Message write_andx(std::uint16_t fid, const Buffer& data, std::uint16_t mode = 0);
Message write(std::uint16_t fid, const Buffer& data);
Message write_and_close(std::uint16_t fid, const Buffer& data);
Message read_andx(std::uint16_t fid);
Message read(std::uint16_t fid);
Message transact(std::uint16_t fid, const Buffer& data, std::uint16_t function = 0x26);
// transact_part is a transaction of `total` bytes whose rest comes in transact_more messages.
Message transact_part(std::uint16_t fid, const Buffer& data, std::size_t total);
Message transact_more(const Buffer& data, std::size_t displacement, std::size_t total);
// call opens a pipe by its name, transacts and closes it.
Message call(std::string_view name, const Buffer& data);
// open2 and nt_transact_create open a file by a transaction; nt_ioctl is FSCTL_PIPE_TRANSCEIVE.
Message open2(std::string_view name, std::uint16_t access_mode, std::uint16_t open_mode);
Message nt_transact_create(std::string_view name, std::uint32_t access, std::uint32_t disposition);
Message nt_ioctl(std::uint16_t fid, const Buffer& data, std::size_t total);
Message nt_transact_more(const Buffer& data, std::size_t displacement, std::size_t total);
// create makes a file; it fails if there is one and `is_new` is set.
Message create(std::string_view name, bool is_new);
Message session_setup_andx();
Message tree_connect_andx(std::string_view path);
Message tree_connect(std::string_view path);  // the old one
Message raw(std::uint8_t command, const Buffer& words);

Message nt_create_response(std::uint16_t fid, std::uint16_t resource_type = kMessagePipe);
Message open2_response(std::uint16_t fid, std::uint16_t resource_type = kDiskFile);
Message nt_transact_create_response(std::uint16_t fid, std::uint16_t resource_type = kDiskFile);
Message nt_ioctl_response(const Buffer& data);
Message create_response(std::uint16_t fid, bool is_new);
Message session_setup_andx_response();
Message tree_connect_response(std::uint16_t tree);
Message open_andx_response(std::uint16_t fid, std::uint16_t resource_type = kMessagePipe);
Message open_response(std::uint16_t fid);
Message read_andx_response(const Buffer& data);
Message read_response(const Buffer& data);
Message transact_response(const Buffer& data, std::size_t displacement = 0, std::size_t total = 0);
Message tree_connect_andx_response(std::string_view service);
// The forms of session setup: with a security token; with an account in clear, and LAN Manager's.
Message session_setup_andx(const Buffer& token);
Message session_setup_account(std::string_view account, std::string_view domain, bool utf16 = true);
Message session_setup_lanman(std::string_view account, std::string_view domain);
Message session_setup_andx_response(const Buffer& token);
Message session_setup_account_response();
// done is an answer without words or bytes.
Message done(std::uint8_t command);

}  // namespace smb1
}  // namespace rpcsieve::forge

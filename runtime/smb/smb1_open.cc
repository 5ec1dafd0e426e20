// SMB1 has seven ways to open a file and two to connect to a share. The newest ones ask as SMB2
// does; the old ones ask in modes of a few bits, which become the same numbers here, so that nobody
// else has to know them.
#include "runtime/smb/smb1_open.h"

#include <algorithm>
#include <array>

namespace rpcsieve::smb::smb1 {
namespace {

constexpr std::uint32_t kDirectoryFile = 0x1;  // CreateOptions [MS-CIFS §2.2.4.64.1]

// CreateDisposition [MS-CIFS §2.2.4.64.1].
enum Disposition : std::uint32_t {
  kOpen = 1,
  kCreate = 2,
  kOpenIf = 3,
  kOverwrite = 4,
  kOverwriteIf = 5,
  kNone = 0xffffffff,  // an OpenMode that asks for nothing
};

constexpr std::uint32_t kGenericRead = 0x80000000;
constexpr std::uint32_t kGenericWrite = 0x40000000;
constexpr std::uint32_t kGenericExecute = 0x20000000;

// ResourceType [MS-CIFS §2.2.4.64.2]: of the numbers, 1 and 2 are pipes.
Share share_of(std::uint16_t resource_type) {
  return resource_type == 1 || resource_type == 2 ? Share::kPipes : Share::kFiles;
}

// access_of translates an AccessMode [MS-CIFS §2.2.4.3.1].
std::uint32_t access_of(std::uint16_t mode) {
  constexpr std::array<std::uint32_t, 4> kAccess = {kGenericRead, kGenericWrite,
                                                    kGenericRead | kGenericWrite, kGenericExecute};
  const std::size_t number = mode & 7;
  return number < kAccess.size() ? kAccess[number] : 0;
}

// disposition_of translates an OpenMode: what to do with a file that is there (0 fail, 1 open,
// 2 truncate), and whether to create one that is not [MS-CIFS §2.2.4.41.1].
std::uint32_t disposition_of(std::uint16_t mode) {
  const bool creates = (mode & 0x10) != 0;
  switch (mode & 3) {
    case 0:
      return creates ? kCreate : kNone;
    case 1:
      return creates ? kOpenIf : kOpen;
    case 2:
      return creates ? kOverwriteIf : kOverwrite;
    default:
      return kNone;
  }
}

// named_share guesses from its path what a tree leads to, for answers that do not say.
Share named_share(const Text& path) {
  constexpr std::array<std::uint8_t, 5> kIpc = {'\\', 'i', 'p', 'c', '$'};
  const auto end = std::find(path.bytes.begin(), path.bytes.end(), 0);
  const auto n = static_cast<std::size_t>(end - path.bytes.begin());
  if (n < kIpc.size()) return Share::kFiles;
  const auto same = [](std::uint8_t want, std::uint8_t c) { return c == want || (c | 32) == want; };
  const Bytes last = path.bytes.subspan(n - kIpc.size(), kIpc.size());
  return std::equal(kIpc.begin(), kIpc.end(), last.begin(), same) ? Share::kPipes : Share::kFiles;
}

}  // namespace

bool tree_connect_request(Block block, Operation& op) {  // [MS-CIFS §2.2.4.50.1]
  // The strings of this command are never UTF-16; each begins with a byte that tells its kind.
  block.utf16 = false;
  op.name = text(block, block.bytes_at + 1, SIZE_MAX);
  op.share = named_share(op.name);
  return true;
}

bool tree_connect_response(Block block, Operation& op) {  // [MS-CIFS §2.2.4.50.2]
  block.words.skip(2);
  op.handle.tree.id = block.words.u16();
  return block.words.ok();
}

bool tree_connect_andx_request(Block block, Operation& op) {  // [MS-CIFS §2.2.4.55.1]
  block.words.skip(6);
  const std::size_t password = block.words.u16();
  op.name = text(block, block.bytes_at + password, SIZE_MAX);
  return block.words.ok();
}

bool tree_connect_andx_response(Block block, Operation& op) {  // [MS-CIFS §2.2.4.55.2]
  Slice service;
  if (!block.message.slice(block.bytes_at, 3, service)) return false;
  const bool ipc = std::equal(service.bytes.begin(), service.bytes.end(), "IPC");
  op.share = ipc ? Share::kPipes : Share::kFiles;
  return service.lost == 0;
}

bool nt_create_request(Block block, Operation& op) {  // [MS-CIFS §2.2.4.64.1]
  block.words.skip(5);
  const std::size_t length = block.words.u16();
  block.words.skip(8);
  op.opening.access = block.words.u32();
  block.words.skip(16);
  op.opening.disposition = block.words.u32();
  op.opening.directory = (block.words.u32() & kDirectoryFile) != 0;
  op.name = text(block, block.bytes_at, length);
  return block.words.ok();
}

bool nt_create_response(Block block, Operation& op) {  // [MS-CIFS §2.2.4.64.2]
  block.words.skip(5);
  fid(block.words, op);
  op.action = block.words.u32();
  block.words.skip(52);
  op.share = share_of(block.words.u16());
  return block.words.ok();
}

bool open_andx_request(Block block, Operation& op) {  // [MS-CIFS §2.2.4.41.1]
  block.words.skip(6);
  op.opening.access = access_of(block.words.u16());
  block.words.skip(8);
  op.opening.disposition = disposition_of(block.words.u16());
  op.name = text(block, block.bytes_at, SIZE_MAX);
  return block.words.ok();
}

bool open_andx_response(Block block, Operation& op) {  // [MS-CIFS §2.2.4.41.2]
  block.words.skip(4);
  fid(block.words, op);
  block.words.skip(12);
  op.share = share_of(block.words.u16());
  block.words.skip(2);
  op.action = block.words.u16() & 3;
  return block.words.ok();
}

bool open_request(Block block, Operation& op) {  // [MS-CIFS §2.2.4.3.1]
  op.opening.access = access_of(block.words.u16());
  op.opening.disposition = kOpen;
  op.name = text(block, block.bytes_at + 1, SIZE_MAX);
  return block.words.ok();
}

// CREATE and CREATE_NEW open for reading and writing [MS-CIFS §2.2.4.4, §2.2.4.16].
bool create_request(const Block& block, Operation& op, bool fails_if_there) {
  op.opening.access = kGenericRead | kGenericWrite;
  op.opening.disposition = fails_if_there ? kCreate : kOverwriteIf;
  op.name = text(block, block.bytes_at + 1, SIZE_MAX);
  return true;
}

bool nt_transact_create_request(const Block& block, Cursor parameters, std::size_t name_at,
                                Operation& op) {  // [MS-CIFS §2.2.7.1.1]
  parameters.skip(8);
  op.opening.access = parameters.u32();
  parameters.skip(16);
  op.opening.disposition = parameters.u32();
  op.opening.directory = (parameters.u32() & kDirectoryFile) != 0;
  parameters.skip(8);
  op.name = text(block, name_at, parameters.u32());
  return parameters.ok();
}

bool nt_transact_create_response(Cursor parameters, Operation& op) {  // [MS-CIFS §2.2.7.1.2]
  parameters.skip(2);
  fid(parameters, op);
  op.action = parameters.u32();
  parameters.skip(56);
  op.share = share_of(parameters.u16());
  return parameters.ok();
}

bool open2_request(const Block& block, Cursor parameters, std::size_t name_at,
                   Operation& op) {  // [MS-CIFS §2.2.6.1.1]
  parameters.skip(2);
  op.opening.access = access_of(parameters.u16());
  parameters.skip(8);
  op.opening.disposition = disposition_of(parameters.u16());
  op.name = text(block, name_at, SIZE_MAX);
  return parameters.ok();
}

bool open2_response(Cursor parameters, Operation& op) {  // [MS-CIFS §2.2.6.1.2]
  fid(parameters, op);
  parameters.skip(12);
  op.share = share_of(parameters.u16());
  parameters.skip(2);
  op.action = parameters.u16() & 3;
  return parameters.ok();
}

}  // namespace rpcsieve::smb::smb1

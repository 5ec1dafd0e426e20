#include "tools/forge/smb_setup.h"

namespace rpcsieve::forge {
namespace {

constexpr std::uint64_t kTime = 133'500'000'000'000'000;  // a FILETIME of January 2024
constexpr std::uint32_t kMostBytes = 65536;

}  // namespace

namespace smb2 {
namespace {

constexpr std::uint16_t kNegotiate = 0;
constexpr std::size_t kHeader = 64;
constexpr std::uint32_t kCapabilities = 0x7f;

const Uuid kClient = parse_uuid("c11e4700-0000-4000-8000-000000000001").value();
const Uuid kServer = parse_uuid("5e54e400-0000-4000-8000-000000000001").value();

// contexts are those of preauthentication integrity (SHA-512) and encryption (AES-128-GCM)
// [MS-SMB2 §2.2.3.1.1, §2.2.3.1.2].
Buffer contexts() {
  Wire wire;
  wire.u16(1).u16(38).u32(0).u16(1).u16(32).u16(1);
  for (unsigned i = 0; i < 32; ++i) wire.u8(0x51 + i * 3);
  return wire.align(8).u16(2).u16(4).u32(0).u16(1).u16(2).build();
}
constexpr std::uint16_t kContexts = 2;

std::size_t aligned(std::size_t at) { return (at + 7) / 8 * 8; }

}  // namespace

Message negotiate(bool with_311) {
  const std::vector<std::uint16_t> dialects =
      with_311 ? std::vector<std::uint16_t>{0x0202, 0x0210, 0x0300, 0x0302, 0x0311}
               : std::vector<std::uint16_t>{0x0202, 0x0210};
  const std::size_t end = kHeader + 36 + 2 * dialects.size();
  Wire body;
  body.u16(36).u16(dialects.size()).u16(1).u16(0).u32(kCapabilities).uuid(kClient);
  if (with_311)
    body.u32(aligned(end)).u16(kContexts).u16(0);
  else
    body.u64(0);
  for (const std::uint16_t dialect : dialects) body.u16(dialect);
  if (with_311) body.align(8).bytes(contexts());
  return {kNegotiate, false, body.build()};
}

Message negotiate_response(bool is_311) {
  Wire body;
  body.u16(65).u16(1).u16(is_311 ? 0x0311 : 0x0210).u16(is_311 ? kContexts : 0).uuid(kServer);
  body.u32(kCapabilities & (is_311 ? ~0x40U : 0x7U));
  body.u32(kMostBytes).u32(kMostBytes).u32(kMostBytes).u64(kTime).u64(0);
  body.u16(kHeader + 64).u16(0).u32(is_311 ? kHeader + 64 : 0);
  if (is_311) body.bytes(contexts());
  return {kNegotiate, true, body.build()};
}

}  // namespace smb2

namespace smb1 {
namespace {

constexpr std::uint8_t kNegotiate = 0x72, kSessionSetupAndx = 0x73, kTreeConnectAndx = 0x75,
                       kWriteAndx = 0x2f;
constexpr std::size_t kHeader = 32;
// Large files, large reads and writes, RPC, NT SMBs, NT status, Unicode, extended security.
constexpr std::uint32_t kCapabilities = 0x8000e0dc;

Wire andx() { return Wire().u8(0xff).u8(0).u16(0); }

// blob_and_names are the bytes of both halves of a session set-up; Unicode stands at even offsets.
Buffer blob_and_names(const Buffer& token, std::size_t words) {
  const std::size_t at = kHeader + 1 + words + 2 + token.size();
  Wire bytes;
  bytes.bytes(token).zeros(at % 2).utf16("Forge").u16(0).utf16("Forge").u16(0);
  return bytes.build();
}

}  // namespace

Message negotiate() {
  return Message({kNegotiate, false, {}, Wire().u8(2).text("NT LM 0.12").u8(0).build()});
}

Message negotiate_response() {
  Wire words;
  words.u16(0).u8(3).u16(50).u16(1).u32(16644).u32(kMostBytes).u32(0).u32(kCapabilities);
  words.u64(kTime).u16(0).u8(0);
  const Uuid server = parse_uuid("5e54e400-0000-4000-8000-000000000001").value();
  return Message({kNegotiate, true, words.build(), Wire().uuid(server).build()});
}

Message session_setup(const Buffer& token) {
  Wire words = andx();
  words.u16(16644).u16(50).u16(1).u32(0).u16(token.size()).u32(0).u32(kCapabilities);
  return Message({kSessionSetupAndx, false, words.build(), blob_and_names(token, words.size())});
}

Message session_setup_response(const Buffer& token) {
  const Wire words = andx().u16(0).u16(token.size());
  return Message({kSessionSetupAndx, true, words.build(), blob_and_names(token, words.size())});
}

Message tree_connect_for(std::string_view path) {
  Block block{kTreeConnectAndx, false, andx().u16(0).u16(1).build(), {0}, std::string(path)};
  block.data = Wire().text("?????").u8(0).build();
  return Message(std::move(block));
}

Message write_andx_response(std::size_t count) {
  return Message({kWriteAndx, true, andx().u16(count).u16(0xffff).u16(0).u16(0).build(), {}});
}

}  // namespace smb1
}  // namespace rpcsieve::forge

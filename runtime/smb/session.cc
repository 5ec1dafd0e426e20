// SMB1 has three forms of the request, told by their number of words: with a security token, with
// the answer to a challenge in two encodings, and LAN Manager's, with one password. The last two
// give the account's names as texts that end in a zero, behind the secrets.
#include "runtime/smb/session.h"

#include <algorithm>

namespace rpcsieve::smb {
namespace {

// Bytes of the words of each form.
constexpr std::size_t kLanManager = 20;
constexpr std::size_t kWithToken = 24;
constexpr std::size_t kWithAccount = 26;

// Of the response's forms only one has a token.
constexpr std::size_t kTokenAnswer = 8;

// take_text reads a text up to its zero, and passes over that; false: it does not end.
bool take_text(Cursor& in, bool utf16, Text& text) {
  const std::size_t unit = utf16 ? 2 : 1;
  const Bytes all = in.rest();
  std::size_t n = 0;
  const auto is_zero = [&] { return all[n] == 0 && (unit == 1 || all[n + 1] == 0); };
  while (all.size() - n >= unit && !is_zero()) n += unit;
  text = {in.take(n), utf16};
  in.skip(unit);
  return in.ok();
}

// read_account reads the names behind `secrets` bytes of passwords. UTF-16 stands at an even offset
// of the message.
bool read_account(const smb1::Block& block, std::size_t secrets, bool utf16, Operation& op) {
  std::size_t at = block.bytes_at + secrets;
  if (utf16) at += at % 2;
  const Bytes all = block.message.bytes;
  Cursor in(all.subspan(std::min(at, all.size())), Endian::kLittle);
  return take_text(in, utf16, op.name) && take_text(in, utf16, op.domain);
}

}  // namespace

bool session_setup_request(const Part& part, Cursor body, Operation& op) {
  const bool sized = body.u16() == 25;
  body.skip(10);
  const std::size_t offset = body.u16();
  const std::size_t length = body.u16();
  return sized && body.ok() && part.slice(offset, length, op.data);
}

bool session_setup_response(const Part& part, Cursor body, Operation& op) {
  const bool sized = body.u16() == 9;
  body.skip(2);
  const std::size_t offset = body.u16();
  const std::size_t length = body.u16();
  return sized && body.ok() && part.slice(offset, length, op.data);
}

bool session_setup_andx_request(smb1::Block block, Operation& op) {
  const std::size_t form = block.words.size();
  block.words.skip(14);
  const std::size_t first = block.words.u16();  // length of the token, or of the first password
  const std::size_t second = block.words.u16();
  if (!block.words.ok()) return false;
  switch (form) {
    case kWithToken:
      return block.message.slice(block.bytes_at, first, op.data);
    case kWithAccount:
      return read_account(block, first + second, block.utf16, op);
    case kLanManager:
      return read_account(block, first, false, op);
    default:
      return false;
  }
}

bool session_setup_andx_response(smb1::Block block, Operation& op) {
  if (block.words.size() != kTokenAnswer) return true;
  block.words.skip(6);
  const std::size_t length = block.words.u16();
  return block.words.ok() && block.message.slice(block.bytes_at, length, op.data);
}

}  // namespace rpcsieve::smb

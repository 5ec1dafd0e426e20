// The session service header in front of every SMB message: one byte of type, and a length.
#include "runtime/smb/nbss.h"

#include <algorithm>
#include <array>

#include "runtime/smb/channel.h"

namespace rpcsieve::smb {
namespace {

// Types of packets [RFC 1002 §4.3.1].
constexpr std::uint8_t kSessionMessage = 0x00;
constexpr std::uint8_t kSessionRequest = 0x81;
constexpr std::uint8_t kPositiveResponse = 0x82;
constexpr std::uint8_t kNegativeResponse = 0x83;
constexpr std::uint8_t kKeepAlive = 0x85;

// The shortest message of any dialect: a compression header [MS-SMB2 §2.2.42.1].
constexpr std::size_t kShortestMessage = 16;

// length reads the 24 bits behind the type. Packets other than messages have 17, the rest zero.
std::size_t length_of(Bytes header) {
  return static_cast<std::size_t>(header[1]) << 16 | static_cast<std::size_t>(header[2]) << 8 |
         header[3];
}

// matches compares as many bytes as there are.
bool matches(Bytes bytes, std::array<std::uint8_t, 4> want) {
  const std::size_t n = std::min(bytes.size(), want.size());
  std::size_t same = 0;
  while (same < n && bytes[same] == want[same]) ++same;
  return same == n;
}

// begins_message: a session message that holds SMB1 (ff), SMB2 (fe), a transform (fd) or a
// compression header (fc).
bool begins_message(Bytes bytes) {
  if (bytes[0] != kSessionMessage) return false;
  if (bytes.size() >= 4 && length_of(bytes) < kShortestMessage) return false;
  if (bytes.size() <= 4) return true;
  return bytes[4] >= 0xfc && matches(bytes.subspan(4), {bytes[4], 'S', 'M', 'B'});
}

// begins_request: two names of at least 34 bytes each, longer with a scope [RFC 1001 §14.1].
bool begins_request(Bytes bytes) {
  if (bytes.size() >= 2 && bytes[1] != 0) return false;
  if (bytes.size() >= 4 && (length_of(bytes) < 68 || length_of(bytes) > 510)) return false;
  return bytes.size() < 5 || bytes[4] == 32;
}

// begins_session: a request with two names, or an answer to one. A keep-alive does not begin one,
// but servers that only wait for the next message pass over it.
bool begins_session(Bytes bytes) {
  switch (bytes[0]) {
    case kSessionRequest:
      return begins_request(bytes);
    case kKeepAlive:
      return matches(bytes, {kKeepAlive, 0, 0, 0});
    case kPositiveResponse:
      return matches(bytes, {kPositiveResponse, 0, 0, 0});
    case kNegativeResponse:
      return matches(bytes, {kNegativeResponse, 0, 0, 1});
    default:
      return false;
  }
}

}  // namespace

std::optional<std::size_t> Framing::total(Bytes header) const {
  const bool message = header[0] == kSessionMessage;
  const bool other = header[0] >= kSessionRequest && header[0] <= kKeepAlive && header[1] <= 1;
  if (!message && !other) return std::nullopt;
  return header_bytes + length_of(header);
}

std::size_t Framing::keep(Bytes head, std::size_t total) const {
  if (head[0] != kSessionMessage) return header_bytes;
  return header_bytes + channel.wanted(head.subspan(header_bytes), total - header_bytes);
}

std::size_t Framing::find(Bytes bytes) const {
  std::size_t at = 0;
  while (at < bytes.size() && !begins_message(bytes.subspan(at))) ++at;
  return at;
}

bool plausible(Bytes bytes) {
  return bytes.empty() || begins_message(bytes) || begins_session(bytes);
}

Form form_of(Bytes message) {
  if (message.size() < 8 || !begins_message(message)) return Form::kOther;
  if (message[4] == 0xfd) return Form::kEncrypted;
  return message[4] == 0xfc ? Form::kCompressed : Form::kClear;
}

}  // namespace rpcsieve::smb

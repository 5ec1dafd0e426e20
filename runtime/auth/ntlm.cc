// NTLMSSP messages: a fixed part, in which each name is a length and an offset from the message's
// first byte, and behind it a payload in any order. Names may overlap, lie in the fixed part, or
// reach outside; those that reach outside are not read.
#include "runtime/auth/ntlm.h"

#include <algorithm>
#include <array>

#include "runtime/base/cursor.h"

namespace rpcsieve::auth::ntlm {
namespace {

constexpr std::array<std::uint8_t, 8> kSignature = {'N', 'T', 'L', 'M', 'S', 'S', 'P', 0};

// NegotiateFlags [MS-NLMP §2.2.2.5].
constexpr std::uint32_t kNegotiateUnicode = 0x0000'0001;
constexpr std::uint32_t kNegotiateOem = 0x0000'0002;
constexpr std::uint32_t kDomainSupplied = 0x0000'1000;
constexpr std::uint32_t kWorkstationSupplied = 0x0000'2000;

// Where an AUTHENTICATE_MESSAGE has its flags, and where they end. Old clients leave them out:
// their payload begins before that.
constexpr std::size_t kFlagsEnd = 64;

struct Field {
  std::size_t length = 0;
  std::size_t offset = 0;
};

Field field(Cursor& in) {
  const std::size_t length = in.u16();
  in.skip(2);  // the most that it could be
  return {length, in.u32()};
}

Bytes payload(Bytes message, const Field& field) {
  const bool inside =
      field.offset <= message.size() && field.length <= message.size() - field.offset;
  return inside ? message.subspan(field.offset, field.length) : Bytes();
}

Cursor behind_type(Bytes message) {
  Cursor in(message, Endian::kLittle);
  in.skip(kSignature.size() + 4);
  return in;
}

// Of both, Unicode goes before OEM.
std::optional<Charset> charset_of(std::uint32_t flags) {
  if ((flags & kNegotiateUnicode) != 0) return Charset::kUnicode;
  if ((flags & kNegotiateOem) != 0) return Charset::kOem;
  return std::nullopt;
}

Text read(Bytes message, const Field& field, Charset charset) {
  const Bytes bytes = payload(message, field);
  return charset == Charset::kUnicode ? read_utf16(bytes) : read_oem(bytes);
}

}  // namespace

std::optional<Type> type_of(Bytes message) {
  Cursor in(message, Endian::kLittle);
  const Bytes signature = in.take(kSignature.size());
  const std::uint32_t type = in.u32();
  if (!in.ok() || !std::equal(signature.begin(), signature.end(), kSignature.begin()) || type < 1 ||
      type > 3)
    return std::nullopt;
  return static_cast<Type>(type);
}

Identity read_negotiate(Bytes message) {
  Cursor in = behind_type(message);
  const std::uint32_t flags = in.u32();
  const Field domain = field(in);
  const Field workstation = field(in);
  Identity identity;
  if (!in.ok()) return identity;
  if ((flags & kDomainSupplied) != 0) identity.domain = read(message, domain, Charset::kOem);
  if ((flags & kWorkstationSupplied) != 0)
    identity.workstation = read(message, workstation, Charset::kOem);
  return identity;
}

std::optional<Charset> read_challenge(Bytes message) {
  Cursor in = behind_type(message);
  in.skip(8);  // TargetNameFields
  const std::uint32_t flags = in.u32();
  return in.ok() ? charset_of(flags) : std::nullopt;
}

std::optional<Identity> read_authenticate(Bytes message, std::optional<Charset> chosen) {
  Cursor in = behind_type(message);
  const Field lm_response = field(in);
  const Field nt_response = field(in);
  const Field domain = field(in);
  const Field user = field(in);
  const Field workstation = field(in);
  if (!in.ok()) return std::nullopt;
  const Field session_key = field(in);
  const std::uint32_t flags = in.u32();
  const bool flagged = in.ok() &&
                       std::min({lm_response.offset, nt_response.offset, domain.offset, user.offset,
                                 workstation.offset}) >= kFlagsEnd &&
                       (session_key.length == 0 || session_key.offset >= kFlagsEnd);
  if (!chosen && flagged) chosen = charset_of(flags);
  const Charset charset = chosen.value_or(Charset::kUnicode);
  Identity identity;
  identity.name = read(message, user, charset);
  identity.domain = read(message, domain, charset);
  identity.workstation = read(message, workstation, charset);
  return identity;
}

}  // namespace rpcsieve::auth::ntlm

// A negotiate message of the Netlogon SSP is a type, flags, and the names that the flags announce,
// in the flags' order: two that end in a zero, then up to three written as DNS does, in labels. A
// pointer to earlier labels ends such a name; the labels before it are what it is read for.
#include "runtime/auth/netlogon.h"

#include "runtime/base/cursor.h"

namespace rpcsieve::auth::netlogon {
namespace {

constexpr std::uint32_t kNegotiateRequest = 0;

// Flags [MS-NRPC §2.2.1.3.1]: the names that follow.
constexpr std::uint32_t kNetbiosDomain = 0x01;
constexpr std::uint32_t kNetbiosComputer = 0x02;
constexpr std::uint32_t kDnsDomain = 0x04;
constexpr std::uint32_t kDnsHost = 0x08;
constexpr std::uint32_t kUtf8Computer = 0x10;

constexpr std::uint8_t kPointer = 0xc0;  // [RFC 1035 §4.1.4]

// read_oem_name reads a name that ends in a zero.
Text read_oem_name(Cursor& in) {
  const Bytes all = in.rest();
  std::size_t n = 0;
  while (n < all.size() && all[n] != 0) ++n;
  const Bytes name = in.take(n);
  in.skip(1);
  return in.ok() ? read_oem(name) : Text();
}

// Labels is a name in labels: all of them with dots between, and the first.
struct Labels {
  Text all, first;
};

Labels read_labels(Cursor& in) {
  Labels labels;
  for (std::uint8_t n = in.u8(); n != 0 && in.ok(); n = in.u8()) {
    if (n >= kPointer) {
      in.skip(1);
      break;
    }
    const Bytes label = in.take(n);
    if (labels.first.empty()) labels.first = read_utf8(label);
    if (!labels.all.empty()) labels.all.add('.');
    add_utf8(labels.all, label);
  }
  return labels;
}

void prefer(Text& text, const Text& other) {
  if (text.empty()) text = other;
}

}  // namespace

std::optional<Identity> read_message(Bytes message) {
  Cursor in(message, Endian::kLittle);
  const bool request = in.u32() == kNegotiateRequest;
  const std::uint32_t flags = in.u32();
  if (!in.ok() || !request) return std::nullopt;
  Identity identity;
  if ((flags & kNetbiosDomain) != 0) identity.domain = read_oem_name(in);
  if ((flags & kNetbiosComputer) != 0) identity.workstation = read_oem_name(in);
  if ((flags & kDnsDomain) != 0) prefer(identity.domain, read_labels(in).all);
  if ((flags & kDnsHost) != 0) prefer(identity.workstation, read_labels(in).first);
  if ((flags & kUtf8Computer) != 0) prefer(identity.workstation, read_labels(in).all);
  if (!in.ok() || identity.workstation.empty()) return std::nullopt;
  identity.name = identity.workstation;
  identity.name.add('$');
  return identity;
}

}  // namespace rpcsieve::auth::netlogon

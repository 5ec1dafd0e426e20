#include "runtime/auth/kerberos.h"

namespace rpcsieve::auth::kerberos {
namespace {

constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kTicket = 0x61;
constexpr std::uint8_t kGeneralString = 0x1b;

// field is the tag of a sequence's member.
constexpr std::uint8_t field(unsigned number) { return static_cast<std::uint8_t>(0xa0 | number); }

// KerberosString [RFC 4120 §5.2.1]. One that was cut off would be another name.
Text string_at(const Element& sequence, std::uint8_t tag) {
  const auto string = find(sequence, {tag, kGeneralString});
  return string && string->whole() ? read_utf8(string->contents) : Text();
}

// principal_at reads a PrincipalName [RFC 4120 §5.2.2]: its components, with slashes between them.
Text principal_at(const Element& sequence, std::uint8_t tag) {
  const auto strings = find(sequence, {tag, kSequence, field(1), kSequence});
  if (!strings || !strings->whole()) return {};
  Text text;
  Elements components(*strings);
  while (const auto component = components.next()) {
    if (component->tag != kGeneralString) return {};
    if (!text.empty()) text.add('/');
    add_utf8(text, component->contents);
  }
  return text;
}

}  // namespace

std::optional<Identity> read_ap_req(const Element& message) {
  const auto ticket = find(message, {kSequence, field(3), kTicket, kSequence});
  if (!ticket) return std::nullopt;
  Identity identity;
  identity.realm = string_at(*ticket, field(1));
  identity.service = principal_at(*ticket, field(2));
  return identity;
}

Identity read_error(const Element& message) {
  Identity identity;
  const auto error = find(message, {kSequence});
  if (!error) return identity;
  identity.name = principal_at(*error, field(8));
  identity.realm = string_at(*error, field(7));
  if (identity.realm.empty()) identity.realm = string_at(*error, field(9));
  identity.service = principal_at(*error, field(10));
  return identity;
}

}  // namespace rpcsieve::auth::kerberos

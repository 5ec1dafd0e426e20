// A token is peeled until its heart is found: the framing of RFC 2743 names a mechanism, SPNEGO
// wraps another's token. Each layer is told by its first byte, and there are at most a few.
#include "runtime/auth/exchange.h"

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/auth/der.h"
#include "runtime/auth/kerberos.h"
#include "runtime/auth/netlogon.h"

namespace rpcsieve::auth {
namespace {

// Framing, SPNEGO, framing, and one to spare.
constexpr int kMostLayers = 4;

constexpr std::uint8_t kFraming = 0x60;         // [RFC 2743 §3.1]
constexpr std::uint8_t kNegTokenInit = 0xa0;    // [RFC 4178 §4.2.1]
constexpr std::uint8_t kNegTokenResp = 0xa1;    // [RFC 4178 §4.2.2]
constexpr std::uint8_t kMechanismToken = 0xa2;  // mechToken, and responseToken
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kOctetString = 0x04;
constexpr std::uint8_t kObjectIdentifier = 0x06;

// Kerberos puts two bytes between the framing and its message [RFC 4121 §4.1].
constexpr std::size_t kTokenIdBytes = 2;

// 1.2.840.113554.1.2.2, and 1.2.840.48018.1.2.2, which Windows 2000 began with [MS-SPNG §3.1.5].
constexpr std::array<std::uint8_t, 9> kKerberos = {0x2a, 0x86, 0x48, 0x86, 0xf7,
                                                   0x12, 0x01, 0x02, 0x02};
constexpr std::array<std::uint8_t, 9> kMicrosoftKerberos = {0x2a, 0x86, 0x48, 0x82, 0xf7,
                                                            0x12, 0x01, 0x02, 0x02};

bool is_kerberos(Bytes identifier) {
  return std::equal(identifier.begin(), identifier.end(), kKerberos.begin(), kKerberos.end()) ||
         std::equal(identifier.begin(), identifier.end(), kMicrosoftKerberos.begin(),
                    kMicrosoftKerberos.end());
}

// unframed gives what the framing holds: the token of the mechanism that it names.
Bytes unframed(const Element& framing) {
  Elements inside(framing);
  const auto mechanism = inside.next();
  if (!mechanism || mechanism->tag != kObjectIdentifier) return {};
  const Bytes token = inside.rest();
  if (!is_kerberos(mechanism->contents)) return token;
  return token.subspan(std::min(token.size(), kTokenIdBytes));
}

Bytes negotiated(const Element& token) {
  const auto inner = find(token, {kSequence, kMechanismToken, kOctetString});
  return inner ? inner->contents : Bytes();
}

}  // namespace

void Exchange::push(Bytes token, bool from_client, Package package) {
  if (package == Package::kGeneric) return read(token, from_client, kMostLayers);
  if (!from_client) return;
  if (const auto machine = netlogon::read_message(token)) identity_ = *machine;
}

void Exchange::read(Bytes token, bool from_client, int depth) {
  if (depth == 0) return;
  if (const auto type = ntlm::type_of(token)) return read_ntlm(token, *type, from_client);
  const auto outer = Elements(token).next();
  if (!outer) return;
  switch (outer->tag) {
    case kFraming:
      return read(unframed(*outer), from_client, depth - 1);
    case kNegTokenInit:
    case kNegTokenResp:
      return read(negotiated(*outer), from_client, depth - 1);
    case kerberos::kApReq:
    case kerberos::kError:
      return read_kerberos(*outer, from_client);
    default:
      return;
  }
}

// A NEGOTIATE_MESSAGE that follows an AUTHENTICATE_MESSAGE begins again, and names nobody yet.
void Exchange::read_ntlm(Bytes message, ntlm::Type type, bool from_client) {
  const bool answer = type == ntlm::Type::kChallenge;
  if (answer == from_client) return;
  const bool answered = std::exchange(answered_, type == ntlm::Type::kAuthenticate);
  if (answer) {
    charset_ = ntlm::read_challenge(message);
  } else if (type == ntlm::Type::kNegotiate) {
    charset_ = std::nullopt;
    if (!named_) identity_ = ntlm::read_negotiate(message);
  } else if (answered) {
    return;  // nobody challenged it: a second name would be another's
  } else if (const auto user = ntlm::read_authenticate(message, charset_)) {
    identity_ = *user;
    named_ = true;
  }
}

void Exchange::read_kerberos(const Element& message, bool from_client) {
  if (from_client && message.tag == kerberos::kApReq) {
    const auto ticket = kerberos::read_ap_req(message);
    if (!ticket) return;
    identity_ = *ticket;
    named_ = true;
  } else if (!from_client && message.tag == kerberos::kError) {
    learn(kerberos::read_error(message));
  }
}

// learn fills in what the client's tokens have left open.
void Exchange::learn(const Identity& told) {
  if (identity_.name.empty()) identity_.name = told.name;
  if (identity_.realm.empty()) identity_.realm = told.realm;
  if (identity_.service.empty()) identity_.service = told.service;
}

}  // namespace rpcsieve::auth

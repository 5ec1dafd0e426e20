#include "tools/forge/auth_builder.h"

#include <algorithm>

namespace rpcsieve::forge {
namespace {

constexpr std::uint32_t kNegotiate = 1;
constexpr std::uint32_t kChallenge = 2;
constexpr std::uint32_t kAuthenticate = 3;

constexpr std::uint8_t kSequence = 0x30;

// member is the tag of a sequence's member.
constexpr std::uint8_t member(unsigned number) { return static_cast<std::uint8_t>(0xa0 | number); }

Wire ntlm(std::uint32_t type) { return Wire().text("NTLMSSP").u8(0).u32(type); }

// field writes where a name is that follows the others in the payload.
void field(Wire& wire, const Buffer& name, std::size_t& offset) {
  wire.u16(name.size()).u16(name.size()).u32(offset);
  offset += name.size();
}

Buffer integer(std::uint8_t value) { return der(0x02, Buffer{value}); }

Buffer principal(std::initializer_list<std::string_view> components) {
  Buffer names;
  for (const std::string_view component : components) names = names + der(0x1b, component);
  return der(kSequence, der(member(0), integer(2)) + der(member(1), der(kSequence, names)));
}

Buffer encrypted_data() {
  return der(kSequence, der(member(0), integer(18)) + der(member(2), der(0x04, Buffer(32, 0x5a))));
}

Buffer labels(std::string_view name) {
  Wire wire;
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    wire.u8(label.size()).text(label);
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  return wire.u8(0).build();
}

}  // namespace

Buffer NtlmBuilder::build() const {
  if (type_ == kNegotiate) return negotiate();
  return type_ == kChallenge ? challenge() : authenticate();
}

Buffer NtlmBuilder::text(std::string_view value) const {
  return (oem_ ? Wire().text(value) : Wire().utf16(value)).build();
}

Buffer NtlmBuilder::negotiate() const {
  const Buffer domain = Wire().text(account_.domain).build();
  const Buffer workstation = Wire().text(account_.workstation).build();
  const std::uint32_t supplied =
      (domain.empty() ? 0U : 0x1000U) | (workstation.empty() ? 0U : 0x2000U);
  Wire wire = ntlm(kNegotiate).u32(flags_ | supplied);
  std::size_t offset = 32;
  field(wire, domain, offset);
  field(wire, workstation, offset);
  return wire.bytes(domain).bytes(workstation).build();
}

Buffer NtlmBuilder::challenge() const {
  return ntlm(kChallenge).u16(0).u16(0).u32(48).u32(flags_).zeros(8 + 8 + 8).build();
}

Buffer NtlmBuilder::authenticate() const {
  const Buffer domain = text(account_.domain), user = text(account_.user);
  const Buffer workstation = text(account_.workstation), response(24, 0x11);
  Wire wire = ntlm(type_);
  std::size_t offset = old_ ? 52 : 64;
  const std::size_t names = offset + 2 * response.size();
  field(wire, response, offset);
  field(wire, response, offset);
  offset = names;
  field(wire, domain, offset);
  field(wire, user, offset);
  field(wire, workstation, offset);
  if (!old_) wire.u16(0).u16(0).u32(offset).u32(flags_);
  wire.bytes(response).bytes(response);
  return wire.bytes(domain).bytes(user).bytes(workstation).build();
}

NtlmBuilder ntlm_negotiate(Account account) { return {kNegotiate, account}; }
NtlmBuilder ntlm_challenge() { return {kChallenge, {}}; }
NtlmBuilder ntlm_authenticate(Account account) { return {kAuthenticate, account}; }

Buffer der(std::uint8_t tag, const Buffer& contents) {
  Wire wire(Endian::kBig);
  wire.u8(tag);
  if (contents.size() < 0x80) {
    wire.u8(contents.size());
  } else if (contents.size() < 0x100) {
    wire.u8(0x81).u8(contents.size());
  } else {
    wire.u8(0x82).u16(contents.size());
  }
  return wire.bytes(contents).build();
}

Buffer der(std::uint8_t tag, std::string_view contents) {
  return der(tag, Wire().text(contents).build());
}

Buffer spnego_init(const Buffer& token) {
  const Buffer mechanisms = der(kSequence, hex("06 0a 2b 06 01 04 01 82 37 02 02 0a"));
  const Buffer init = der(kSequence, der(member(0), mechanisms) + der(member(2), der(0x04, token)));
  return der(0x60, hex("06 06 2b 06 01 05 05 02") + der(0xa0, init));
}

Buffer spnego_response(const Buffer& token) {
  const Buffer state = der(member(0), hex("0a 01 01"));
  return der(0xa1, der(kSequence, state + der(member(2), der(0x04, token))));
}

Buffer ap_req(std::string_view realm, std::initializer_list<std::string_view> service) {
  const Buffer ticket =
      der(kSequence, der(member(0), integer(5)) + der(member(1), der(0x1b, realm)) +
                         der(member(2), principal(service)) + der(member(3), encrypted_data()));
  return der(0x6e, der(kSequence, der(member(0), integer(5)) + der(member(1), integer(14)) +
                                      der(member(2), der(0x03, hex("00 20 00 00 00"))) +
                                      der(member(3), der(0x61, ticket)) +
                                      der(member(4), encrypted_data())));
}

Buffer krb_error(std::string_view realm, std::initializer_list<std::string_view> service,
                 std::string_view client) {
  const Buffer named = client.empty()
                           ? Buffer()
                           : der(member(7), der(0x1b, realm)) + der(member(8), principal({client}));
  return der(0x7e, der(kSequence, der(member(0), integer(5)) + der(member(1), integer(30)) +
                                      der(member(4), der(0x18, "20261122120000Z")) +
                                      der(member(5), integer(1)) + der(member(6), integer(37)) +
                                      named + der(member(9), der(0x1b, realm)) +
                                      der(member(10), principal(service))));
}

Buffer kerberos_framed(const Buffer& message, bool microsoft) {
  const Buffer mechanism =
      microsoft ? hex("06 09 2a 86 48 82 f7 12 01 02 02") : hex("06 09 2a 86 48 86 f7 12 01 02 02");
  const std::uint8_t id = message[0] == 0x7e ? 3 : 1;
  return der(0x60, mechanism + Buffer{id, 0} + message);
}

Buffer nl_auth(std::string_view domain, std::string_view computer) {
  return Wire().u32(0).u32(3).text(domain).u8(0).text(computer).u8(0).build();
}

Buffer nl_auth_dns(std::string_view domain, std::string_view host) {
  return Wire().u32(0).u32(12).bytes(labels(domain)).bytes(labels(host)).build();
}

}  // namespace rpcsieve::forge

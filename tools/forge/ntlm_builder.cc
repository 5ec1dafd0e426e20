#include "tools/forge/ntlm_builder.h"

namespace rpcsieve::forge::ntlm {
namespace {

// Unicode, sign, seal, NTLM, always sign, extended session security, 128 bits, key exchange.
constexpr std::uint32_t kFlags = 0x60088235;
constexpr std::uint32_t kTargetInfo = 0x00800000;
constexpr std::size_t kProof = 24;

Wire header(std::uint32_t type) { return Wire().text("NTLMSSP").u8(0).u32(type); }

// field is the place of a value in the payload: its length, twice, and its offset.
void field(Wire& wire, std::size_t size, std::size_t& offset) {
  wire.u16(size).u16(size).u32(offset);
  offset += size;
}

Buffer utf16(std::string_view text) { return Wire().utf16(text).build(); }

Buffer filler(std::size_t n) {
  Wire wire;
  for (std::size_t i = 0; i < n; ++i) wire.u8(0x40 + i * 7);
  return wire.build();
}

}  // namespace

Buffer negotiate() { return header(1).u32(kFlags).zeros(16).build(); }

Buffer challenge() {
  const Buffer target = utf16("FORGE");
  const Buffer info = Wire().u16(2).u16(target.size()).bytes(target).u32(0).build();
  std::size_t offset = 48;
  Wire wire = header(2);
  field(wire, target.size(), offset);
  wire.u32(kFlags | kTargetInfo).bytes(filler(8)).zeros(8);
  field(wire, info.size(), offset);
  return wire.bytes(target).bytes(info).build();
}

Buffer authenticate() {
  const Buffer domain = utf16("FORGE"), user = utf16("alice"), workstation = utf16("WS1");
  std::size_t offset = 64;
  Wire wire = header(3);
  field(wire, kProof, offset);
  field(wire, kProof, offset);
  field(wire, domain.size(), offset);
  field(wire, user.size(), offset);
  field(wire, workstation.size(), offset);
  field(wire, 16, offset);
  wire.u32(kFlags).bytes(filler(kProof)).bytes(filler(kProof));
  return wire.bytes(domain).bytes(user).bytes(workstation).bytes(filler(16)).build();
}

Buffer signature(std::uint32_t sequence) {
  return Wire().u32(1).bytes(filler(8)).u32(sequence).build();
}

}  // namespace rpcsieve::forge::ntlm

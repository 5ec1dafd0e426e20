// The verification trailer: a signature, then commands up to one that is marked as the last. The
// client may put padding in front of it, so it is searched for, from the end; it counts only if its
// commands end where the stub does, since a stub may hold the signature as data.
#include <cstring>

#include "runtime/dcerpc/pdu.h"

namespace rpcsieve::dcerpc {
namespace {

constexpr std::uint8_t kSignature[] = {0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71};
constexpr std::size_t kSignatureBytes = sizeof kSignature;
constexpr std::uint16_t kCommandEnd = 0x4000;

// Three commands are defined, each of use once. The limit keeps a stub full of signatures from
// costing its length squared.
constexpr int kMostCommands = 16;

// ends_here says whether well-formed commands fill the bytes.
bool ends_here(Bytes commands, Endian endian) {
  Cursor cursor(commands, endian);
  for (int i = 0; i < kMostCommands && cursor.ok(); ++i) {
    const std::uint16_t command = cursor.u16();
    cursor.skip(cursor.u16());
    if ((command & kCommandEnd) != 0) return cursor.done();
  }
  return false;
}

}  // namespace

Bytes without_verification_trailer(Bytes stub, Endian endian) {
  if (stub.size() < kSignatureBytes) return stub;
  // Its first byte is aligned to 4 in the PDU, and so in the stub.
  for (std::size_t at = (stub.size() - kSignatureBytes) / 4 * 4 + 4; at >= 4;) {
    at -= 4;
    if (std::memcmp(stub.data() + at, kSignature, kSignatureBytes) != 0) continue;
    if (ends_here(stub.subspan(at + kSignatureBytes), endian)) return stub.first(at);
  }
  return stub;
}

}  // namespace rpcsieve::dcerpc

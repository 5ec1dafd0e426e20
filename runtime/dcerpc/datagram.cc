// Most datagrams of a network are not RPC, and no port says which are: the first seven bytes, which
// have few legal values, refuse nearly all of them, the lengths and the UUIDs the rest.
#include "runtime/dcerpc/datagram.h"

#include <algorithm>

namespace rpcsieve::dcerpc {
namespace {

constexpr std::uint8_t kVersion = 4;
constexpr std::uint8_t kLastType = 10;

// flags1 [C706 §12.5.2.2]; of flags2 all but the low two bits must be zero.
constexpr std::uint8_t kLastFragment = 0x02;
constexpr std::uint8_t kFragment = 0x04;
constexpr std::uint8_t kMaybe = 0x10;
constexpr std::uint8_t kReservedFlags2 = 0xfc;

// The first octet of the data representation: integers in its high half, characters in its low
// half; the second: floating point, four kinds [C706 §14.1].
constexpr std::uint8_t kLittleEndian = 0x10;
constexpr std::uint8_t kUndefinedRepresentation = 0xee;
constexpr std::uint8_t kLastFloat = 3;

// What follows the stub if there is authentication: at a multiple of 8 the level and a key number
// [MS-RPCE §2.2.3.4].
constexpr std::size_t kTrailerAlignment = 8;
constexpr std::size_t kTrailerBytes = 2;

bool may_be_rpc(Bytes payload) {
  return payload.size() >= kDatagramHeaderBytes && payload[0] == kVersion &&
         payload[1] <= kLastType && (payload[3] & kReservedFlags2) == 0 &&
         (payload[4] & kUndefinedRepresentation) == 0 && payload[5] <= kLastFloat &&
         payload[6] == 0;
}

void read_flags(std::uint8_t flags, Datagram& pdu) {
  pdu.fragment = (flags & kFragment) != 0;
  pdu.last_fragment = pdu.fragment && (flags & kLastFragment) != 0;
  pdu.maybe = (flags & kMaybe) != 0;
}

// read_fields reads what follows serial_hi.
void read_fields(Cursor cursor, Datagram& pdu) {
  pdu.object = read_uuid(cursor);
  pdu.has_object = !pdu.object.is_nil();
  pdu.interface.uuid = read_uuid(cursor);
  pdu.activity = read_uuid(cursor);
  cursor.skip(4);                              // server_boot
  const std::uint32_t version = cursor.u32();  // its major part is the low half
  pdu.interface.version_major = static_cast<std::uint16_t>(version);
  pdu.interface.version_minor = static_cast<std::uint16_t>(version >> 16);
  pdu.sequence = cursor.u32();
  pdu.opnum = cursor.u16();
  cursor.skip(4);  // ihint, ahint
  pdu.body_length = cursor.u16();
  pdu.fragment_number = cursor.u16();
  pdu.auth.type = static_cast<AuthType>(cursor.u8());
}

std::size_t trailer_at(std::size_t body_length) {
  return (body_length + kTrailerAlignment - 1) / kTrailerAlignment * kTrailerAlignment;
}

// makes_sense judges the fields together. `behind` bytes were sent behind the header.
bool makes_sense(const Datagram& pdu, std::size_t behind) {
  if (pdu.activity.is_nil()) return false;
  if (pdu.type == DatagramType::kRequest && pdu.interface.uuid.is_nil()) return false;
  if (!pdu.fragment && pdu.fragment_number != 0 && pdu.type != DatagramType::kFack) return false;
  if (pdu.auth.type == AuthType::kNone) return pdu.body_length <= behind;
  return trailer_at(pdu.body_length) + kTrailerBytes <= behind;
}

}  // namespace

std::optional<Datagram> parse_datagram(Bytes payload, std::size_t sent) {
  if (!may_be_rpc(payload)) return std::nullopt;
  Datagram pdu;
  pdu.type = static_cast<DatagramType>(payload[1]);
  pdu.endian = (payload[4] & kLittleEndian) != 0 ? Endian::kLittle : Endian::kBig;
  read_flags(payload[2], pdu);
  read_fields(Cursor(payload.subspan(8), pdu.endian), pdu);
  if (!makes_sense(pdu, std::max(sent, payload.size()) - kDatagramHeaderBytes)) return std::nullopt;
  const Bytes behind = payload.subspan(kDatagramHeaderBytes);
  const std::size_t trailer = trailer_at(pdu.body_length);
  if (pdu.auth.type != AuthType::kNone && trailer < behind.size()) {
    pdu.auth.level = static_cast<AuthLevel>(behind[trailer]);
  }
  pdu.body = behind.first(std::min(behind.size(), pdu.body_length));
  pdu.cut = pdu.body.size() < pdu.body_length;
  return pdu;
}

std::optional<std::uint32_t> datagram_status(const Datagram& pdu) {
  Cursor cursor(pdu.body, pdu.endian);
  const std::uint32_t status = cursor.u32();
  if (!cursor.ok()) return std::nullopt;
  return status;
}

}  // namespace rpcsieve::dcerpc

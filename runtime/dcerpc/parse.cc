// Bytes → PDUs. A PDU is split from both ends: the type's own fields follow the common header, the
// verifier is found by counting back from the PDU's declared end, and what is between them is the
// body. A PDU whose end was not captured has no readable verifier; a verifier that would reach
// outside is left alone, so that nothing of the stub is hidden by it.
#include <algorithm>
#include <utility>

#include "runtime/dcerpc/pdu.h"

namespace rpcsieve::dcerpc {
namespace {

constexpr std::size_t kSyntaxBytes = 20;  // UUID and version [C706 §12.6.3.1, p_syntax_id_t]

// pfc_flags [C706 §12.6.3.1].
constexpr std::uint8_t kFirstFragment = 0x01;
constexpr std::uint8_t kLastFragment = 0x02;
constexpr std::uint8_t kObjectUuid = 0x80;

// The integer representation is the high half of the first octet [C706 §14.1].
constexpr std::uint8_t kLittleEndianDrep = 0x10;

bool read_header(Bytes bytes, PduHeader& header) {
  if (bytes.size() < kHeaderBytes) return false;
  if (bytes[0] != 5 || bytes[1] > 1 || !is_pdu_type(bytes[2])) return false;
  header.version_minor = bytes[1];
  header.type = static_cast<PduType>(bytes[2]);
  header.first_fragment = (bytes[3] & kFirstFragment) != 0;
  header.last_fragment = (bytes[3] & kLastFragment) != 0;
  header.has_object = (bytes[3] & kObjectUuid) != 0;
  header.endian = (bytes[4] & kLittleEndianDrep) != 0 ? Endian::kLittle : Endian::kBig;
  Cursor cursor(bytes.subspan(8), header.endian);
  header.frag_length = cursor.u16();
  header.auth_length = cursor.u16();
  header.call_id = cursor.u32();
  return header.frag_length >= kHeaderBytes;
}

// fixed_bytes is the length of the fields between the common header and the stub. Bodies without a
// stub count as one.
std::size_t fixed_bytes(const PduHeader& header) {
  switch (header.type) {
    case PduType::kRequest:
      return header.has_object ? 24 : 8;
    case PduType::kResponse:
      return 8;
    case PduType::kFault:
      return 16;
    default:
      return 0;
  }
}

// read_trailer reads a sec_trailer and takes the padding in front of it off the body.
void read_trailer(Pdu& pdu, Bytes trailer) {
  Cursor context_id(trailer.subspan(4), pdu.header.endian);
  pdu.auth =
      Auth{static_cast<AuthType>(trailer[0]), static_cast<AuthLevel>(trailer[1]), context_id.u32()};
  pdu.auth_value = trailer.subspan(kSecTrailerBytes);
  const std::size_t padding = trailer[2];
  if (padding > pdu.body_length - fixed_bytes(pdu.header)) {
    pdu.malformed = true;
  } else {
    pdu.body_length -= padding;
  }
}

// take_verifier takes padding and verifier off the body, as far as they were captured.
void take_verifier(Pdu& pdu) {
  const std::size_t verifier = kSecTrailerBytes + pdu.header.auth_length;
  const std::size_t fixed = fixed_bytes(pdu.header);
  if (fixed > pdu.body_length || verifier > pdu.body_length - fixed) {
    pdu.malformed = true;
    return;
  }
  pdu.body_length -= verifier;
  const Bytes behind = pdu.body.subspan(std::min(pdu.body.size(), pdu.body_length));
  if (behind.size() >= kSecTrailerBytes) {
    read_trailer(pdu, behind);
  } else {
    pdu.cut = true;
  }
}

// The transfer syntax UUID that asks for features begins with these bytes, the rest of it are the
// features [MS-RPCE §2.2.2.14, §3.3.1.5.3].
bool is_feature_bitmask(const Uuid& uuid) {
  static constexpr std::uint8_t kPrefix[] = {0x6c, 0xb7, 0x1c, 0x2c, 0x98, 0x12, 0x45, 0x40};
  return std::equal(std::begin(kPrefix), std::end(kPrefix), uuid.bytes.begin());
}

// The transfer syntaxes NDR [C706 appendix I] and NDR64 [MS-RPCE §3.1.1.5.1].
constexpr Uuid kNdr = {{0x8a, 0x88, 0x5d, 0x04, 0x1c, 0xeb, 0x11, 0xc9, 0x9f, 0xe8, 0x08, 0x00,
                        0x2b, 0x10, 0x48, 0x60}};
constexpr Uuid kNdr64 = {{0x71, 0x71, 0x05, 0x33, 0xbe, 0xba, 0x49, 0x37, 0x83, 0x19, 0xb5, 0xdb,
                          0xef, 0x9c, 0xcc, 0x36}};

TransferSyntax transfer_syntax(const Uuid& uuid) {
  if (uuid == kNdr) return TransferSyntax::kNdr;
  return uuid == kNdr64 ? TransferSyntax::kNdr64 : TransferSyntax::kOther;
}

// read_interface reads an abstract syntax. The version is one number, its major part the low half
// [C706 §12.6.3.1].
InterfaceId read_interface(Cursor& cursor) {
  InterfaceId interface;
  interface.uuid = read_uuid(cursor);
  const std::uint32_t version = cursor.u32();
  interface.version_major = static_cast<std::uint16_t>(version);
  interface.version_minor = static_cast<std::uint16_t>(version >> 16);
  return interface;
}

}  // namespace

bool is_pdu_type(std::uint8_t type) {
  return type == 0 || type == 2 || type == 3 || (type >= 11 && type <= 19);
}

std::optional<PduHeader> parse_header(Bytes bytes) {
  std::optional<PduHeader> header(std::in_place);
  if (!read_header(bytes, *header)) header.reset();
  return header;
}

std::optional<Pdu> parse(Bytes bytes) {
  std::optional<Pdu> parsed(std::in_place);  // read in place: a copy costs as much as the reading
  Pdu& pdu = *parsed;
  if (!read_header(bytes, pdu.header)) {
    parsed.reset();
    return parsed;
  }
  const std::size_t length = pdu.header.frag_length;
  pdu.body = bytes.first(std::min(bytes.size(), length)).subspan(kHeaderBytes);
  pdu.body_length = length - kHeaderBytes;
  if (pdu.header.auth_length != 0) take_verifier(pdu);
  pdu.cut = pdu.cut || pdu.body.size() < pdu.body_length;
  pdu.body = pdu.body.first(std::min(pdu.body.size(), pdu.body_length));
  return parsed;
}

std::optional<Request> parse_request(const Pdu& pdu) {
  Cursor cursor(pdu.body, pdu.header.endian);
  cursor.skip(4);  // alloc_hint: only a hint
  Request request;
  request.context_id = cursor.u16();
  request.opnum = cursor.u16();
  if (!cursor.ok()) return std::nullopt;
  if (pdu.header.has_object) {
    const Uuid object = read_uuid(cursor);
    if (cursor.ok()) request.object = object;
  }
  request.stub = cursor.rest();
  request.stub_length = pdu.body_length - std::min(fixed_bytes(pdu.header), pdu.body_length);
  return request;
}

Bytes response_stub(const Pdu& pdu) {
  Cursor cursor(pdu.body, pdu.header.endian);
  cursor.skip(8);  // alloc_hint, context id, cancel count, reserved
  return cursor.rest();
}

std::optional<std::uint32_t> fault_status(const Pdu& pdu) {
  Cursor cursor(pdu.body, pdu.header.endian);
  cursor.skip(8);  // as in a response
  const std::uint32_t status = cursor.u32();
  if (!cursor.ok()) return std::nullopt;
  return status;
}

ContextItems::ContextItems(const Pdu& pdu) : cursor_(pdu.body, pdu.header.endian) {
  cursor_.skip(8);  // max_xmit_frag, max_recv_frag, assoc_group_id
  items_left_ = cursor_.u8();
  cursor_.skip(3);
}

std::optional<ContextItem> ContextItems::next() {
  if (items_left_ == 0) return std::nullopt;
  ContextItem item;
  item.context_id = cursor_.u16();
  const std::uint8_t syntaxes = cursor_.u8();
  cursor_.skip(1);
  item.interface = read_interface(cursor_);
  Cursor transfer = cursor_.sub(syntaxes * kSyntaxBytes);
  if (!cursor_.ok()) return std::nullopt;
  // Such an item has this one syntax; with others beside it, it is a context that may be accepted.
  item.asks_features = syntaxes == 1 && is_feature_bitmask(read_uuid(transfer));
  --items_left_;
  return item;
}

AckResults::AckResults(const Pdu& pdu) : cursor_(pdu.body, pdu.header.endian) {
  cursor_.skip(8);
  const std::uint16_t address_length = cursor_.u16();
  cursor_.skip(address_length);
  cursor_.align(2U + address_length, 4);
  results_left_ = cursor_.u8();
  cursor_.skip(3);
}

std::optional<bool> AckResults::next() {
  if (results_left_ == 0) return std::nullopt;
  const std::uint16_t result = cursor_.u16();
  cursor_.skip(2);  // reason
  transfer_ = transfer_syntax(read_uuid(cursor_));
  cursor_.skip(4);  // its version
  if (!cursor_.ok()) return std::nullopt;
  --results_left_;
  return result == 0;
}

}  // namespace rpcsieve::dcerpc

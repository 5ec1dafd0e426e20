#include "tools/forge/datagram_builder.h"

namespace rpcsieve::forge::datagram {
namespace {

constexpr std::uint8_t kRequest = 0;
constexpr std::uint8_t kPing = 1;
constexpr std::uint8_t kResponse = 2;
constexpr std::uint8_t kFault = 3;
constexpr std::uint8_t kWorking = 4;
constexpr std::uint8_t kNocall = 5;
constexpr std::uint8_t kReject = 6;
constexpr std::uint8_t kAck = 7;
constexpr std::uint8_t kCancel = 8;
constexpr std::uint8_t kFack = 9;

}  // namespace

Builder& Builder::fragment(std::uint16_t number, bool last) {
  fragment_ = number;
  flags_ |= last ? kFragment | kLastFragment : kFragment;
  return *this;
}

Builder& Builder::verifier(std::uint8_t auth_type, std::uint8_t auth_level) {
  verifier_ = Verifier{auth_type, auth_level};
  return *this;
}

Buffer Builder::build() const {
  Wire wire(endian_);
  wire.u8(4).u8(type_).u8(flags_).u8(0);
  wire.u8(endian_ == Endian::kLittle ? 0x10 : 0).zeros(2).u8(serial_ >> 8);
  wire.uuid(object_).uuid(interface_.uuid).uuid(activity_);
  wire.u32(0).u32(std::uint32_t{interface_.minor} << 16 | interface_.major);
  wire.u32(sequence_).u16(opnum_).u16(0xffff).u16(0xffff);
  const std::size_t body = stub_.size() + (status_ ? 4 : 0);
  wire.u16(length_.value_or(static_cast<std::uint16_t>(body))).u16(fragment_);
  wire.u8(verifier_ ? verifier_->type : 0).u8(serial_ & 0xff);
  wire.bytes(stub_);
  if (status_) wire.u32(*status_);
  if (!verifier_) return wire.build();
  wire.align(8).u8(verifier_->level).u8(0).zeros(2);
  for (unsigned i = 0; i < 16; ++i) wire.u8(0xa0 + i);
  return wire.build();
}

Builder request(std::uint32_t sequence) { return {kRequest, sequence}; }
Builder ping(std::uint32_t sequence) { return {kPing, sequence}; }
Builder response(std::uint32_t sequence) { return {kResponse, sequence}; }
Builder fault(std::uint32_t sequence) { return {kFault, sequence}; }
Builder working(std::uint32_t sequence) { return {kWorking, sequence}; }
Builder nocall(std::uint32_t sequence) { return {kNocall, sequence}; }
Builder reject(std::uint32_t sequence) { return {kReject, sequence}; }
Builder ack(std::uint32_t sequence) { return {kAck, sequence}; }
Builder cancel(std::uint32_t sequence) { return {kCancel, sequence}; }
Builder fack(std::uint32_t sequence) { return {kFack, sequence}; }

}  // namespace rpcsieve::forge::datagram

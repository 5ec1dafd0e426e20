#include "tools/forge/dcerpc_builder.h"

#include <utility>

namespace rpcsieve::forge {
namespace {

constexpr std::uint8_t kRequest = 0;
constexpr std::uint8_t kResponse = 2;
constexpr std::uint8_t kFault = 3;
constexpr std::uint8_t kBind = 11;
constexpr std::uint8_t kBindAck = 12;
constexpr std::uint8_t kBindNak = 13;
constexpr std::uint8_t kAlterContext = 14;
constexpr std::uint8_t kAlterContextResponse = 15;
constexpr std::uint8_t kAuth3 = 16;
constexpr std::uint8_t kShutdown = 17;
constexpr std::uint8_t kCancel = 18;
constexpr std::uint8_t kOrphaned = 19;

constexpr std::uint16_t kMostFragment = 4280;

void put(Wire& wire, const Syntax& syntax) {
  wire.uuid(syntax.uuid).u32(std::uint32_t{syntax.minor} << 16 | syntax.major);
}

}  // namespace

PduBuilder& PduBuilder::context(std::uint16_t id, const Syntax& interface,
                                std::initializer_list<Syntax> transfer) {
  contexts_.push_back({id, interface, transfer});
  return *this;
}

PduBuilder& PduBuilder::verifier(std::uint8_t auth_type, std::uint8_t auth_level) {
  return verifier(auth_type, auth_level, hex("a0a1a2a3a4a5a6a7 a8a9aaabacadaeaf"));
}

PduBuilder& PduBuilder::verifier(std::uint8_t auth_type, std::uint8_t auth_level, Buffer value,
                                 std::uint32_t auth_context_id) {
  verifier_ = Verifier{auth_type, auth_level, std::move(value), auth_context_id};
  return *this;
}

Buffer PduBuilder::build() const {
  Wire wire(endian_);
  wire.u8(5).u8(minor_).u8(type_).u8(flags_ | (object_ ? 0x80 : 0));
  wire.u8(endian_ == Endian::kLittle ? 0x10 : 0).zeros(3);
  wire.u16(0).u16(0).u32(call_id_);
  body(wire);
  if (verifier_) append_verifier(wire);
  wire.patch16(8, frag_length_.value_or(static_cast<std::uint16_t>(wire.size())));
  wire.patch16(10, auth_length_.value_or(
                       static_cast<std::uint16_t>(verifier_ ? verifier_->value.size() : 0)));
  return wire.build();
}

void PduBuilder::body(Wire& wire) const {
  switch (type_) {
    case kRequest:
      stub_header(wire);
      wire.u16(opnum_);
      if (object_) wire.uuid(*object_);
      break;
    case kResponse:
      stub_header(wire);
      wire.u16(0);  // cancel_count, reserved
      break;
    case kFault:
      stub_header(wire);
      wire.u16(0).u32(status_).u32(0);
      break;
    case kBind:
    case kAlterContext:
      context_list(wire);
      break;
    case kBindAck:
    case kAlterContextResponse:
      result_list(wire);
      break;
    case kBindNak:
      wire.u16(0).u8(1).u8(5).u8(0);  // reason, protocol versions
      break;
    case kAuth3:
      wire.zeros(4);
      break;
    default:
      break;
  }
  wire.bytes(stub_);
}

void PduBuilder::stub_header(Wire& wire) const { wire.u32(stub_.size()).u16(context_id_); }

void PduBuilder::context_list(Wire& wire) const {
  wire.u16(kMostFragment).u16(kMostFragment).u32(0);
  wire.u8(items_.value_or(static_cast<std::uint8_t>(contexts_.size()))).zeros(3);
  for (const Context& context : contexts_) {
    wire.u16(context.id).u8(context.transfer.size()).u8(0);
    put(wire, context.interface);
    for (const Syntax& syntax : context.transfer) put(wire, syntax);
  }
}

void PduBuilder::result_list(Wire& wire) const {
  wire.u16(kMostFragment).u16(kMostFragment).u32(0x53f0);
  const std::size_t terminator = address_.empty() ? 0 : 1;
  wire.u16(address_.size() + terminator).text(address_).zeros(terminator).align(4);
  wire.u8(items_.value_or(static_cast<std::uint8_t>(results_.size()))).zeros(3);
  for (const std::uint16_t result : results_) {
    wire.u16(result).u16(0);
    put(wire, result == kAccepted ? kNdr : Syntax());
  }
}

void PduBuilder::append_verifier(Wire& wire) const {
  const std::size_t body_end = wire.size();
  wire.align(16);
  const auto padding = static_cast<std::uint8_t>(wire.size() - body_end);
  wire.u8(verifier_->type).u8(verifier_->level).u8(padding_.value_or(padding)).u8(0);
  wire.u32(verifier_->context_id).bytes(verifier_->value);
}

PduBuilder request(std::uint32_t call_id) { return {kRequest, call_id}; }
PduBuilder response(std::uint32_t call_id) { return {kResponse, call_id}; }
PduBuilder fault(std::uint32_t call_id) { return {kFault, call_id}; }
PduBuilder bind(std::uint32_t call_id) { return {kBind, call_id}; }
PduBuilder bind_ack(std::uint32_t call_id) { return {kBindAck, call_id}; }
PduBuilder bind_nak(std::uint32_t call_id) { return {kBindNak, call_id}; }
PduBuilder alter_context(std::uint32_t call_id) { return {kAlterContext, call_id}; }
PduBuilder alter_context_response(std::uint32_t call_id) {
  return {kAlterContextResponse, call_id};
}
PduBuilder auth3(std::uint32_t call_id) { return {kAuth3, call_id}; }
PduBuilder shutdown() { return {kShutdown, 0}; }
PduBuilder cancel(std::uint32_t call_id) { return {kCancel, call_id}; }
PduBuilder orphaned(std::uint32_t call_id) { return {kOrphaned, call_id}; }

}  // namespace rpcsieve::forge

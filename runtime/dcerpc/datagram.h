#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "runtime/base/bytes.h"
#include "runtime/base/cursor.h"
#include "runtime/base/uuid.h"
#include "runtime/dcerpc/call.h"

namespace rpcsieve::dcerpc {

// Length of the header of a connectionless PDU [C706 §12.5.1].
inline constexpr std::size_t kDatagramHeaderBytes = 80;

// DatagramType is the type of a connectionless PDU [C706 §12.1].
enum class DatagramType : std::uint8_t {
  kRequest = 0,
  kPing = 1,
  kResponse = 2,
  kFault = 3,
  kWorking = 4,
  kNocall = 5,
  kReject = 6,
  kAck = 7,
  kClientCancel = 8,
  kFack = 9,
  kCancelAck = 10,
};

// Datagram is one connectionless PDU: a UDP datagram holds exactly one. Each names its interface,
// and the activity and sequence number of its call. Its views lie in the bytes it was parsed from.
struct Datagram {
  DatagramType type = DatagramType::kRequest;
  Endian endian = Endian::kLittle;
  bool fragment = false;       // it is one fragment of several ...
  bool last_fragment = false;  // ... and the last one
  bool maybe = false;          // no answer is expected
  std::uint16_t fragment_number = 0;
  bool has_object = false;
  Uuid object;
  InterfaceId interface;
  Uuid activity;
  std::uint32_t sequence = 0;
  std::uint16_t opnum = 0;
  Auth auth;
  Bytes body;                   // the stub, or a status; as far as it was captured, without padding
  std::size_t body_length = 0;  // as sent
  bool cut = false;             // bytes of the body are missing
};

// parse_datagram reads the payload of a UDP datagram, of which `sent` bytes were sent. Anything may
// ride on UDP, so every field of the header has to make sense; nullopt if one does not.
std::optional<Datagram> parse_datagram(Bytes payload, std::size_t sent);

// datagram_status gives the status of a fault or reject, nullopt if it was not captured.
std::optional<std::uint32_t> datagram_status(const Datagram& pdu);

}  // namespace rpcsieve::dcerpc

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "runtime/base/bytes.h"
#include "runtime/base/cursor.h"
#include "runtime/base/uuid.h"
#include "runtime/dcerpc/call.h"

namespace rpcsieve::dcerpc {

// Lengths of the common header [C706 §12.6.3.1] and of what precedes the auth value [MS-RPCE
// §2.2.2.11].
inline constexpr std::size_t kHeaderBytes = 16;
inline constexpr std::size_t kSecTrailerBytes = 8;

// PduType is the type of a connection-oriented PDU [C706 §12.6.4, MS-RPCE §2.2.2.10].
enum class PduType : std::uint8_t {
  kRequest = 0,
  kResponse = 2,
  kFault = 3,
  kBind = 11,
  kBindAck = 12,
  kBindNak = 13,
  kAlterContext = 14,
  kAlterContextResponse = 15,
  kAuth3 = 16,
  kShutdown = 17,
  kCancel = 18,
  kOrphaned = 19,
};

// is_pdu_type says whether the number is one of PduType: the other types are connectionless, or
// control a tunnel through HTTP.
bool is_pdu_type(std::uint8_t type);

// PduHeader is the common header [C706 §12.6.3.1].
struct PduHeader {
  PduType type = PduType::kRequest;
  std::uint8_t version_minor = 0;
  bool first_fragment = false;
  bool last_fragment = false;
  bool has_object = false;
  Endian endian = Endian::kLittle;
  std::uint16_t frag_length = 0;
  std::uint16_t auth_length = 0;
  std::uint32_t call_id = 0;
};

// parse_header reads the 16-byte common header. Numbers follow the sender's byte order, given in
// the header. Returns nullopt if bytes are short, the version is not 5.0 or 5.1, the type is not
// one of PduType, or frag_length < 16.
std::optional<PduHeader> parse_header(Bytes bytes);

// Pdu is one PDU taken apart as far as all types agree: header, body, and behind the body padding
// and verifier [MS-RPCE §2.2.2.11]. Its views lie in the bytes that it was parsed from.
struct Pdu {
  PduHeader header;
  Bytes body;                   // as far as it was captured
  std::size_t body_length = 0;  // as sent; with the padding if the verifier was not captured
  std::optional<Auth> auth;     // of the verifier, if there is one and it was captured
  Bytes auth_value;             // ... and what it holds, as far as that was captured
  bool cut = false;             // bytes of the body are missing, or its end is not known
  bool malformed = false;       // the verifier does not fit into the PDU and was left alone
};

// parse takes one PDU, of which the end may be missing. Returns nullopt where parse_header does.
std::optional<Pdu> parse(Bytes bytes);

// Request is the body of a request [C706 §12.6.4.9].
struct Request {
  std::uint16_t context_id = 0;
  std::uint16_t opnum = 0;
  std::optional<Uuid> object;
  Bytes stub;                   // as far as it was captured
  std::size_t stub_length = 0;  // as sent
};

// parse_request returns nullopt if the body ends before the opnum does.
std::optional<Request> parse_request(const Pdu& pdu);

// response_stub gives the stub of a response as far as it was captured [C706 §12.6.4.10].
Bytes response_stub(const Pdu& pdu);

// fault_status gives the status of a fault, nullopt if the body ends before it [C706 §12.6.4.7].
std::optional<std::uint32_t> fault_status(const Pdu& pdu);

// ContextItem is one presentation context that a client offers.
struct ContextItem {
  std::uint16_t context_id = 0;
  InterfaceId interface;
  // It offers no context but asks for features; its id stays free [MS-RPCE §2.2.2.14].
  bool asks_features = false;
};

// ContextItems reads the context list of a bind or alter_context [C706 §12.6.4.3].
class ContextItems {
 public:
  explicit ContextItems(const Pdu& pdu);
  // next returns the next item, or nullopt at the end of the list, or where it is damaged.
  std::optional<ContextItem> next();
  // whole says that the list was read to its declared end.
  [[nodiscard]] bool whole() const { return items_left_ == 0 && cursor_.ok(); }

 private:
  Cursor cursor_;
  std::uint8_t items_left_ = 0;
};

// AckResults reads the result list of a bind_ack or alter_context_resp: one result for each item
// of the request's list, in its order [C706 §12.6.4.4].
class AckResults {
 public:
  explicit AckResults(const Pdu& pdu);
  // next says whether the next item was accepted; nullopt as ContextItems::next.
  std::optional<bool> next();
  // transfer gives the transfer syntax of the result that next gave.
  [[nodiscard]] TransferSyntax transfer() const { return transfer_; }
  [[nodiscard]] bool whole() const { return results_left_ == 0 && cursor_.ok(); }

 private:
  Cursor cursor_;
  TransferSyntax transfer_ = TransferSyntax::kUnknown;
  std::uint8_t results_left_ = 0;
};

// without_verification_trailer cuts off the verification trailer that may end an unsealed stub
// [MS-RPCE §2.2.2.13]; its numbers are in the request's byte order.
Bytes without_verification_trailer(Bytes stub, Endian endian);

}  // namespace rpcsieve::dcerpc

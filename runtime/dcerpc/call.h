#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/timestamp.h"
#include "runtime/base/uuid.h"

namespace rpcsieve::dcerpc {

// InterfaceId names an interface: UUID and version, of which only the major part must agree for
// two to be the same interface [C706 §6.1.2.3].
struct InterfaceId {
  Uuid uuid;
  std::uint16_t version_major = 0;
  std::uint16_t version_minor = 0;

  auto operator<=>(const InterfaceId&) const = default;
};

// KnownBy says how a call's interface is known; the order is that of trust.
enum class KnownBy : std::uint8_t {
  kBound,     // its context was accepted
  kOffered,   // its context was offered, the server's answer was not captured
  kPipe,      // no bind was captured, the pipe's name implies the interface
  kEndpoint,  // no bind was captured, the endpoint mapper implies it
  kUnknown,   // the interface is not known
  kRejected,  // its context was offered and refused
};

// TransferSyntax says how stubs are encoded [C706 §14, MS-RPCE §2.2.5]. kUnknown: the answer to the
// bind was not captured.
enum class TransferSyntax : std::uint8_t { kUnknown, kNdr, kNdr64, kOther };

// AuthType and AuthLevel are those of the sec_trailer, with the wire's numbers; others are kept as
// they come [MS-RPCE §2.2.1.1.7, §2.2.1.1.8].
enum class AuthType : std::uint8_t {
  kNone = 0,
  kSpnego = 9,
  kNtlm = 10,
  kSchannelTls = 14,
  kKerberos = 16,
  kNetlogon = 68,
};
enum class AuthLevel : std::uint8_t {
  kDefault = 0,
  kNone = 1,
  kConnect = 2,
  kCall = 3,
  kPacket = 4,
  kIntegrity = 5,
  kPrivacy = 6,
};
struct Auth {
  AuthType type = AuthType::kNone;
  AuthLevel level = AuthLevel::kNone;
  std::uint32_t context_id = 0;  // which of the association's security contexts

  bool operator==(const Auth&) const = default;
};

// Result is how a call ended (DESIGN section 4); engine/outcome.h finds it.
enum class Result : std::uint8_t { kUnanswered, kAnswered, kSuccess, kDenied, kFailed, kFault };

// Outcome is a result with the numbers that it was found by.
struct Outcome {
  Result result = Result::kUnanswered;
  std::optional<std::uint32_t> status;       // of a fault
  std::optional<std::uint32_t> return_code;  // of the operation

  bool operator==(const Outcome&) const = default;
};

// Answer is what was seen of a call's answer.
struct Answer {
  enum class Kind : std::uint8_t { kNone, kResponse, kFault };
  Kind kind = Kind::kNone;
  std::uint32_t status = 0;  // of a fault, as sent
  bool readable = false;     // status was read, or tail: the response is whole and not sealed
  std::uint32_t tail = 0;    // the last four stub bytes of the response, as a number
};

// Call is one DCE/RPC request, however it was cut up.
struct Call {
  Timestamp time;  // when its first byte was captured
  std::uint32_t call_id = 0;
  std::uint16_t context_id = 0;
  std::uint16_t opnum = 0;
  InterfaceId interface;  // nil UUID while known_by is kUnknown
  KnownBy known_by = KnownBy::kUnknown;
  bool bind_seen = false;  // a bind of this association was captured, with all that it offered
  bool has_object = false;
  Uuid object;
  Auth auth;
  bool sealed = false;    // the stub is encrypted (privacy)
  bool complete = false;  // every byte of the stub was captured, and held within the limits
  std::uint32_t fragments = 0;
  std::uint32_t stub_len = 0;  // without object UUID, padding and verifier, as sent
};

// print gives a call on one line, for tests and debugging:
//   call=7 ctx=1 op=43 if=12345778-1234-abcd-ef00-0123456789ab/0.0 bound stub=44 frags=1
// with if=- when the interface is not known; followed, where they hold, by
// object=… auth=ntlm/privacy sealed cut.
std::string print(const Call& call);

// Names of the records (DESIGN section 5): "bound"; "ntlm", or the number as text; "privacy".
std::string_view name(KnownBy known_by);
std::string name(AuthType type);
std::string name(AuthLevel level);
std::string_view name(Result result);

}  // namespace rpcsieve::dcerpc

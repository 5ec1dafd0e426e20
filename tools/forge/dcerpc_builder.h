#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "tools/forge/wire.h"

namespace rpcsieve::forge {

// Syntax is an interface or a transfer syntax, as a presentation context names them.
struct Syntax {
  Uuid uuid;
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
};

inline const Syntax kLsarpc = {parse_uuid("12345778-1234-abcd-ef00-0123456789ab").value(), 0, 0};
inline const Syntax kSamr = {parse_uuid("12345778-1234-abcd-ef00-0123456789ac").value(), 1, 0};
inline const Syntax kNdr = {parse_uuid("8a885d04-1ceb-11c9-9fe8-08002b104860").value(), 2, 0};
inline const Syntax kNdr64 = {parse_uuid("71710533-beba-4937-8319-b5dbef9ccc36").value(), 1, 0};
inline const Syntax kFeatures = {parse_uuid("6cb71c2c-9812-4540-0300-000000000000").value(), 1, 0};

// The numbers of auth_type and auth_level that tests use.
inline constexpr std::uint8_t kSpnegoAuth = 9;
inline constexpr std::uint8_t kNtlmAuth = 10;
inline constexpr std::uint8_t kKerberosAuth = 16;
inline constexpr std::uint8_t kNetlogonAuth = 68;
inline constexpr std::uint8_t kConnectLevel = 2;
inline constexpr std::uint8_t kIntegrityLevel = 5;
inline constexpr std::uint8_t kPrivacyLevel = 6;

// PduBuilder builds one connection-oriented PDU; the functions below say of which type. Lengths and
// padding are computed unless they are given.
class PduBuilder {
 public:
  PduBuilder(std::uint8_t type, std::uint32_t call_id) : type_(type), call_id_(call_id) {}

  PduBuilder& big_endian() { return endian_ = Endian::kBig, *this; }
  PduBuilder& minor_version(std::uint8_t value) { return minor_ = value, *this; }
  PduBuilder& first() { return flags_ = 1, *this; }
  PduBuilder& middle() { return flags_ = 0, *this; }
  PduBuilder& last() { return flags_ = 2, *this; }
  PduBuilder& frag_length(std::uint16_t value) { return frag_length_ = value, *this; }
  PduBuilder& auth_length(std::uint16_t value) { return auth_length_ = value, *this; }

  PduBuilder& context_id(std::uint16_t value) { return context_id_ = value, *this; }
  PduBuilder& opnum(std::uint16_t value) { return opnum_ = value, *this; }
  PduBuilder& object(const Uuid& value) { return object_ = value, *this; }
  PduBuilder& stub(std::string_view digits) { return stub_ = hex(digits), *this; }
  PduBuilder& stub(Buffer value) { return stub_ = std::move(value), *this; }
  PduBuilder& status(std::uint32_t value) { return status_ = value, *this; }

  // context adds an item to the list of a bind or alter_context, result one to that of an answer.
  PduBuilder& context(std::uint16_t id, const Syntax& interface,
                      std::initializer_list<Syntax> transfer = {kNdr});
  PduBuilder& result(std::uint16_t value) { return results_.push_back(value), *this; }
  PduBuilder& secondary_address(std::string_view value) { return address_ = value, *this; }
  // items makes the list say that it has so many items or results.
  PduBuilder& items(std::uint8_t value) { return items_ = value, *this; }

  // verifier adds a sec_trailer and an auth value, if none is given one of 16 bytes; padding makes
  // it claim so many bytes.
  PduBuilder& verifier(std::uint8_t auth_type, std::uint8_t auth_level);
  PduBuilder& verifier(std::uint8_t auth_type, std::uint8_t auth_level, Buffer value,
                       std::uint32_t auth_context_id = 1);
  PduBuilder& padding(std::uint8_t claimed) { return padding_ = claimed, *this; }

  [[nodiscard]] Buffer build() const;

 private:
  struct Context {
    std::uint16_t id;
    Syntax interface;
    std::vector<Syntax> transfer;
  };
  struct Verifier {
    std::uint8_t type, level;
    Buffer value;
    std::uint32_t context_id;
  };

  void body(Wire& wire) const;
  void stub_header(Wire& wire) const;
  void context_list(Wire& wire) const;
  void result_list(Wire& wire) const;
  void append_verifier(Wire& wire) const;

  std::uint8_t type_;
  std::uint32_t call_id_;
  Endian endian_ = Endian::kLittle;
  std::uint8_t minor_ = 0;
  std::uint8_t flags_ = 3;
  std::optional<std::uint16_t> frag_length_;
  std::optional<std::uint16_t> auth_length_;
  std::uint16_t context_id_ = 0;
  std::uint16_t opnum_ = 0;
  std::optional<Uuid> object_;
  Buffer stub_;
  std::uint32_t status_ = 0;
  std::vector<Context> contexts_;
  std::vector<std::uint16_t> results_;
  std::string_view address_;
  std::optional<std::uint8_t> items_;
  std::optional<Verifier> verifier_;
  std::optional<std::uint8_t> padding_;
};

PduBuilder request(std::uint32_t call_id);
PduBuilder response(std::uint32_t call_id);
PduBuilder fault(std::uint32_t call_id);
PduBuilder bind(std::uint32_t call_id);
PduBuilder bind_ack(std::uint32_t call_id);
PduBuilder bind_nak(std::uint32_t call_id);
PduBuilder alter_context(std::uint32_t call_id);
PduBuilder alter_context_response(std::uint32_t call_id);
PduBuilder auth3(std::uint32_t call_id);
PduBuilder shutdown();
PduBuilder cancel(std::uint32_t call_id);
PduBuilder orphaned(std::uint32_t call_id);

// Results of presentation context negotiation [C706 §12.6.3.1, MS-RPCE §2.2.2.4].
inline constexpr std::uint16_t kAccepted = 0;
inline constexpr std::uint16_t kProviderRejected = 2;
inline constexpr std::uint16_t kNegotiateAck = 3;

}  // namespace rpcsieve::forge

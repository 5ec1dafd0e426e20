#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "tools/forge/dcerpc_builder.h"
#include "tools/forge/wire.h"

// Connectionless PDUs [C706 §12.5], as they stand in a datagram:
//   datagram::request(7).interface(kLsarpc).opnum(43).stub("0001").build()
namespace rpcsieve::forge::datagram {

inline const Uuid kActivity = parse_uuid("4a5b6c7d-0011-11f0-8c4d-0242ac110002").value();

// flags1 [C706 §12.5.2.2].
inline constexpr std::uint8_t kLastFragment = 0x02;
inline constexpr std::uint8_t kFragment = 0x04;
inline constexpr std::uint8_t kNoFack = 0x08;
inline constexpr std::uint8_t kMaybe = 0x10;
inline constexpr std::uint8_t kIdempotent = 0x20;
inline constexpr std::uint8_t kBroadcast = 0x40;

// Builder builds one PDU; the functions below say of which type. An answer is built like the
// request that it answers: its activity, sequence number and interface have to agree.
class Builder {
 public:
  Builder(std::uint8_t type, std::uint32_t sequence) : type_(type), sequence_(sequence) {}

  Builder& big_endian() { return endian_ = Endian::kBig, *this; }
  Builder& interface(const Syntax& value) { return interface_ = value, *this; }
  Builder& activity(const Uuid& value) { return activity_ = value, *this; }
  Builder& object(const Uuid& value) { return object_ = value, *this; }
  Builder& opnum(std::uint16_t value) { return opnum_ = value, *this; }
  Builder& stub(std::string_view digits) { return stub_ = hex(digits), *this; }
  Builder& stub(Buffer value) { return stub_ = std::move(value), *this; }
  Builder& status(std::uint32_t value) { return status_ = value, *this; }
  Builder& flags(std::uint8_t value) { return flags_ |= value, *this; }
  Builder& serial(std::uint16_t value) { return serial_ = value, *this; }
  // fragment makes it one fragment of several, the last one if `last`; numbers count from 0.
  Builder& fragment(std::uint16_t number, bool last = false);
  // verifier adds padding, a sec_trailer_cl and 16 bytes of token [MS-RPCE §2.2.3.4].
  Builder& verifier(std::uint8_t auth_type, std::uint8_t auth_level);
  // length is what the header claims the body to be, instead of the right one.
  Builder& length(std::uint16_t value) { return length_ = value, *this; }

  [[nodiscard]] Buffer build() const;

 private:
  struct Verifier {
    std::uint8_t type, level;
  };

  std::uint8_t type_;
  std::uint32_t sequence_;
  Endian endian_ = Endian::kLittle;
  Syntax interface_ = kLsarpc;
  Uuid activity_ = kActivity;
  Uuid object_;
  std::uint16_t opnum_ = 0;
  std::uint16_t serial_ = 0;
  std::uint16_t fragment_ = 0;
  std::uint8_t flags_ = 0;
  Buffer stub_;
  std::optional<std::uint32_t> status_;
  std::optional<Verifier> verifier_;
  std::optional<std::uint16_t> length_;
};

Builder request(std::uint32_t sequence);
Builder ping(std::uint32_t sequence);
Builder response(std::uint32_t sequence);
Builder fault(std::uint32_t sequence);
Builder working(std::uint32_t sequence);
Builder nocall(std::uint32_t sequence);
Builder reject(std::uint32_t sequence);
Builder ack(std::uint32_t sequence);
Builder cancel(std::uint32_t sequence);
Builder fack(std::uint32_t sequence);

}  // namespace rpcsieve::forge::datagram

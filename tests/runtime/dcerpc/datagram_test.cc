// Connectionless PDUs: what is one, and what it says.
#include "runtime/dcerpc/datagram.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

#include "tests/support/forge.h"

namespace rpcsieve::dcerpc {
namespace {

using namespace test;
using datagram::Builder;

std::string print(const Datagram& pdu) {
  std::string text = "type=" + std::to_string(static_cast<int>(pdu.type)) +
                     " seq=" + std::to_string(pdu.sequence) + " op=" + std::to_string(pdu.opnum) +
                     " v" + std::to_string(pdu.interface.version_major) + '.' +
                     std::to_string(pdu.interface.version_minor) +
                     " body=" + std::to_string(pdu.body_length);
  if (pdu.endian == Endian::kBig) text += " big";
  if (pdu.fragment) text += " frag=" + std::to_string(pdu.fragment_number);
  if (pdu.last_fragment) text += " last";
  if (pdu.maybe) text += " maybe";
  if (pdu.has_object) text += " object=" + rpcsieve::print(pdu.object);
  if (pdu.auth != Auth()) text += " auth=" + name(pdu.auth.type) + '/' + name(pdu.auth.level);
  if (pdu.cut) text += " cut=" + std::to_string(pdu.body.size());
  return text;
}

std::string parsed(const Buffer& wire, std::size_t captured) {
  const Buffer exact(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(captured));
  const auto pdu = parse_datagram(exact, wire.size());
  if (!pdu) return "refused";
  EXPECT_EQ(pdu->interface.uuid, kLsarpc.uuid);
  EXPECT_EQ(pdu->activity, datagram::kActivity);
  return print(*pdu);
}

std::string parsed(const Buffer& wire) { return parsed(wire, wire.size()); }

struct Case {
  std::string_view name;
  Buffer wire;
  std::string_view want;
};

const Case kCases[] = {
    {"request", datagram::request(7).opnum(43).stub("0102").build(),
     "type=0 seq=7 op=43 v0.0 body=2"},
    {"big-endian",
     datagram::request(7).big_endian().interface({kLsarpc.uuid, 1, 2}).opnum(43).stub("01").build(),
     "type=0 seq=7 op=43 v1.2 body=1 big"},
    {"version", datagram::request(7).interface({kLsarpc.uuid, 1, 2}).build(),
     "type=0 seq=7 op=0 v1.2 body=0"},
    {"object", datagram::request(7).object(kSamr.uuid).build(),
     "type=0 seq=7 op=0 v0.0 body=0 object=12345778-1234-abcd-ef00-0123456789ac"},
    {"first fragment", datagram::request(7).fragment(0).stub("01").build(),
     "type=0 seq=7 op=0 v0.0 body=1 frag=0"},
    {"last fragment", datagram::request(7).fragment(3, true).stub("01").build(),
     "type=0 seq=7 op=0 v0.0 body=1 frag=3 last"},
    {"last without being a fragment", datagram::request(7).flags(datagram::kLastFragment).build(),
     "type=0 seq=7 op=0 v0.0 body=0"},
    {"maybe", datagram::request(7).flags(datagram::kMaybe | datagram::kIdempotent).build(),
     "type=0 seq=7 op=0 v0.0 body=0 maybe"},
    {"verifier", datagram::request(7).stub("010203").verifier(kNtlmAuth, kPrivacyLevel).build(),
     "type=0 seq=7 op=0 v0.0 body=3 auth=ntlm/privacy"},
    {"bytes behind the body are nothing", datagram::request(7).stub("0102").length(1).build(),
     "type=0 seq=7 op=0 v0.0 body=1"},
    {"response", datagram::response(7).stub("00000000").build(), "type=2 seq=7 op=0 v0.0 body=4"},
    {"fault", datagram::fault(7).status(5).build(), "type=3 seq=7 op=0 v0.0 body=4"},
    {"reject", datagram::reject(7).status(5).build(), "type=6 seq=7 op=0 v0.0 body=4"},
    {"fack of a fragment",
     [] {
       Buffer wire = datagram::fack(7).build();
       wire[76] = 3;
       return wire;
     }(),
     "type=9 seq=7 op=0 v0.0 body=0"},
    {"a body that is longer than the datagram", datagram::request(7).stub("01").length(2).build(),
     "refused"},
    {"no room for the verifier that it claims",
     [] {
       Buffer wire = datagram::request(7).stub("0102").build();
       wire[78] = kNtlmAuth;
       return wire;
     }(),
     "refused"},
    {"no activity", datagram::request(7).activity({}).build(), "refused"},
    {"no interface", datagram::request(7).interface({}).build(), "refused"},
    {"connection-oriented", request(7).opnum(43).stub(Buffer(80)).build(), "refused"},
    {"empty", {}, "refused"},
};

TEST(Datagram, IsParsed) {
  for (const Case& c : kCases) EXPECT_EQ(parsed(c.wire), c.want) << c.name;
}

// One byte of the header at a time is made into what the specification does not allow.
TEST(Datagram, IsRefusedIfAnyFieldMakesNoSense) {
  const Buffer good = datagram::request(7).opnum(43).stub(Buffer(40)).build();
  const std::pair<std::size_t, std::uint8_t> kWrong[] = {{0, 5},    {0, 3},    {1, 11},   {3, 0x04},
                                                         {3, 0x80}, {4, 0x20}, {4, 0x12}, {5, 4},
                                                         {6, 1},    {75, 1},   {76, 1}};
  for (const auto& [at, value] : kWrong) {
    Buffer wire = good;
    wire[at] = value;
    EXPECT_EQ(parsed(wire), "refused") << at << ' ' << int{value};
  }
}

TEST(Datagram, IsCutAnywhere) {
  const Buffer wire = datagram::request(7).stub("0102030405").build();
  for (std::size_t n = 0; n < wire.size(); ++n) {
    const std::string want = "type=0 seq=7 op=0 v0.0 body=5 cut=" + std::to_string(n - 80);
    EXPECT_EQ(parsed(wire, n), n < 80 ? "refused" : want) << n;
  }
}

// What else rides on UDP, of sizes that RPC could have.
TEST(Datagram, IsToldFromOtherProtocols) {
  const Buffer dns = hex("0400 0100 0001 0000 0000 0001") +
                     Wire().u8(63).text(std::string(63, 'a')).u8(3).text("com").u8(0).build() +
                     hex("0001 0001 0000 2904 d000 0000 0000 00");
  const Buffer zeros_behind_version = hex("04") + Buffer(200);
  for (const Buffer& wire : {dns, zeros_behind_version, Buffer(200, 4), Buffer(200, 0)})
    EXPECT_FALSE(parse_datagram(wire, wire.size()));
}

}  // namespace
}  // namespace rpcsieve::dcerpc

#include "runtime/dcerpc/framing.h"

#include <gtest/gtest.h>

#include <string_view>

#include "tests/support/forge.h"

namespace rpcsieve::dcerpc {
namespace {

using namespace test;

struct PlausibleCase {
  std::string_view name;
  Buffer bytes;
  bool want;
};

const PlausibleCase kPlausible[] = {
    {"nothing yet", {}, true},
    {"bind", bind(1).context(0, kSamr).build(), true},
    {"big-endian bind", bind(1).big_endian().context(0, kSamr).build(), true},
    {"version 5.1", bind(1).minor_version(1).context(0, kSamr).build(), true},
    {"request without stub", request(1).build(), true},
    {"signed request", request(1).verifier(kNtlmAuth, kIntegrityLevel).build(), true},
    {"bind_nak", bind_nak(1).build(), true},
    {"shutdown", shutdown().build(), true},
    {"EBCDIC, VAX floating point", hex("05000b03 01010000 0048 0000 01000000"), true},
    {"version 4", hex("0400"), false},
    {"version 5.2", hex("0502"), false},
    {"ping, which is connectionless", hex("050001"), false},
    {"type 20", hex("050014"), false},
    {"integer representation 2", hex("05000b03 20"), false},
    {"character representation 2", hex("05000b03 12"), false},
    {"floating point 4", hex("05000b03 1004"), false},
    {"reserved byte set", hex("05000b03 100001"), false},
    {"second reserved byte set", hex("05000b03 10000001"), false},
    {"flags are not judged", hex("05000bff 10000000"), true},
    {"length below header", hex("05001100 10000000 0f00 0000 00000000"), false},
    {"bind below its fixed part", hex("05000b03 10000000 1b00 0000 01000000"), false},
    {"request below its opnum", hex("05000003 10000000 1700 0000 01000000"), false},
    {"fault below its status", hex("05000303 10000000 1b00 0000 01000000"), false},
    {"verifier fills the PDU", hex("05001003 10000000 2000 0800 01000000"), true},
    {"verifier longer than the PDU", hex("05001003 10000000 2000 0900 01000000"), false},
    {"big-endian length read as such", hex("05000003 00000000 0018 0000 00000001"), true},
    {"TLS", hex("16030100"), false},
    {"SOCKS 5 greeting", hex("0502 0001"), false},
    {"SOCKS 5 greeting of one method", hex("050100"), true},
    {"SOCKS 5 request", hex("05010001 7f000001"), false},
    {"HTTP", hex("474554202f"), false},
    {"SMB2", hex("00000040 fe534d42"), false},
};

TEST(Plausible, EveryCase) {
  for (const PlausibleCase& c : kPlausible) EXPECT_EQ(plausible(c.bytes), c.want) << c.name;
}

TEST(Plausible, EveryPrefixOfPlausibleBytes) {
  for (const PlausibleCase& c : kPlausible) {
    if (!c.want) continue;
    for (std::size_t n = 0; n < c.bytes.size(); ++n)
      EXPECT_TRUE(plausible(Bytes(c.bytes).first(n))) << c.name << ' ' << n;
  }
}

TEST(FramingTotal, IsTheFragLengthInTheSendersByteOrder) {
  EXPECT_EQ(Framing().total(request(1).stub("0102").build()), 26U);
  EXPECT_EQ(Framing().total(request(1).big_endian().stub("0102").build()), 26U);
  EXPECT_EQ(Framing().keep({}, 26), 26U);
}

// In step a PDU with an impossible verifier is still passed over by its length, and counted.
TEST(FramingTotal, GoesByTheLengthAlone) {
  EXPECT_EQ(Framing().total(request(1).auth_length(9999).build()), 24U);
  EXPECT_EQ(Framing().total(hex("05000003 10000000 1700 0000 01000000")), 23U);
  EXPECT_EQ(Framing().total(hex("05000003 10000000 0f00 0000 01000000")), std::nullopt);
  EXPECT_EQ(Framing().total(hex("04000003 10000000 1800 0000 01000000")), std::nullopt);
}

struct FindCase {
  std::string_view name;
  Buffer bytes;
  std::size_t want;
};

const FindCase kFind[] = {
    {"nothing", {}, 0},
    {"at the front", request(1).build(), 0},
    {"behind garbage", Buffer(100, 0xaa) + request(1).build(), 100},
    {"behind fives", Buffer(5, 5) + request(1).build(), 5},
    {"behind a header that cannot be",
     hex("05000003 10000000 1700 0000 01000000") + request(1).build(), 16},
    {"none", Buffer(100, 0xaa), 100},
    {"one may begin in the last byte", Buffer(99, 0xaa) + Buffer{5}, 99},
    {"one may begin in the last bytes", Buffer(90, 0xaa) + hex("05000b03 10"), 90},
    {"none may begin in the last bytes", Buffer(90, 0xaa) + hex("05000b03 30"), 95},
};

TEST(FramingFind, EveryCase) {
  for (const FindCase& c : kFind) EXPECT_EQ(Framing().find(c.bytes), c.want) << c.name;
}

}  // namespace
}  // namespace rpcsieve::dcerpc

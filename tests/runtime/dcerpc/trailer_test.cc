#include <gtest/gtest.h>

#include <string_view>

#include "runtime/dcerpc/pdu.h"
#include "tests/support/forge.h"

namespace rpcsieve::dcerpc {
namespace {

using namespace test;

const Buffer kStub = hex("11223344 55667788");
const Buffer kSignature = hex("8ae3137102f43671");
const Buffer kBitmask = hex("0100 0400 01000000");
const Buffer kLastBitmask = hex("0140 0400 01000000");
const Buffer kLastContext = hex("02c0 2800") + Buffer(40);
const Buffer kHeader2 = hex("0300 1000 00000000 10000000 07000000 0000 2b00");
const Buffer kUnknown = hex("0700 0300 aabbcc");

struct TrailerCase {
  std::string_view name;
  Buffer stub;
  std::size_t want;  // bytes that are left
};

const TrailerCase kCases[] = {
    {"empty stub", {}, 0},
    {"no trailer", kStub, 8},
    {"one command", kStub + kSignature + kLastBitmask, 8},
    {"nothing but a trailer", kSignature + kLastBitmask, 0},
    {"must be processed", kStub + kSignature + kLastContext, 8},
    {"three commands", kStub + kSignature + kBitmask + kHeader2 + kLastContext, 8},
    {"unknown command of odd length", kStub + kSignature + kUnknown + kLastBitmask, 8},
    {"command without data", kStub + kSignature + hex("0140 0000"), 8},
    {"padding in front stays", hex("112233445566 0000") + kSignature + kLastBitmask, 8},
    {"not aligned", hex("112233") + kSignature + kLastBitmask, 3 + 16},
    {"signature alone", kStub + kSignature, 16},
    {"no command is the last", kStub + kSignature + kBitmask, 24},
    {"bytes behind the last command", kStub + kSignature + kLastBitmask + hex("00"), 25},
    {"command longer than the stub", kStub + kSignature + hex("0140 0500 01000000"), 24},
    {"half a command", kStub + kSignature + kBitmask + hex("0140 04"), 27},
    {"signature as data, then the trailer", kSignature + kStub + kSignature + kLastBitmask, 16},
    {"signature inside the trailer", kStub + kSignature + hex("0740 0800") + kSignature, 8},
    {"big-endian numbers in a little-endian stub", kStub + kSignature + hex("4001 0004 00000001"),
     24},
};

TEST(VerificationTrailer, EveryCase) {
  for (const TrailerCase& c : kCases) {
    const Bytes left = without_verification_trailer(c.stub, Endian::kLittle);
    EXPECT_EQ(left.size(), c.want) << c.name;
    EXPECT_EQ(left.data(), c.stub.data()) << c.name;
  }
}

TEST(VerificationTrailer, FollowsTheByteOrder) {
  const Buffer stub = kStub + kSignature + hex("4001 0004 00000001");
  EXPECT_EQ(without_verification_trailer(stub, Endian::kBig).size(), 8U);
}

// Each of many signatures is followed by a chain of commands that does not end: the search must not
// walk them all to their end. It takes seconds if it does.
TEST(VerificationTrailer, ManySignaturesCostLittle) {
  Buffer stub;
  for (int i = 0; i < 1 << 16; ++i) stub.insert(stub.end(), kSignature.begin(), kSignature.end());
  stub.resize(1 << 20);
  EXPECT_EQ(without_verification_trailer(stub, Endian::kLittle).size(), stub.size());
}

}  // namespace
}  // namespace rpcsieve::dcerpc

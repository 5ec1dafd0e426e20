// Answers of the endpoint mapper.
#include "runtime/dcerpc/endpoint_map.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/support/forge.h"

namespace rpcsieve::dcerpc {
namespace {

using namespace test;
using epm::Answer;

std::string print(const MappedEndpoint& endpoint) {
  static constexpr const char* kProtocols[] = {"tcp", "udp", "pipe"};
  std::string text = kProtocols[static_cast<std::size_t>(endpoint.protocol)];
  text += endpoint.interface.uuid == kSamr.uuid ? " samr" : " lsarpc";
  text += " v" + std::to_string(endpoint.interface.version_major);
  if (endpoint.port != 0) text += " :" + std::to_string(endpoint.port);
  if (endpoint.address) text += " at " + rpcsieve::print(*endpoint.address);
  text += endpoint.pipe;
  if (!endpoint.host.empty()) text += " on " + std::string(endpoint.host);
  if (!endpoint.object.is_nil()) text += " object=" + rpcsieve::print(endpoint.object);
  if (!endpoint.annotation.empty()) text += " '" + std::string(endpoint.annotation) + '\'';
  return text + '\n';
}

std::string read(std::uint16_t opnum, const Buffer& stub,
                 TransferSyntax transfer = TransferSyntax::kUnknown,
                 Endian endian = Endian::kLittle) {
  const Buffer exact = stub;
  std::vector<MappedEndpoint> out;
  if (!read_endpoints(opnum, {exact, endian, transfer}, out)) return "refused";
  std::string text;
  for (const MappedEndpoint& endpoint : out) text += print(endpoint);
  return text;
}

// The answers to ept_map, and those to ept_lookup, of each encoding, read with and without knowing
// the transfer syntax.
void expect_read(Answer answer, std::string_view map, std::string_view lookup) {
  EXPECT_EQ(read(kEptMap, answer.map(), TransferSyntax::kNdr), map);
  EXPECT_EQ(read(kEptMap, answer.map()), map);
  EXPECT_EQ(read(kEptLookup, answer.lookup(), TransferSyntax::kNdr), lookup);
  EXPECT_EQ(read(kEptLookup, answer.lookup()), lookup);
  Answer wide = answer;
  wide.ndr64();
  EXPECT_EQ(read(kEptMap, wide.map(), TransferSyntax::kNdr64), map);
  EXPECT_EQ(read(kEptMap, wide.map()), map);
  EXPECT_EQ(read(kEptLookup, wide.lookup(), TransferSyntax::kNdr64), lookup);
  EXPECT_EQ(read(kEptLookup, wide.lookup()), lookup);
  answer.big_endian();
  EXPECT_EQ(read(kEptMap, answer.map(), TransferSyntax::kNdr, Endian::kBig), map);
  EXPECT_EQ(read(kEptLookup, answer.lookup(), TransferSyntax::kUnknown, Endian::kBig), lookup);
}

TEST(EndpointMap, Towers) {
  const struct {
    std::string_view name;
    Buffer tower;
    std::string_view want;
  } kCases[] = {
      {"TCP", epm::tcp_tower(kLsarpc, 49664), "tcp lsarpc v0 :49664\n"},
      {"an address", epm::tcp_tower(kSamr, 135, "10.0.0.9"), "tcp samr v1 :135 at 10.0.0.9\n"},
      {"UDP", epm::udp_tower(kSamr, 1025), "udp samr v1 :1025\n"},
      {"a pipe", epm::pipe_tower(kLsarpc, "\\PIPE\\lsass"), "pipe lsarpc v0\\PIPE\\lsass\n"},
      {"a host", epm::pipe_tower(kLsarpc, "\\pipe\\x", "\\\\DC"),
       "pipe lsarpc v0\\pipe\\x on \\\\DC\n"},
      {"local only", epm::local_tower(kLsarpc, "audit"), ""},
      {"port zero", epm::tcp_tower(kLsarpc, 0), ""},
      {"a pipe without a name", epm::pipe_tower(kLsarpc, ""), ""},
      {"no interface", epm::tcp_tower({}, 49664), ""},
      {"no floors", hex("0000"), ""},
      {"too few floors", hex("0500") + Buffer(20), ""},
      {"a byte", hex("05"), ""},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    expect_read(Answer().tower(c.tower), c.want, c.want);
  }
}

TEST(EndpointMap, Entries) {
  Answer answer;
  answer.entry(kLsarpc.uuid, "Security service", epm::tcp_tower(kSamr, 49664));
  answer.nothing().tower(epm::local_tower(kLsarpc, "audit"));
  answer.entry({}, "odd", epm::pipe_tower(kSamr, "\\PIPE\\samr"));
  expect_read(answer, "tcp samr v1 :49664\npipe samr v1\\PIPE\\samr\n",
              "tcp samr v1 :49664 object=12345778-1234-abcd-ef00-0123456789ab 'Security service'\n"
              "pipe samr v1\\PIPE\\samr 'odd'\n");
  expect_read(Answer().status(0x16c9a0d6), "", "");
  Answer many;
  for (std::uint16_t i = 1; i <= 500; ++i) many.tower(epm::tcp_tower(kSamr, i));
  EXPECT_EQ(read(kEptMap, many.map()).substr(0, 16), "tcp samr v1 :1\nt");
}

TEST(EndpointMap, OtherOperationsAndSyntaxes) {
  const Buffer stub = Answer().tower(epm::tcp_tower(kLsarpc, 49664)).map();
  for (const std::uint16_t opnum : std::initializer_list<std::uint16_t>{0, 1, 4, 5})
    EXPECT_EQ(read(opnum, stub), "refused");
  EXPECT_EQ(read(kEptLookup, stub), "refused");
  EXPECT_EQ(read(kEptMap, stub, TransferSyntax::kNdr64), "refused");
  EXPECT_EQ(read(kEptMap, stub, TransferSyntax::kOther), "refused");
  EXPECT_EQ(read(kEptMap, stub, TransferSyntax::kNdr, Endian::kBig), "refused");
}

// Cut anywhere, or longer than it says, it is not an answer.
TEST(EndpointMap, IsReadToItsLastByte) {
  for (const bool wide : {false, true}) {
    Answer answer;
    answer.entry(kLsarpc.uuid, "x", epm::tcp_tower(kLsarpc, 49664));
    if (wide) answer.ndr64();
    for (const std::uint16_t opnum : {kEptLookup, kEptMap}) {
      Buffer stub = opnum == kEptMap ? answer.map() : answer.lookup();
      for (std::size_t n = 0; n < stub.size(); ++n)
        EXPECT_EQ(read(opnum, Buffer(stub.begin(), stub.begin() + static_cast<long>(n))),
                  "refused");
      stub.push_back(0);
      EXPECT_EQ(read(opnum, stub), "refused");
    }
  }
}

// Counts and lengths that lie: each number of the answer in turn is made as large as can be.
TEST(EndpointMap, HostileCounts) {
  const Buffer good = Answer().tower(epm::tcp_tower(kLsarpc, 49664)).map();
  for (const std::size_t at : {20U, 28U, 32U, 40U, 44U}) {
    Buffer stub = good;
    std::fill_n(stub.begin() + static_cast<long>(at), 4, 0xff);
    EXPECT_EQ(read(kEptMap, stub), "refused") << at;
  }
  // Lengths inside the tower: the answer stands, the tower leads nowhere.
  for (const std::size_t at : {50U, 71U}) {
    Buffer stub = good;
    std::fill_n(stub.begin() + static_cast<long>(at), 2, 0xff);
    EXPECT_EQ(read(kEptMap, stub), "") << at;
  }
}

}  // namespace
}  // namespace rpcsieve::dcerpc

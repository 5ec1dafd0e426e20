#include "tools/forge/scenario.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "runtime/base/cursor.h"
#include "tools/forge/ip_packet.h"

namespace rpcsieve::forge {
namespace {

constexpr std::size_t kEthernet = 14;

Call example() {
  Call call;
  call.operation = {kLsarpc, 43};
  call.stub = Wire().zeros(24).utf16("G$BCKUPKEY_PREFERRED").build();
  return call;
}

// for_each_cell visits what can be forged.
void for_each_cell(const Call& call, const std::function<void(Transport, Evasion)>& visit) {
  for (const Transport transport : transports())
    for (const Evasion evasion : evasions())
      if (unforgeable(call, transport, evasion).empty()) visit(transport, evasion);
}

std::vector<Buffer> frames_of(const Buffer& capture) {
  std::vector<Buffer> frames;
  Cursor cursor(Bytes(capture).subspan(24), Endian::kLittle);
  while (!cursor.done()) {
    cursor.take(8);
    const std::size_t size = cursor.u32();
    cursor.take(4);
    const Bytes frame = cursor.take(size);
    frames.emplace_back(frame.begin(), frame.end());
    if (!cursor.ok()) break;
  }
  EXPECT_TRUE(cursor.done());
  return frames;
}

IpAddress address(Bytes bytes) { return bytes.size() == 4 ? make_v4(bytes) : make_v6(bytes); }

// check expects the checksums of an IP packet without fragments: over a right one the sum is zero.
void check(Bytes packet) {
  const bool v4 = packet[0] >> 4 == 4;
  if (v4) {
    EXPECT_EQ(checksum(packet.first(20)), 0);
  }
  const std::size_t from = v4 ? 12 : 8, width = v4 ? 4 : 16;
  const std::uint8_t protocol = v4 ? packet[9] : packet[6];
  EXPECT_EQ(transport_checksum(address(packet.subspan(from, width)),
                               address(packet.subspan(from + width, width)), protocol,
                               packet.subspan(from + 2 * width)),
            0);
}

TEST(Scenario, NamesAreFoundAgain) {
  for (const Transport transport : transports())
    EXPECT_EQ(find_transport(name(transport)), transport);
  std::set<std::string_view> names;
  for (const Evasion evasion : evasions()) {
    EXPECT_EQ(find_evasion(name(evasion)), evasion);
    names.insert(name(evasion));
  }
  EXPECT_EQ(names.size(), evasions().size());
  EXPECT_EQ(find_evasion("nonsense"), std::nullopt);
  EXPECT_EQ(find_transport("smb"), std::nullopt);
}

TEST(Scenario, EveryCellIsForgedAlikeAndUnlikeTheOthers) {
  const Call call = example();
  std::set<Buffer> captures;
  std::size_t cells = 0;
  for_each_cell(call, [&](Transport transport, Evasion evasion) {
    const Scenario scenario = forge(call, transport, evasion);
    EXPECT_EQ(scenario.capture, forge(call, transport, evasion).capture);
    captures.insert(scenario.capture);
    ++cells;
  });
  EXPECT_EQ(captures.size(), cells);
  EXPECT_EQ(cells, 184U);
}

TEST(Scenario, EachHoldsTheCallOnce) {
  const Call call = example();
  for_each_cell(call, [&](Transport transport, Evasion evasion) {
    std::size_t found = 0;
    for (const Meant& meant : forge(call, transport, evasion).calls) {
      found += !meant.is_neighbour && meant.operation.opnum == 43;
    }
    EXPECT_EQ(found, 1U) << name(transport) << " " << name(evasion);
  });
}

TEST(Scenario, ChecksumsAreRight) {
  const Call call = example();
  for_each_cell(call, [&](Transport transport, Evasion evasion) {
    if (evasion == Evasion::kVlan || evasion == Evasion::kIpFragments) return;
    SCOPED_TRACE(std::string(name(transport)) + " " + std::string(name(evasion)));
    for (const Buffer& frame : frames_of(forge(call, transport, evasion).capture))
      check(Bytes(frame).subspan(kEthernet));
  });
}

TEST(Scenario, SealedStubsCannotBeRead) {
  const Call call = example();
  const std::string name(call.stub.begin() + 24, call.stub.end());
  for (const Transport transport : transports()) {
    const Buffer capture = forge(call, transport, Evasion::kSealed).capture;
    EXPECT_EQ(std::string(capture.begin(), capture.end()).find(name), std::string::npos);
    const Buffer open = forge(call, transport, Evasion::kNone).capture;
    EXPECT_NE(std::string(open.begin(), open.end()).find(name), std::string::npos);
  }
}

// Stubs of any length can be cut.
TEST(Scenario, ShortStubsAreForgedToo) {
  Call call = example();
  for (const std::size_t size : {0U, 1U, 2U, 3U, 300U}) {
    call.stub = Buffer(size);
    for (const Transport transport : transports()) {
      EXPECT_FALSE(forge(call, transport, Evasion::kFragments).capture.empty());
      if (is_smb(transport)) {
        EXPECT_FALSE(forge(call, transport, Evasion::kSplitWrites).capture.empty());
      }
    }
  }
}

TEST(Scenario, Ipv6NeedsAddresses) {
  Call call = example();
  call.hosts6.reset();
  EXPECT_EQ(unforgeable(call, Transport::kTcp, Evasion::kIpv6), "no IPv6 address fits");
  EXPECT_EQ(unforgeable(call, Transport::kTcp, Evasion::kTwoPipes), "only SMB has pipes");
  EXPECT_EQ(unforgeable(call, Transport::kUdp, Evasion::kSegments5), "datagrams are no stream");
}

}  // namespace
}  // namespace rpcsieve::forge

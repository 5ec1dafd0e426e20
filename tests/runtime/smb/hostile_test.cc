// Messages whose counts and offsets lie. None of them passes a byte, and each is counted.
#include <gtest/gtest.h>

#include <random>

#include "tests/runtime/smb/player.h"

namespace rpcsieve::test {
namespace {

// patched overwrites n bytes of a message, counted from behind the session service header.
Buffer patched(Buffer wire, std::size_t at, std::uint64_t value, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    wire.at(4 + at + i) = static_cast<std::uint8_t>(value >> 8 * i);
  return wire;
}

struct HostileCase {
  std::string_view name;
  Buffer wire;
};

const HostileCase kMalformed[] = {
    {"no SMB at all", session_message(Buffer(40, 'x'))},
    {"SMB2: shorter than a header", session_message(hex("fe534d42") + Buffer(59))},
    {"SMB2: header of another size", patched(smb2::write(7, pdu(9)).build(), 4, 63, 2)},
    {"SMB2: body of another size", patched(smb2::write(7, pdu(9)).build(), 64, 48, 2)},
    {"SMB2: write offset beyond the end", patched(smb2::write(7, pdu(9)).build(), 66, 0xffff, 2)},
    {"SMB2: write length beyond the end", patched(smb2::write(7, pdu(9)).build(), 68, 10, 4)},
    {"SMB2: write length of 4 GB", patched(smb2::write(7, pdu(9)).build(), 68, UINT32_MAX, 4)},
    {"SMB2: read offset beyond the end", patched(smb2::read_response(pdu(9)).build(), 66, 0xff, 1)},
    {"SMB2: read length of 4 GB", patched(smb2::read_response(pdu(9)).build(), 68, UINT32_MAX, 4)},
    {"SMB2: ioctl offset and length that wrap",
     patched(patched(smb2::transceive(7, pdu(9)).build(), 88, UINT32_MAX, 4), 92, UINT32_MAX, 4)},
    {"SMB2: ioctl answer length",
     patched(smb2::transceive_response(7, pdu(9)).build(), 100, 10, 4)},
    {"SMB2: name beyond the end", patched(smb2::create("lsarpc").build(), 110, 14, 2)},
    {"SMB2: next member within the header", patched(smb2::write(7, pdu(9)).build(), 20, 8, 4)},
    {"SMB2: next member not aligned", patched(smb2::write(7, pdu(9)).build(), 20, 65, 4)},
    {"SMB2: next member beyond the end",
     patched(smb2::write(7, pdu(9)).build(), 20, 0xfffffff8, 4)},
    {"SMB1: shorter than a header", session_message(hex("ff534d422f") + Buffer(10))},
    {"SMB1: more words than there are", patched(smb1::write_andx(7, pdu(9)).build(), 32, 255, 1)},
    {"SMB1: too few words", patched(smb1::write_andx(7, pdu(9)).build(), 32, 3, 1)},
    {"SMB1: write offset beyond the end",
     patched(smb1::write_andx(7, pdu(9)).build(), 55, 0xffff, 2)},
    {"SMB1: write length beyond the end", patched(smb1::write_andx(7, pdu(9)).build(), 53, 10, 2)},
    {"SMB1: length prefix that is not there", smb1::write_andx(7, {5}, 0x000c).build()},
    {"SMB1: transaction data beyond the end",
     patched(smb1::transact(7, pdu(9)).build(), 55, 10, 2)},
};

TEST(Hostile, MalformedMessagesPassNothing) {
  for (const auto& c : kMalformed) {
    Player player;
    player(smb2::transceive_response(7, pdu(9)).status(smb2::kBufferOverflow).build());
    EXPECT_EQ(player(c.wire), Units{}) << c.name;
    EXPECT_EQ(player.count(Counter::smb_malformed), 1U) << c.name;
    EXPECT_EQ(player(smb2::write(7, pdu(9)).build()), Units{"data 0  c>s 9"}) << c.name;
  }
}

TEST(Hostile, AMalformedMemberDoesNotHideTheNext) {
  const Buffer wire = smb2::compound({smb2::write(7, pdu(72)), smb2::write(8, pdu(9))});
  EXPECT_EQ(Player()(patched(wire, 68, 1000, 4)), Units{"data 0  c>s 9"});
}

TEST(Hostile, DataEndWithTheirMember) {
  const Buffer wire = smb2::compound({smb2::write(7, pdu(8)), smb2::write(8, pdu(9))});
  EXPECT_EQ(Player()(patched(wire, 68, 9, 4)), Units{"data 0  c>s 9"});
}

TEST(Hostile, AndxChainsThatTurnBackEnd) {
  const Buffer chained = patched(smb1::write_andx(7, pdu(9)).build(), 33, 0x2f, 1);
  for (const std::uint64_t at : {0U, 32U, 33U}) {
    Player player;
    player(patched(chained, 35, at, 2));
    // At 33 a block may begin, of words that are not there.
    EXPECT_EQ(player.count(Counter::smb1_messages), at <= 32 ? 1U : 2U) << at;
  }
}

TEST(Hostile, ALongCompoundIsDrainedMemberByMember) {
  const std::vector<smb2::Message> members(5000, smb2::write(7, pdu(8)));
  EXPECT_EQ(Player()(smb2::compound(members)).size(), 5000U);
}

// Whatever the bytes, every event is within bounds; the sanitizers see the rest.
TEST(Hostile, FlippedBytes) {
  const std::vector<Buffer> wires = {
      smb2::tree_connect_response(smb2::ShareType::kPipe).build(),
      smb2::compound({smb2::create("lsarpc").id(1),
                      smb2::transceive(smb2::kPrevious, pdu(30)).related().id(2),
                      smb2::close(smb2::kPrevious).related().id(3)}),
      smb2::compound({smb2::create_response(7).id(1), smb2::transceive_response(7, pdu(9)).id(2),
                      smb2::close_response().id(3)}),
      smb1::nt_create("\\lsarpc").then(smb1::write_andx(7, pdu(9))).build(),
      smb1::nt_create_response(7).then(smb1::read_andx_response(pdu(9))).build(),
      smb1::transact(7, pdu(9)).build(),
      smb1::transact_response(pdu(9)).build()};
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    Player player;
    for (Buffer wire : wires) {
      wire[4 + random() % (wire.size() - 4)] = static_cast<std::uint8_t>(random());
      player(wire);
    }
  }
}

}  // namespace
}  // namespace rpcsieve::test

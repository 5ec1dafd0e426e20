// Pipes over SMB1: every way in which it passes a pipe's bytes.
#include <gtest/gtest.h>

#include "tests/runtime/smb/player.h"

namespace rpcsieve::test {
namespace {

using namespace smb1;

Buffer ipc(std::uint16_t tree = 5) {
  return tree_connect_andx("\\\\dc\\IPC$").tree(0).id(80).build() +
         tree_connect_andx_response("IPC").tree(tree).id(80).build();
}

Buffer disk(std::uint16_t tree = 5) {
  return tree_connect_andx("\\\\dc\\C$").tree(0).id(80).build() +
         tree_connect_andx_response("A:").tree(tree).id(80).build();
}

Buffer opened(std::string_view name, std::uint16_t fid, std::uint16_t type = kMessagePipe) {
  return nt_create(name).id(90).build() + nt_create_response(fid, type).id(90).build();
}

// prefixed puts a length of two bytes before the data, as WriteMode 0x000c asks for.
Buffer prefixed(const Buffer& data) { return Wire().u16(data.size()).bytes(data).build(); }

struct ChannelCase {
  std::string_view name;
  std::vector<Buffer> wire;
  Units want;
};

const ChannelCase kCases[] = {
    {"write andX and read andX",
     {ipc(), opened("\\lsarpc", 7), write_andx(7, pdu(72)).id(1).build(),
      read_andx(7).id(2).build(), read_andx_response(pdu(68)).id(2).build()},
     {"data 0 lsarpc c>s 72", "data 0 lsarpc s>c 68"}},
    {"transaction",
     {ipc(), opened("\\PIPE\\samr", 7), transact(7, pdu(40)).id(1).build(),
      transact_response(pdu(30)).id(1).build()},
     {"data 0 samr c>s 40", "data 0 samr s>c 30"}},
    {"names in ASCII",
     {nt_create("\\LSARPC").ascii().id(90).build(), nt_create_response(7).ascii().id(90).build(),
      write_andx(7, pdu(72)).ascii().build()},
     {"data 0 lsarpc c>s 72"}},
    {"open andX",
     {open_andx("\\PIPE\\lsarpc").id(90).build(), open_andx_response(7).id(90).build(),
      write_andx(7, pdu(72)).build()},
     {"data 0 lsarpc c>s 72"}},
    {"open, write and read as of old",
     {ipc(), open("\\PIPE\\lsarpc").ascii().id(90).build(), open_response(7).id(90).build(),
      write(7, pdu(72)).id(1).build(), read(7).id(2).build(), read_response(pdu(68)).id(2).build()},
     {"data 0 lsarpc c>s 72", "data 0 lsarpc s>c 68"}},
    {"write and close",
     {ipc(), opened("\\lsarpc", 7), write_and_close(7, pdu(72)).build()},
     {"data 0 lsarpc c>s 72"}},
    {"a message's start in raw mode has a length before it",
     {ipc(), opened("\\lsarpc", 7), write_andx(7, prefixed(pdu(72)), 0x000c).build(),
      write_andx(7, pdu(10), 0x0008).build(), write_andx(7, other(9), 0x0004).build()},
     {"data 0 lsarpc c>s 72", "data 0 lsarpc c>s 10", "data 0 lsarpc c>s 9"}},
    {"an answer that overflows has its tail read",
     {ipc(), opened("\\lsarpc", 7), transact(7, pdu(40)).id(1).build(),
      transact_response(pdu(1024)).status(0x80000005).id(1).build(), read_andx(7).id(2).build(),
      read_andx_response(other(100)).id(2).build()},
     {"data 0 lsarpc c>s 40", "data 0 lsarpc s>c 1024", "data 0 lsarpc s>c 100"}},
    {"so it does if errors are of the old kind",
     {ipc(), opened("\\lsarpc", 7), opened("\\samr", 8), transact(7, pdu(40)).id(1).build(),
      transact_response(pdu(1024)).dos_error(1, 234).id(1).build(),
      read_andx_response(other(100)).id(2).build()},
     {"data 0 lsarpc c>s 40", "data 0 lsarpc s>c 1024", "data 0 lsarpc s>c 100"}},
    {"a failed open is no pipe",
     {disk(6), nt_create("\\lsarpc").id(3).build(),
      nt_create_response(7).dos_error(1, 2).id(3).build(), write_andx(7, other(9)).build()},
     {}},
    {"a transaction's data in several messages",
     {ipc(), opened("\\lsarpc", 7), transact_part(7, pdu(40), 100).id(1).build(),
      done(0x25).id(1).build(), transact_more(other(50), 40, 100).id(1).build(),
      transact_more(other(10), 90, 100).id(1).build(),
      transact_response(pdu(30), 0, 70).id(1).build(),
      transact_response(other(40), 30, 70).id(1).build()},
     {"data 0 lsarpc c>s 40", "data 0 lsarpc c>s 50", "data 0 lsarpc c>s 10",
      "data 0 lsarpc s>c 30", "data 0 lsarpc s>c 40"}},
    {"other transactions of a pipe",
     {ipc(), opened("\\lsarpc", 7), transact(7, pdu(40), 0x37).id(1).build(),
      transact_response({}).id(1).build(), transact(7, {}, 0x36).id(2).build(),
      transact_response(pdu(30)).id(2).build(), transact(7, pdu(9), 0x53).id(3).build()},
     {"data 0 lsarpc c>s 40", "data 0 lsarpc s>c 30"}},
    {"an andX chain opens and writes",
     {ipc(), nt_create("\\lsarpc").then(write_andx(0, pdu(72))).id(1).build(),
      nt_create_response(7).id(1).build(), write_andx(7, pdu(10)).id(2).build()},
     {"data 0 lsarpc c>s 72", "data 0 lsarpc c>s 10"}},
    {"an andX chain of two writes",
     {ipc(), opened("\\lsarpc", 7), opened("\\samr", 8),
      write_andx(7, pdu(72)).then(write_andx(8, pdu(10))).build()},
     {"data 0 lsarpc c>s 72", "data 1 samr c>s 10"}},
    {"an answer of several blocks",
     {ipc(), nt_create("\\lsarpc").then(read_andx(0)).id(1).build(),
      nt_create_response(7).then(read_andx_response(pdu(68))).id(1).build()},
     {"data 0 lsarpc s>c 68"}},
    {"close frees the number",
     {ipc(), opened("\\lsarpc", 7), write_andx(7, pdu(9)).build(), smb1::close(7).id(3).build(),
      done(0x04).id(3).build(), opened("\\samr", 7), write_andx(7, pdu(10)).build()},
     {"data 0 lsarpc c>s 9", "closed 0", "data 0 samr c>s 10"}},
    {"tree disconnect and logoff",
     {ipc(), opened("\\lsarpc", 7), write_andx(7, pdu(9)).build(), done(0x71).build(), ipc(),
      opened("\\lsarpc", 7), write_andx(7, pdu(9)).build(), done(0x74).build()},
     {"data 0 lsarpc c>s 9", "closed 0", "data 0 lsarpc c>s 9", "closed 0"}},
    {"a file named lsarpc",
     {disk(), opened("\\lsarpc", 7, kDiskFile), write_andx(7, pdu(72)).id(1).build(),
      read_andx(7).id(2).build(), read_andx_response(pdu(68)).id(2).build()},
     {}},
    {"without its tree the answer says what was opened",
     {opened("\\lsarpc", 7, kDiskFile), opened("\\x.y\\z", 8), write_andx(7, pdu(72)).build(),
      write_andx(8, other(9)).build()},
     {"data 0 x.y\\z c>s 9"}},
    {"a tree of pipes is trusted more than the answer",
     {ipc(), opened("\\lsarpc", 7, kDiskFile), write_andx(7, other(72)).build()},
     {"data 0 lsarpc c>s 72"}},
    {"an andX chain that turns out to write to a file",
     {nt_create("\\lsarpc").then(write_andx(0, pdu(72))).id(1).build(),
      nt_create_response(7, kDiskFile).id(1).build(), write_andx(7, pdu(10)).id(2).build()},
     {"data 0 lsarpc c>s 72", "closed 0"}},
    {"no open: a transaction, or the bytes, show a pipe",
     {transact(7, other(9)).build(), write_andx(8, pdu(9)).build(),
      write_andx(9, other(9)).build()},
     {"data 0  c>s 9", "data 1  c>s 9"}},
};

TEST(Smb1, Table) {
  for (const auto& c : kCases) EXPECT_EQ(play(c.wire), c.want) << c.name;
}

TEST(Smb1, EverySplitOfTheTable) {
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    expect_same_for_every_split(joined(c.wire), [] { return Player(); });
  }
}

TEST(Smb1, EveryPrefixOfTheTable) {
  for (const auto& c : kCases) {
    const Buffer wire = joined(c.wire);
    for (std::size_t n = 0; n < wire.size(); ++n) {
      const Units units = feed(Player(), Bytes(wire).first(n), n, n);
      ASSERT_LE(units.size(), c.want.size());
      ASSERT_TRUE(std::equal(units.begin(), units.end(), c.want.begin())) << c.name << " " << n;
    }
  }
}

TEST(Smb1, CutMessagesSayWhatIsLost) {
  for (const Buffer& wire : {write_andx(7, pdu(72)).build(), transact(7, pdu(72)).build()}) {
    const std::size_t data_at = wire.size() - 72;
    for (std::size_t n = data_at; n < wire.size(); ++n) {
      Player player;
      player(ipc() + opened("\\lsarpc", 7));
      const std::size_t got = n - data_at;
      EXPECT_EQ(player.cut(wire, n),
                Units{fmt::format("data 0 lsarpc c>s {} lost={}", got, 72 - got)});
      EXPECT_EQ(player.count(Counter::smb_lost_bytes), 72 - got);
    }
  }
}

// Lengths have 16 more bits elsewhere [MS-SMB §2.2.4.2.2, §2.2.4.3.1].
TEST(Smb1, LargeReadsAndWrites) {
  EXPECT_EQ(play({ipc(), opened("\\lsarpc", 7), write_andx(7, pdu(70'000)).build(),
                  read_andx(7).id(2).build(), read_andx_response(pdu(80'000)).id(2).build()}),
            (Units{"data 0 lsarpc c>s 70000", "data 0 lsarpc s>c 80000"}));
}

TEST(Smb1, WhatIsNotFollowedIsCounted) {
  for (const std::uint8_t command : hex("1a 1b 1d 1e")) {
    Player player;
    player(raw(command, Buffer(20)).build());
    EXPECT_EQ(player.count(Counter::smb_unsupported), 1U) << int{command};
    player(disk() + raw(command, Buffer(20)).build());
    EXPECT_EQ(player.count(Counter::smb_unsupported), 1U) << "on a disk share";
  }
}

TEST(Smb1, OfNtTransactionsOnlyIoctlsMayBeAPipes) {
  Buffer words(46);
  words[36] = 2;
  Player player;
  player(raw(0xa0, words).build());
  EXPECT_EQ(player.count(Counter::smb_unsupported), 1U);
  words[36] = 6;
  player(raw(0xa0, words).build());
  EXPECT_EQ(player.count(Counter::smb_unsupported), 1U);
}

TEST(Smb1, TransactionsOutOfOrderAreCounted) {
  Player player;
  player(transact_part(7, pdu(40), 100).id(1).build());
  EXPECT_EQ(player(transact_more(other(10), 90, 100).id(1).build()), Units{});
  EXPECT_EQ(player.count(Counter::smb_unsupported), 1U);
}

TEST(Smb1, OnlyWhatPipesMayNeedIsWanted) {
  struct Case {
    std::string_view name;
    Buffer before;
    smb1::Message message;
    std::size_t want;
  };
  constexpr std::size_t kHead = 120;
  const Case cases[] = {
      {"write to a file", disk(), write_andx(7, other(60'000)), kHead},
      {"write to a pipe", ipc(), write_andx(7, other(60'000)), 60'000 + 64},
      {"write to who knows what", {}, write_andx(7, other(60'000)), 8192},
      {"read of a file", disk(), read_andx_response(other(60'000)), kHead},
      {"what pipes do not use", {}, raw(0x32, Buffer(500)), kHead},
  };
  for (const auto& c : cases) {
    Player player;
    player(c.before);
    const Buffer message = c.message.message();
    EXPECT_EQ(player.channel().wanted(Bytes(message).first(kHead), message.size()), c.want)
        << c.name;
  }
}

}  // namespace
}  // namespace rpcsieve::test

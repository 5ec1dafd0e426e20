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

// of gives a message under another command.
smb1::Message of(std::uint8_t command, smb1::Message message) { return message.command(command); }

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
     {"data 0 lsarpc c>s 9", "closed 0", "data 0 lsarpc c>s 9", "closed 0", "logoff 1"}},
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
    {"parts of a transaction in the wrong order",
     {ipc(), opened("\\lsarpc", 7), transact_part(7, pdu(40), 100).id(1).build(),
      transact_more(other(10), 90, 100).id(1).build(),
      transact_more(other(50), 40, 100).id(1).build(),
      transact_response(other(40), 30, 70).id(1).build(),
      transact_response(pdu(30), 0, 70).id(1).build()},
     {"data 0 lsarpc c>s 40", "data 0 lsarpc c>s 50", "data 0 lsarpc c>s 10",
      "data 0 lsarpc s>c 30", "data 0 lsarpc s>c 40"}},
    {"parts that overlap",
     {ipc(), opened("\\lsarpc", 7), transact_part(7, pdu(40), 60).id(1).build(),
      transact_more(other(20), 30, 60).id(1).build(), transact_more(other(9), 0, 60).id(1).build(),
      transact_more(other(10), 50, 60).id(1).build()},
     {"data 0 lsarpc c>s 40", "data 0 lsarpc c>s 10", "data 0 lsarpc c>s 10"}},
    {"a pipe is opened, asked and closed at once",
     {ipc(), call("\\PIPE\\lsarpc", pdu(72)).id(1).build(),
      transact_response(pdu(1024)).status(0x80000005).id(1).build(),
      call("\\PIPE\\samr", pdu(40)).id(2).build(),
      transact_response({}).dos_error(1, 2).id(2).build()},
     {"data 0 lsarpc c>s 72", "data 0 lsarpc s>c 1024", "closed 0", "data 0 samr c>s 40",
      "closed 0"}},
    {"what a peek shows stays in the pipe",
     {ipc(), opened("\\lsarpc", 7), transact(7, pdu(40)).id(1).build(),
      transact(7, {}, 0x23).id(2).build(), transact_response(pdu(30)).id(2).build(),
      transact_response(pdu(30)).id(1).build()},
     {"data 0 lsarpc c>s 40", "data 0 lsarpc s>c 30"}},
    {"the rest of another transaction is not a pipe's either",
     {ipc(), opened("\\lsarpc", 7), transact(7, pdu(40)).id(1).build(),
      transact(7, {}, 0x53).id(2).build(), transact_more(other(9), 0, 9).id(2).build(),
      transact_response(pdu(30), 0, 60).id(2).build(),
      transact_response(pdu(30), 30, 60).id(2).build()},
     {"data 0 lsarpc c>s 40"}},
    {"raw writes and reads of a transaction",
     {ipc(), opened("\\lsarpc", 7), transact(7, pdu(40), 0x31).id(1).build(),
      transact(7, {}, 0x11).id(2).build(), transact_response(pdu(30)).id(2).build()},
     {"data 0 lsarpc c>s 40", "data 0 lsarpc s>c 30"}},
    {"an NT transaction's control code",
     {ipc(), opened("\\lsarpc", 7), nt_ioctl(7, pdu(40), 90).id(1).build(),
      done(0xa0).id(1).build(), nt_transact_more(other(50), 40, 90).id(1).build(),
      nt_ioctl_response(pdu(30)).id(1).build()},
     {"data 0 lsarpc c>s 40", "data 0 lsarpc c>s 50", "data 0 lsarpc s>c 30"}},
    {"an NT transaction opens a pipe",
     {nt_transact_create("\\lsarpc", 3, 1).id(1).build(),
      nt_transact_create_response(7, kMessagePipe).id(1).build(), write_andx(7, pdu(40)).build()},
     {"data 0 lsarpc c>s 40"}},
    {"a transaction of files opens a pipe",
     {open2("\\PIPE\\lsarpc", 2, 1).id(1).build(), open2_response(7, kMessagePipe).id(1).build(),
      write_andx(7, pdu(40)).build()},
     {"data 0 lsarpc c>s 40"}},
    {"write and close closes, when it is answered",
     {ipc(), opened("\\lsarpc", 7), write_and_close(7, pdu(72)).id(1).build(),
      done(0x2c).id(1).build(), write_and_close(8, pdu(9)).id(2).build(),
      done(0x2c).dos_error(1, 6).id(2).build(), write_andx(8, pdu(10)).build()},
     {"data 0 lsarpc c>s 72", "closed 0", "data 0  c>s 9", "data 0  c>s 10 after-loss"}},
    {"write and unlock, lock and read",
     {ipc(), opened("\\lsarpc", 7), of(0x14, smb1::write(7, pdu(72))).id(1).build(),
      of(0x13, smb1::read(7)).id(2).build(), of(0x13, smb1::read_response(pdu(9))).id(2).build()},
     {"data 0 lsarpc c>s 72", "data 0 lsarpc s>c 9"}},
    {"an andX chain that logs on, connects, opens, writes and closes",
     {session_setup_andx().then(tree_connect_andx("\\\\dc\\IPC$")).user(0).tree(0).id(1).build(),
      session_setup_andx_response().then(tree_connect_andx_response("IPC")).user(9).id(1).build(),
      nt_create("\\lsarpc").then(write_andx(0, other(72))).user(9).id(2).build(),
      nt_create_response(7).user(9).id(2).build(),
      write_andx(7, other(9)).then(smb1::close(7)).user(9).id(3).build(),
      write_andx(7, other(9)).user(8).build()},
     {"setup 0 c>s id=4278124545 asked 0", "setup 9 s>c id=4278124545 done 0",
      "data 0 lsarpc c>s 72", "data 0 lsarpc c>s 9"}},
    {"a chain whose last block failed has opened its pipe",
     {nt_create("\\lsarpc").then(read_andx(0)).id(1).build(),
      nt_create_response(7).then(done(0x2e)).status(0xc0000022).id(1).build(),
      write_andx(7, pdu(40)).build()},
     {"data 0 lsarpc c>s 40"}},
    {"a chain whose first block failed has not",
     {disk(), nt_create("\\lsarpc").then(read_andx(0)).id(1).build(),
      done(0xa2).status(0xc0000022).id(1).build(), write_andx(7, pdu(40)).build()},
     {}},
    {"the old way to connect to a share",
     {tree_connect("\\\\dc\\IPC$").ascii().tree(0).id(1).build(),
      tree_connect_response(5).tree(0).id(1).build(),
      tree_connect("\\\\dc\\C$").ascii().tree(0).id(2).build(),
      tree_connect_response(6).tree(0).id(2).build(), write_andx(7, other(9)).tree(5).build(),
      write_andx(7, pdu(9)).tree(6).build()},
     {"data 0  c>s 9"}},
    {"a tree's number that is given again takes no pipes along",
     {ipc(), opened("\\lsarpc", 7), write_andx(7, pdu(9)).build(), disk(),
      write_andx(7, pdu(9)).build()},
     {"data 0 lsarpc c>s 9", "closed 0"}},
    {"requests of two processes with one MID",
     {ipc(), opened("\\lsarpc", 7), opened("\\samr", 8), read_andx(7).process(1).id(1).build(),
      read_andx(8).process(2).id(1).build(), read_andx_response(pdu(9)).process(2).id(1).build(),
      read_andx_response(pdu(10)).process(1).id(1).build()},
     {"data 1 samr s>c 9", "data 0 lsarpc s>c 10"}},
    {"keep-alives between messages",
     {ipc(), hex("85 00 00 00"), opened("\\lsarpc", 7), hex("85 00 00 00"),
      write_andx(7, pdu(9)).build()},
     {"data 0 lsarpc c>s 9"}},
    {"written byte by byte",
     {ipc(), opened("\\lsarpc", 7), write_andx(7, hex("05")).build(),
      write_andx(7, hex("00")).build(), write_andx(7, hex("0b")).build()},
     {"data 0 lsarpc c>s 1", "data 0 lsarpc c>s 1", "data 0 lsarpc c>s 1"}},
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

// Every order of a transaction's parts gives the same bytes [MS-CIFS §2.2.4.34.1].
TEST(Smb1, PartsOfATransactionComeInAnyOrder) {
  const Buffer all = pdu(100);
  const auto piece = [&](std::size_t from, std::size_t to) {
    return Buffer(all.begin() + static_cast<std::ptrdiff_t>(from),
                  all.begin() + static_cast<std::ptrdiff_t>(to));
  };
  std::vector<std::pair<std::size_t, std::size_t>> parts = {
      {20, 40}, {30, 50}, {50, 51}, {51, 100}};
  do {
    Player player;
    player(ipc() + opened("\\lsarpc", 7) + transact_part(7, piece(0, 20), 100).id(1).build());
    std::size_t passed = 20;
    for (const auto& [from, to] : parts) {
      for (const std::string& unit :
           player(transact_more(piece(from, to), from, 100).id(1).build())) {
        std::size_t n = 0;
        ASSERT_EQ(std::sscanf(unit.c_str(), "data 0 lsarpc c>s %zu", &n), 1) << unit;
        passed += n;
      }
    }
    EXPECT_EQ(passed, 100U);
    EXPECT_EQ(player.count(Counter::smb_parts_dropped), 0U);
  } while (std::next_permutation(parts.begin(), parts.end()));
}

TEST(Smb1, EarlyPartsAreBounded) {
  Limits limits;
  limits.smb_early_parts = 2;
  limits.smb_early_bytes = 100;
  Player player(limits);
  player(transact_part(7, pdu(10), 1000).id(1).build());
  player(transact_more(other(10), 20, 1000).id(1).build());
  player(transact_more(other(101), 30, 1000).id(1).build());
  EXPECT_EQ(player.count(Counter::smb_parts_dropped), 1U) << "more bytes than may be held at all";
  player(transact_more(other(10), 40, 1000).id(1).build());
  EXPECT_EQ(player.count(Counter::smb_parts_dropped), 1U);
  player(transact_more(other(10), 60, 1000).id(1).build());
  EXPECT_EQ(player.count(Counter::smb_parts_dropped), 2U) << "one too many";
  player(transact_more(other(95), 80, 1000).id(1).build());
  EXPECT_EQ(player.count(Counter::smb_parts_dropped), 4U) << "both make room";
  player(transact_response(pdu(9)).id(1).build());
  EXPECT_EQ(player.count(Counter::smb_parts_dropped), 5U) << "the rest never came";
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
      {"what pipes do not use", {}, raw(0x2b, Buffer(500)), kHead},
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

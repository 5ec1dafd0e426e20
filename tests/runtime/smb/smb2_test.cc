// Pipes over SMB2 and SMB3: what comes out of whole connections, in any split, cut anywhere.
#include <gtest/gtest.h>

#include "tests/runtime/smb/player.h"

namespace rpcsieve::test {
namespace {

using smb2::close;
using smb2::close_response;
using smb2::compound;
using smb2::create;
using smb2::create_response;
using smb2::kAccessDenied;
using smb2::kBufferOverflow;
using smb2::kPending;
using smb2::kPrevious;
using smb2::read;
using smb2::read_response;
using smb2::ShareType;
using smb2::transceive;
using smb2::transceive_response;
using smb2::tree_connect;
using smb2::tree_connect_response;
using smb2::write;
using smb2::write_response;

Buffer ipc(std::uint32_t tree = 5, std::uint64_t session = 1) {
  return tree_connect("\\\\dc\\IPC$").tree(0).session(session).build() +
         tree_connect_response(ShareType::kPipe).tree(tree).session(session).build();
}

Buffer disk(std::uint32_t tree = 5) {
  return tree_connect("\\\\dc\\C$").tree(0).build() +
         tree_connect_response(ShareType::kDisk).tree(tree).build();
}

Buffer opened(std::string_view name, std::uint64_t file, std::uint32_t tree = 5) {
  return create(name).id(90).tree(tree).build() + create_response(file).id(90).tree(tree).build();
}

struct ChannelCase {
  std::string_view name;
  std::vector<Buffer> wire;
  Units want;
};

const ChannelCase kCases[] = {
    {"write and read",
     {ipc(), opened("lsarpc", 7), write(7, pdu(72)).id(1).build(), write_response(72).id(1).build(),
      read(7).id(2).build(), read_response(pdu(68)).id(2).build()},
     {"data 0 lsarpc c>s 72", "data 0 lsarpc s>c 68"}},
    {"transceive",
     {ipc(), opened("\\SAMR", 7), transceive(7, pdu(40)).build(),
      transceive_response(7, pdu(30)).build()},
     {"data 0 samr c>s 40", "data 0 samr s>c 30"}},
    {"on a pipe's tree any bytes are the pipe's",
     {ipc(), opened("my.pipe\\x", 7), write(7, other(9)).build()},
     {"data 0 my.pipe\\x c>s 9"}},
    {"a failed open is no pipe",
     {ipc(), create("lsarpc").id(3).build(),
      create_response(7).refused(kAccessDenied).id(3).build(), create_response(7).id(4).build(),
      write(7, pdu(72)).build()},
     {"data 0  c>s 72"}},
    {"two pipes, crossed",
     {ipc(), opened("lsarpc", 7), opened("samr", 8), write(8, pdu(10)).id(1).build(),
      write(7, pdu(11)).id(2).build(), read(8).id(3).build(), read(7).id(4).build(),
      read_response(pdu(12)).id(4).build(), read_response(pdu(13)).id(3).build()},
     {"data 1 samr c>s 10", "data 0 lsarpc c>s 11", "data 0 lsarpc s>c 12", "data 1 samr s>c 13"}},
    {"the same file id in another tree or session is another pipe",
     {ipc(5), ipc(6), ipc(5, 2), opened("lsarpc", 7, 5), opened("samr", 7, 6),
      write(7, pdu(10)).tree(6).build(), write(7, pdu(11)).tree(5).build(),
      write(7, pdu(12)).session(2).build()},
     {"data 1 samr c>s 10", "data 0 lsarpc c>s 11", "data 2  c>s 12"}},
    {"an answer that overflows has its tail read",
     {ipc(), opened("lsarpc", 7), transceive(7, pdu(40)).id(1).build(),
      transceive_response(7, pdu(1024)).status(kBufferOverflow).id(1).build(),
      read(7).id(2).build(), read_response(other(500)).status(kBufferOverflow).id(2).build(),
      read(7).id(3).build(), read_response(other(100)).id(3).build()},
     {"data 0 lsarpc c>s 40", "data 0 lsarpc s>c 1024", "data 0 lsarpc s>c 500",
      "data 0 lsarpc s>c 100"}},
    {"asynchronous answers",
     {ipc(), opened("lsarpc", 7), read(7).id(1).build(),
      read_response({}).refused(kPending).async().id(1).build(), write(7, pdu(72)).id(2).build(),
      read_response(pdu(68)).async().id(1).build(), transceive(7, pdu(40)).id(3).build(),
      transceive_response(7, {}).refused(kPending).async().id(3).build(),
      transceive_response(7, pdu(30)).async().id(3).build()},
     {"data 0 lsarpc c>s 72", "data 0 lsarpc s>c 68", "data 0 lsarpc c>s 40",
      "data 0 lsarpc s>c 30"}},
    {"an open that is answered later",
     {ipc(), create("lsarpc").id(3).build(),
      create_response(0).refused(kPending).async().id(3).build(),
      create_response(7).async().id(3).build(), write(7, pdu(10)).build()},
     {"data 0 lsarpc c>s 10"}},
    {"what is sent counts, even if it is refused",
     {ipc(), opened("lsarpc", 7), transceive(7, pdu(40)).id(1).build(),
      transceive_response(7, {}).refused(kAccessDenied).id(1).build()},
     {"data 0 lsarpc c>s 40"}},
    {"close frees the number",
     {ipc(), opened("lsarpc", 7), write(7, pdu(10)).build(), close(7).id(3).build(),
      close_response().id(3).build(), opened("samr", 8), write(8, pdu(11)).build()},
     {"data 0 lsarpc c>s 10", "closed 0", "data 0 samr c>s 11"}},
    {"a close that fails closes nothing",
     {ipc(), opened("lsarpc", 7), close(7).id(3).build(),
      close_response().refused(kAccessDenied).id(3).build(), write(7, pdu(10)).build()},
     {"data 0 lsarpc c>s 10"}},
    {"a pipe that passed nothing is closed silently",
     {ipc(), opened("lsarpc", 7), close(7).id(3).build(), close_response().id(3).build()},
     {}},
    {"a file id that is given again is a new pipe",
     {ipc(), opened("lsarpc", 7), write(7, pdu(10)).build(), opened("samr", 7),
      write(7, pdu(11)).build()},
     {"data 0 lsarpc c>s 10", "closed 0", "data 1 samr c>s 11"}},
    {"tree disconnect closes its pipes only",
     {ipc(5), ipc(6), opened("lsarpc", 7, 5), opened("samr", 8, 6),
      write(7, pdu(10)).tree(5).build(), write(8, pdu(11)).tree(6).build(),
      smb2::tree_disconnect().tree(5).build(), smb2::tree_disconnect_response().tree(5).build(),
      write(8, pdu(12)).tree(6).build()},
     {"data 0 lsarpc c>s 10", "data 1 samr c>s 11", "closed 0", "data 1 samr c>s 12"}},
    {"logoff closes its session's pipes only",
     {ipc(), opened("lsarpc", 7), write(7, pdu(10)).build(), write(7, pdu(11)).session(2).build(),
      smb2::logoff().build(), smb2::logoff_response().build(),
      write(7, pdu(12)).session(2).build()},
     {"data 0 lsarpc c>s 10", "data 1  c>s 11", "closed 0", "logoff 1", "data 1  c>s 12"}},

    // Compounds [MS-SMB2 §3.2.4.1.4].
    {"open, write and read in one message",
     {ipc(),
      compound({create("lsarpc").id(1), write(kPrevious, pdu(72)).id(2).related(),
                read(kPrevious).id(3).related()}),
      compound({create_response(7).id(1), write_response(72).id(2).related(),
                read_response(pdu(68)).id(3).related()}),
      write(7, pdu(10)).id(4).build()},
     {"data 0 lsarpc c>s 72", "data 0 lsarpc s>c 68", "data 0 lsarpc c>s 10"}},
    {"related operations may leave out session and tree",
     {ipc(),
      compound({create("lsarpc").id(1),
                transceive(kPrevious, pdu(72)).id(2).related().session(kPrevious).tree(UINT32_MAX),
                close(kPrevious).id(3).related().session(kPrevious).tree(UINT32_MAX)}),
      compound({create_response(7).id(1), transceive_response(7, pdu(20)).id(2).related(),
                close_response().id(3).related()})},
     {"data 0 lsarpc c>s 72", "data 0 lsarpc s>c 20", "closed 0"}},
    {"answers to a compound that come apart",
     {ipc(), compound({create("lsarpc").id(1), read(kPrevious).id(2).related()}),
      create_response(7).id(1).build(), write(7, pdu(72)).id(3).build(),
      read_response(pdu(68)).async().id(2).build()},
     {"data 0 lsarpc c>s 72", "data 0 lsarpc s>c 68"}},
    {"a compound whose open fails",
     {ipc(), compound({create("lsarpc").id(1), write(kPrevious, pdu(72)).id(2).related()}),
      compound({create_response(7).refused(kAccessDenied).id(1),
                write_response(0).refused(kAccessDenied).id(2).related()})},
     {"data 0 lsarpc c>s 72", "closed 0"}},
    {"after an open the compound's file is the one it opens",
     {ipc(), opened("samr", 9),
      compound({create("lsarpc").id(1), write(9, pdu(72)).id(2).related()})},
     {"data 1 lsarpc c>s 72"}},
    {"related to an operation on a file",
     {ipc(), opened("lsarpc", 7),
      compound({write(7, pdu(10)).id(1), read(kPrevious).id(2).related()}),
      compound({write_response(10).id(1), read_response(pdu(20)).id(2).related()})},
     {"data 0 lsarpc c>s 10", "data 0 lsarpc s>c 20"}},
    {"unrelated operations in one message",
     {ipc(), opened("lsarpc", 7), opened("samr", 8),
      compound({write(7, pdu(10)).id(1), write(8, pdu(11)).id(2)})},
     {"data 0 lsarpc c>s 10", "data 1 samr c>s 11"}},

    // Files.
    {"a file named lsarpc on a disk share",
     {disk(), opened("lsarpc", 7), write(7, pdu(72)).id(1).build(), read(7).id(2).build(),
      read_response(pdu(68)).id(2).build(), transceive(7, pdu(9)).id(3).build(),
      transceive_response(7, pdu(9)).id(3).build()},
     {}},
    {"an asynchronous read of a file on a disk share",
     {disk(), ipc(6), opened("lsarpc", 7, 6), write(7, pdu(9)).tree(6).build(), opened("x", 8),
      read(8).id(2).build(), read_response(pdu(68)).async().id(2).build()},
     {"data 0 lsarpc c>s 9"}},
    {"another ioctl than the pipe's",
     {ipc(), opened("lsarpc", 7), smb2::ioctl(7, 0x0011400c, pdu(9)).id(1).build(),
      smb2::ioctl_response(7, 0x0011400c, pdu(9)).id(1).build()},
     {}},

    // Where the beginning was not captured.
    {"no tree connect: the name and the bytes show a pipe",
     {opened("lsarpc", 7), write(7, pdu(72)).id(1).build(), read(7).id(2).build(),
      read_response(other(9)).id(2).build()},
     {"data 0 lsarpc c>s 72", "data 0 lsarpc s>c 9"}},
    {"no tree connect: other bytes are a file's",
     {opened("lsarpc", 7), write(7, other(72)).build()},
     {}},
    {"no tree connect: no pipe has such a name",
     {opened("dir\\lsarpc", 7), opened("a.txt", 8), write(7, pdu(72)).build(),
      write(8, pdu(72)).build()},
     {}},
    {"no tree connect: no pipe is a directory",
     {create("lsarpc", true).id(3).build(), create_response(7).id(3).build(),
      write(7, pdu(72)).build()},
     {}},
    {"no tree connect: a pipe ioctl shows a pipe",
     {opened("a.txt", 7), opened("lsarpc", 8), transceive(7, other(9)).build(),
      transceive(8, other(8)).build()},
     {"data 1  c>s 9", "data 0 lsarpc c>s 8"}},
    {"no open: the bytes show a pipe",
     {write(7, pdu(72)).build(), read(7).id(2).build(), read_response(other(9)).id(2).build()},
     {"data 0  c>s 72", "data 0  s>c 9"}},
    {"no open: other bytes are a file's", {write(7, other(72)).build()}, {}},
    {"no open: the tree shows a pipe", {ipc(), write(7, other(72)).build()}, {"data 0  c>s 72"}},
    {"no open: the first answer shows a pipe",
     {read(7).id(2).build(), read_response(pdu(9)).id(2).build()},
     {"data 0  s>c 9"}},
    {"no open: an ioctl's answer alone",
     {transceive_response(7, pdu(30)).build()},
     {"data 0  s>c 30"}},
    {"no open request: a handle of a pipe's tree has no name",
     {ipc(), create_response(7).build(), transceive(7, pdu(9)).build()},
     {"data 0  c>s 9"}},

    // A READ answer without its request.
    {"goes on with the only unfinished answer",
     {transceive(7, pdu(40)).id(1).build(), transceive(8, pdu(40)).id(2).build(),
      transceive_response(7, pdu(1024)).status(kBufferOverflow).id(1).build(),
      transceive_response(8, pdu(50)).id(2).build(), read_response(other(100)).id(3).build()},
     {"data 0  c>s 40", "data 1  c>s 40", "data 0  s>c 1024", "data 1  s>c 50", "data 0  s>c 100"}},
    {"not if there are two",
     {transceive_response(7, pdu(24)).status(kBufferOverflow).id(1).build(),
      transceive_response(8, pdu(24)).status(kBufferOverflow).id(2).build(),
      read_response(other(100)).id(3).build()},
     {"data 0  s>c 24", "data 1  s>c 24"}},
    {"not of another tree or session",
     {transceive_response(7, pdu(24)).status(kBufferOverflow).id(1).build(),
      read_response(other(100)).tree(6).id(3).build(),
      read_response(other(100)).session(2).id(3).build()},
     {"data 0  s>c 24"}},
    {"begins an answer of the only pipe",
     {write(7, pdu(40)).id(1).build(), read_response(pdu(30)).id(3).build(),
      read_response(other(30)).id(4).build(), read_response(pdu(20)).id(4).build()},
     {"data 0  c>s 40", "data 0  s>c 30", "data 0  s>c 20"}},
    {"begins an answer of the only pipe that waits for one",
     {write(7, pdu(40)).id(1).build(), read_response(pdu(30)).id(3).build(),
      write(8, pdu(40)).id(2).build(), read_response(pdu(20)).id(4).build(),
      read_response(pdu(10)).id(4).build()},
     {"data 0  c>s 40", "data 0  s>c 30", "data 1  c>s 40", "data 1  s>c 20"}},
    {"begins nothing if two wait",
     {write(7, pdu(40)).id(1).build(), write(8, pdu(40)).id(2).build(),
      read_response(pdu(30)).id(3).build()},
     {"data 0  c>s 40", "data 1  c>s 40"}},

    // Blind spots.
    {"encrypted: once per session",
     {smb2::encrypted(7), smb2::encrypted(7), smb2::encrypted(8), smb2::encrypted(7)},
     {"encrypted 7", "encrypted 8"}},
    {"compressed: once", {smb2::compressed(), smb2::compressed()}, {"compressed"}},
};

TEST(Smb2, Table) {
  for (const auto& c : kCases) EXPECT_EQ(play(c.wire), c.want) << c.name;
}

TEST(Smb2, EverySplitOfTheTable) {
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const Buffer wire = joined(c.wire);
    if (wire.size() < 1500) expect_same_for_every_split(wire, [] { return Player(); });
    for (const std::size_t n : {1U, 3U, 7U, 64U, 117U, 1000U})
      EXPECT_EQ(feed(Player(), wire, n, n), c.want) << n;
  }
}

// After a prefix of a connection, nothing comes that does not come of the whole.
TEST(Smb2, EveryPrefixOfTheTable) {
  for (const auto& c : kCases) {
    const Buffer wire = joined(c.wire);
    for (std::size_t n = 0; n < wire.size(); ++n) {
      const Units units = feed(Player(), Bytes(wire).first(n), n, n);
      ASSERT_LE(units.size(), c.want.size());
      ASSERT_TRUE(std::equal(units.begin(), units.end(), c.want.begin())) << c.name << " " << n;
    }
  }
}

TEST(Smb2, CutMessagesSayWhatIsLost) {
  const Buffer wire = write(7, pdu(72)).build();
  const std::size_t data_at = wire.size() - 72;
  for (std::size_t n = 0; n < wire.size(); ++n) {
    Player player;
    player(ipc() + opened("lsarpc", 7));
    const Units units = player.cut(wire, n);
    if (n < data_at) {
      // The handle is read once its 16 bytes are there; they end 16 bytes before the data.
      const bool read = n >= data_at - 16;
      EXPECT_EQ(units, read ? Units{"data 0 lsarpc c>s 0 lost=72"} : Units{}) << n;
    } else {
      const std::size_t got = n - data_at;
      EXPECT_EQ(units, Units{fmt::format("data 0 lsarpc c>s {} lost={}", got, 72 - got)});
    }
    EXPECT_EQ(player.count(Counter::smb_malformed), 0U) << n;
    EXPECT_EQ(player(write(7, pdu(9)).build()), Units{"data 0 lsarpc c>s 9"}) << n;
  }
}

TEST(Smb2, LossBetweenMessagesIsSurvived) {
  Player player;
  player(ipc() + opened("lsarpc", 7));
  player.lose(1000);
  EXPECT_EQ(player(other(50) + write(7, pdu(9)).build()), Units{"data 0 lsarpc c>s 9"});
}

TEST(Smb2, WhatFollowsALossIsMarkedOnceInEachPipe) {
  Player player;
  player(ipc() + opened("lsarpc", 7) + opened("samr", 8));
  player.channel().lost(true);
  EXPECT_EQ(player(write(7, pdu(9)).build() + write(7, pdu(9)).build() +
                   transceive_response(8, pdu(9)).build() + write(8, pdu(9)).build()),
            (Units{"data 0 lsarpc c>s 9 after-loss", "data 0 lsarpc c>s 9", "data 1 samr s>c 9",
                   "data 1 samr c>s 9 after-loss"}));
  EXPECT_EQ(player(opened("winreg", 9) + write(9, pdu(9)).build()), Units{"data 2 winreg c>s 9"});
}

TEST(Smb2, AClosedPipeKeepsItsNameUntilThatIsTold) {
  Player player;
  player(ipc() + opened("lsarpc", 7) + write(7, pdu(9)).build() + create("samr").id(3).build());
  const Buffer wire = create_response(7).id(3).build();
  player.channel().push({wire, wire.size(), {}, false});
  EXPECT_EQ(player.channel().next()->kind, smb::Event::Kind::kPipeClosed);
  EXPECT_EQ(player.channel().pipe_name(0), "lsarpc");
}

TEST(Smb2, LongMessagesAreReadUpToTheLimit) {
  Limits limits;
  limits.smb_message_bytes = 200;
  const std::size_t kept = 200 - 64 - 48;
  EXPECT_EQ(play({ipc(), opened("lsarpc", 7), write(7, pdu(1000)).build()}, limits),
            Units{fmt::format("data 0 lsarpc c>s {} lost={}", kept, 1000 - kept)});
}

TEST(Smb2, OnlyWhatPipesMayNeedIsWanted) {
  struct Case {
    std::string_view name;
    Buffer before;
    smb2::Message message;
    std::size_t want;
  };
  constexpr std::size_t kSize = 100'000;
  constexpr std::size_t kHead = 120;
  constexpr std::size_t kDoubtful = 8192;
  const Case cases[] = {
      {"write to a file", disk(), write(7, other(kSize)), kHead},
      {"write to a pipe", ipc(), write(7, other(kSize)), kSize + 64 + 48},
      {"write to who knows what", {}, write(7, other(kSize)), kDoubtful},
      {"write to what is no pipe", opened("a.txt", 7), write(7, other(kSize)), kHead},
      {"write to what may be a pipe", opened("lsarpc", 7), write(7, other(kSize)), kDoubtful},
      {"write to what was shown to be one", write(7, pdu(9)).build(), write(7, other(kSize)),
       kSize + 64 + 48},
      {"read of a file", disk(), read_response(other(kSize)), kHead},
      {"read of a pipe", ipc() + read(7).build(), read_response(other(kSize)), kSize + 64 + 16},
      {"late read of a file", disk() + read(7).build(), read_response(other(kSize)).async(), kHead},
      {"read without its request", {}, read_response(other(kSize)), kDoubtful},
      {"pipe ioctl", {}, transceive(7, other(kSize)), kSize + 64 + 56},
      {"other ioctl", {}, smb2::ioctl(7, 0x00140194, other(kSize)), kHead},
  };
  for (const auto& c : cases) {
    Player player;
    player(c.before);
    const Buffer message = c.message.message();
    EXPECT_EQ(player.channel().wanted(Bytes(message).first(kHead), message.size()), c.want)
        << c.name;
  }
}

TEST(Smb2, AllOfACompoundIsWanted) {
  const Buffer wire = compound({read_response(other(9000)), read_response(other(9000))});
  Player player;
  player(disk());
  EXPECT_EQ(player.channel().wanted(Bytes(wire).subspan(4, 120), wire.size() - 4), wire.size() - 4);
}

TEST(Smb2, OrphanAnswersAreCounted) {
  Player player;
  player(read_response(pdu(9)).id(3).build());
  EXPECT_EQ(player.count(Counter::smb_orphan_answers), 1U);
  player(disk() + read_response(pdu(9)).id(3).build());
  EXPECT_EQ(player.count(Counter::smb_orphan_answers), 1U);
}

TEST(Smb2, ResetForgetsEverything) {
  Player player;
  player(ipc() + opened("lsarpc", 7) + write(7, pdu(9)).build() + smb2::encrypted(7));
  player.channel().reset();
  EXPECT_EQ(player(write(7, other(9)).build() + smb2::encrypted(7)), Units{"encrypted 7"});
}

}  // namespace
}  // namespace rpcsieve::test

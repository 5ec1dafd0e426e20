// Files: which opens are told, and what is told of them.
#include "runtime/smb/files.h"

#include <gtest/gtest.h>

#include "tests/runtime/smb/player.h"

namespace rpcsieve::test {
namespace {

using smb2::compound;
using smb2::kPending;
using smb2::kPrevious;
using smb2::ShareType;

Buffer connected(ShareType type, std::uint32_t tree, std::string_view path = "\\\\dc\\C$") {
  return smb2::tree_connect(path).tree(0).id(90).build() +
         smb2::tree_connect_response(type).tree(tree).id(90).build();
}

Buffer disk() { return connected(ShareType::kDisk, 5); }
Buffer ipc() { return connected(ShareType::kPipe, 5, "\\\\dc\\IPC$"); }

Buffer smb1_disk() {
  return smb1::tree_connect_andx("\\\\dc\\C$").tree(0).id(80).build() +
         smb1::tree_connect_andx_response("A:").id(80).build();
}

struct FilesCase {
  std::string_view name;
  std::vector<Buffer> wire;
  Units want;
};

const FilesCase kCases[] = {
    {"a file is opened",
     {disk(), smb2::create("a\\b.txt").id(1).build(), smb2::create_response(7).id(1).build()},
     {"file \\\\dc\\C$ | a\\b.txt access=0012019f disposition=1: done 00000000 action=1"}},
    {"the last of its names has a stream",
     {disk(), smb2::create("a.txt:s:$DATA").id(1).build(), smb2::create_response(7).id(1).build()},
     {"file \\\\dc\\C$ | a.txt:s:$DATA access=0012019f disposition=1: done 00000000 action=1"}},
    {"the root of a share, as a directory",
     {disk(), smb2::create("", true).id(1).build(), smb2::create_response(7).id(1).build()},
     {"file \\\\dc\\C$ |  access=0012019f disposition=1 directory: done 00000000 action=1"}},
    {"it is refused",
     {disk(), smb2::create("a").id(1).build(),
      smb2::create_response(7).id(1).refused(smb2::kAccessDenied).build()},
     {"file \\\\dc\\C$ | a access=0012019f disposition=1: failed c0000022"}},
    {"the answer comes later, and does not tell its tree",
     {disk(), smb2::create("a").id(1).build(),
      smb2::create_response(7).id(1).async().refused(kPending).build(),
      smb2::create_response(7).id(1).async().build()},
     {"file \\\\dc\\C$ | a access=0012019f disposition=1: done 00000000 action=1"}},
    {"a compound opens, and closes again",
     {disk(),
      compound({smb2::create("a").id(1), smb2::close(kPrevious).related().id(2),
                smb2::create("b").related().id(3)}),
      compound({smb2::create_response(7).id(1), smb2::close_response().id(2),
                smb2::create_response(8).id(3)})},
     {"file \\\\dc\\C$ | a access=0012019f disposition=1: done 00000000 action=1",
      "file \\\\dc\\C$ | b access=0012019f disposition=1: done 00000000 action=1"}},
    {"two at a time, answered the other way round",
     {disk(), smb2::create("a").id(1).build(), smb2::create("b").id(2).build(),
      smb2::create_response(7).id(2).build(), smb2::create_response(8).id(1).build()},
     {"file \\\\dc\\C$ | b access=0012019f disposition=1: done 00000000 action=1",
      "file \\\\dc\\C$ | a access=0012019f disposition=1: done 00000000 action=1"}},
    {"no answer",
     {disk(), smb2::create("a").id(1).build()},
     {"file \\\\dc\\C$ | a access=0012019f disposition=1: unanswered"}},
    {"no request", {disk(), smb2::create_response(7).id(1).build()}, {}},
    {"a pipe", {ipc(), smb2::create("a.txt").build(), smb2::create_response(7).build()}, {}},
    {"the share is not known, but the name is no pipe's",
     {smb2::create("a.txt").build(), smb2::create_response(7).build()},
     {"file - | a.txt access=0012019f disposition=1: done 00000000 action=1"}},
    {"... it may be a pipe's",
     {smb2::create("lsarpc").build(), smb2::create_response(7).build()},
     {}},
    {"... it may be, but pipes have no times",
     {smb2::create("lsarpc").build(), smb2::create_response(7, 1).build()},
     {"file - | lsarpc access=0012019f disposition=1: done 00000000 action=1"}},
    {"only the answer to the tree connect was captured",
     {smb2::tree_connect_response(ShareType::kDisk).build(), smb2::create("lsarpc").build(),
      smb2::create_response(7).build()},
     {"file - | lsarpc access=0012019f disposition=1: done 00000000 action=1"}},
    {"a tree's number is given again",
     {disk(), connected(ShareType::kDisk, 5, "\\\\dc\\D$"), smb2::create("a").build(),
      smb2::create_response(7).build()},
     {"file \\\\dc\\D$ | a access=0012019f disposition=1: done 00000000 action=1"}},
    {"SMB1: NT create",
     {smb1_disk(), smb1::nt_create("\\a.txt", 0x20089, 3).id(1).build(),
      smb1::nt_create_response(7, smb1::kDiskFile).id(1).build()},
     {"file \\\\dc\\C$ | \\a.txt access=00020089 disposition=3: done 00000000 action=1 smb1"}},
    {"SMB1: in ASCII",
     {smb1::tree_connect_andx("\\\\dc\\C$").ascii().tree(0).id(80).build(),
      smb1::tree_connect_andx_response("A:").id(80).build(),
      smb1::nt_create("\\a.txt").ascii().id(1).build(),
      smb1::nt_create_response(7, smb1::kDiskFile).id(1).build()},
     {"file \\\\dc\\C$ | \\a.txt access=0002019f disposition=1: done 00000000 action=1 smb1"}},
    {"SMB1: open andX, of old",
     {smb1_disk(), smb1::open_andx("\\a", 0xc2, 0x11).id(1).build(),
      smb1::open_andx_response(7, smb1::kDiskFile).id(1).build(),
      smb1::open_andx("\\b", 1, 0x12).id(2).build(),
      smb1::open_andx_response(7).dos_error(1, 5).id(2).build()},
     {"file \\\\dc\\C$ | \\a access=c0000000 disposition=3: done 00000000 action=1 smb1",
      "file \\\\dc\\C$ | \\b access=40000000 disposition=5: failed dos 00050001 smb1"}},
    {"SMB1: open, create and create new, older still",
     {smb1_disk(), smb1::open("\\a").id(1).build(), smb1::open_response(7).id(1).build(),
      smb1::create("\\b", false).id(2).build(), smb1::create_response(8, false).id(2).build(),
      smb1::create("\\c", true).id(3).build(), smb1::create_response(9, true).id(3).build()},
     {"file \\\\dc\\C$ | \\a access=c0000000 disposition=1: done 00000000 action=1 smb1",
      "file \\\\dc\\C$ | \\b access=c0000000 disposition=5: done 00000000 action=2 smb1",
      "file \\\\dc\\C$ | \\c access=c0000000 disposition=2: done 00000000 action=2 smb1"}},
    {"SMB1: by transactions",
     {smb1_disk(), smb1::nt_transact_create("\\a", 1, 1).id(1).build(),
      smb1::nt_transact_create_response(7).id(1).build(), smb1::open2("\\b", 0, 0x10).id(2).build(),
      smb1::open2_response(8).id(2).build()},
     {"file \\\\dc\\C$ | \\a access=00000001 disposition=1: done 00000000 action=2 smb1",
      "file \\\\dc\\C$ | \\b access=80000000 disposition=2: done 00000000 action=1 smb1"}},
    {"SMB1: a chain connects and opens",
     {smb1::tree_connect_andx("\\\\dc\\C$").then(smb1::open("\\a")).tree(0).id(1).build(),
      smb1::tree_connect_andx_response("A:").then(smb1::open_response(7)).id(1).build()},
     {"file \\\\dc\\C$ | \\a access=c0000000 disposition=1: done 00000000 action=1 smb1"}},
    {"SMB1: the answer tells pipes from files",
     {smb1::nt_create("\\lsarpc").id(1).build(), smb1::nt_create_response(7).id(1).build(),
      smb1::nt_create("\\lsarpc").id(2).build(),
      smb1::nt_create_response(8, smb1::kDiskFile).id(2).build()},
     {"file - | \\lsarpc access=0002019f disposition=1: done 00000000 action=1 smb1"}},
};

Units files_of(const std::vector<Buffer>& wire) {
  Player player(Limits(), true);
  Units all = player(joined(wire));
  const Units rest = player.end();
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

TEST(Files, Table) {
  for (const auto& c : kCases) EXPECT_EQ(files_of(c.wire), c.want) << c.name;
}

TEST(Files, EverySplitOfTheTable) {
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    expect_same_for_every_split(joined(c.wire), [] { return Player(Limits(), true); });
  }
}

// A prefix has the first of the files, of which the last may be without its answer.
TEST(Files, EveryPrefixOfTheTable) {
  for (const auto& c : kCases) {
    const Buffer wire = joined(c.wire);
    for (std::size_t n = 0; n < wire.size(); ++n) {
      Player player(Limits(), true);
      const Units units = player(Bytes(wire).first(n));
      ASSERT_LE(units.size(), c.want.size());
      ASSERT_TRUE(std::equal(units.begin(), units.end(), c.want.begin())) << c.name << " " << n;
    }
  }
}

TEST(Files, AreOnlyToldToWhomAskedForThem) {
  for (const auto& c : kCases) EXPECT_EQ(play(c.wire), Units{}) << c.name;
}

TEST(Files, OfALongPathTheEndIsKept) {
  const std::string path = "x\\" + std::string(2000, 'y') + "\\ntds.dit";
  Player player(Limits(), true);
  player(disk() + smb2::create(path).build());
  const Units units = player(smb2::create_response(7).build());
  ASSERT_EQ(units.size(), 1U);
  const std::string kept = path.substr(path.size() - smb::FilePath::kMaxBytes);
  EXPECT_NE(units[0].find("| " + kept + " access"), std::string::npos) << units[0];
  EXPECT_EQ(player.count(Counter::smb_paths_cut), 1U);
}

TEST(Files, APathThatWasNotCapturedIsNotInvented) {
  const Buffer wire = smb2::create("folder\\ntds.dit").build();
  Player player(Limits(), true);
  player(disk());
  player.cut(wire, wire.size() - 4);
  EXPECT_EQ(player.end(), Units{"file \\\\dc\\C$ | ? access=0012019f disposition=1: unanswered"});
}

TEST(Files, TheOldestRequestMakesRoomAndIsTold) {
  Limits limits;
  limits.smb_requests = 2;
  Player player(limits, true);
  player(disk() + smb2::create("a").id(1).build() + smb2::create("b").id(2).build());
  EXPECT_EQ(player(smb2::create("c").id(3).build()),
            Units{"file \\\\dc\\C$ | a access=0012019f disposition=1: unanswered"});
}

TEST(Files, ARequestThatWaitsTooLongIsTold) {
  Limits limits;
  limits.outcome_wait_us = 1000;
  Counters counters;
  smb::Files files(limits, counters);
  smb::Operation open;
  open.verb = smb::Operation::Verb::kOpen;
  files.begin({5000});
  files.ask(open, smb::Share::kFiles);
  files.begin({6000});
  EXPECT_EQ(files.next(), nullptr);
  files.begin({6001});
  const smb::FileOpen* told = files.next();
  ASSERT_NE(told, nullptr);
  EXPECT_FALSE(told->answered);
  EXPECT_EQ(told->time, Timestamp{5000});
  files.end();
  EXPECT_EQ(files.next(), nullptr);
}

TEST(Files, ResetForgetsEverything) {
  Player player(Limits(), true);
  player(disk() + smb2::create("a.b").id(1).build());
  player.channel().reset();
  EXPECT_EQ(player(smb2::create_response(7).id(1).build()), Units{});
  EXPECT_EQ(player.end(), Units{});
}

}  // namespace
}  // namespace rpcsieve::test

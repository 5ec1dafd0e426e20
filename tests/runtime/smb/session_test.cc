// Session setup: how users log on, over both dialects.
#include <gtest/gtest.h>

#include "tests/runtime/smb/player.h"

namespace rpcsieve::test {
namespace {

const Buffer kToken = hex("01 02 03 04 05");

struct Case {
  std::string_view name;
  std::vector<Buffer> wire;
  Units want;
};

void expect(const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(play(c.wire), c.want) << c.name;
}

TEST(SessionSetup, OfSmb2) {
  using namespace smb2;
  const Buffer more = session_setup_response(kToken).session(7).status(kMoreProcessing).build();
  expect({
      {"in two rounds",
       {session_setup(kToken).id(1).build(), more, session_setup(other(9)).session(7).id(2).build(),
        session_setup_response({}).session(7).id(2).build()},
       {"setup 0 c>s id=1 asked 5", "setup 7 s>c id=1 goes on 5", "setup 7 c>s id=2 asked 9",
        "setup 7 s>c id=2 done 0"}},
      {"refused",
       {session_setup(kToken).id(2).build(),
        session_setup_response({}).session(7).id(2).refused(kLogonFailure).build()},
       {"setup 0 c>s id=2 asked 5", "setup 7 s>c id=2 refused 0"}},
      {"a token that reaches outside is none",
       {session_message(Wire().bytes(session_setup(kToken).message()).patch16(64 + 14, 6).build())},
       {}},
      {"logoff comes behind the pipes that it closes",
       {create("lsarpc").id(3).build(), create_response(9).id(3).build(),
        write(9, pdu(20)).id(4).build(), logoff().id(5).build(), logoff_response().id(5).build()},
       {"data 0 lsarpc c>s 20", "closed 0", "logoff 1"}},
  });
}

TEST(SessionSetup, OfSmb1) {
  using namespace smb1;
  expect({
      {"with a token",
       {session_setup_andx(kToken).id(1).build(),
        session_setup_andx_response(kToken).user(3).status(smb2::kMoreProcessing).id(1).build(),
        session_setup_andx(other(9)).user(3).id(2).build(),
        session_setup_andx_response({}).user(3).id(2).build()},
       {"setup 0 c>s id=4278124545 asked 5", "setup 3 s>c id=4278124545 goes on 5",
        "setup 3 c>s id=4278124546 asked 9", "setup 3 s>c id=4278124546 done 0"}},
      {"with an account",
       {session_setup_account("alice", "LAB").build(),
        session_setup_account_response().user(3).build()},
       {"setup 0 c>s id=4278124545 asked 0 account=LAB\\alice utf16",
        "setup 3 s>c id=4278124545 done 0"}},
      {"... in 8 bits",
       {session_setup_account("alice", "LAB", false).build()},
       {"setup 0 c>s id=4278124545 asked 0 account=LAB\\alice"}},
      {"of LAN Manager",
       {session_setup_lanman("alice", "LAB").build()},
       {"setup 0 c>s id=4278124545 asked 0 account=LAB\\alice"}},
      {"and a tree in one chain",
       {session_setup_account("alice", "LAB").then(tree_connect_andx("\\\\dc\\IPC$")).build(),
        session_setup_account_response().user(3).then(tree_connect_andx_response("IPC")).build()},
       {"setup 0 c>s id=4278124545 asked 0 account=LAB\\alice utf16",
        "setup 3 s>c id=4278124545 done 0"}},
      {"refused",
       {session_setup_account_response().user(3).status(smb2::kLogonFailure).build()},
       {"setup 3 s>c id=4278124545 refused 0"}},
      {"of a form that nobody knows", {raw(0x73, Wire().u8(0xff).zeros(29).build()).build()}, {}},
  });
}

// Every cut of a message gives the names that stand whole in it, or none.
TEST(SessionSetup, CutAnywhere) {
  const Buffer wires[] = {smb1::session_setup_account("alice", "LAB").build(),
                          smb1::session_setup_lanman("alice", "LAB").build()};
  for (const Buffer& wire : wires) {
    const Units whole = Player()(wire);
    for (std::size_t n = 40; n < wire.size(); ++n) {
      const Units units = Player().cut(wire, n);
      EXPECT_TRUE(units.empty() || units == whole) << n << ' ' << units.front();
    }
  }
}

TEST(SessionSetup, SaysWhatIsMissingOfAToken) {
  const Buffer wire = smb2::session_setup(kToken).build();
  EXPECT_EQ(Player().cut(wire, wire.size() - 2), Units{"setup 0 c>s id=1 asked 3 lost=2"});
}

TEST(SessionSetup, IsTheSameForEverySplit) {
  using namespace smb2;
  const Buffer wire = session_setup(kToken).id(1).build() +
                      session_setup_response(other(40)).status(kMoreProcessing).id(1).build() +
                      smb1::session_setup_account("alice", "LAB").build() +
                      logoff_response().build();
  expect_same_for_every_split(wire, [] { return Player(); });
}

}  // namespace
}  // namespace rpcsieve::test

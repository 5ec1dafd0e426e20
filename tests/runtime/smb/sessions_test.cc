// What the connections of a session find one another's by, and when a pipe has ended for all.
#include "runtime/smb/sessions.h"

#include <gtest/gtest.h>

#include "tests/support/forge.h"

namespace rpcsieve::test {
namespace {

using smb::Handle;
using smb::Peers;
using smb::Sessions;
using smb::Share;
using Slots = std::vector<Sessions::Slot>;

const Peers kPeers = {{}, make_v4(Buffer{10, 0, 0, 1})};
const Peers kOthers = {{}, make_v4(Buffer{10, 0, 0, 2})};

Handle handle(std::uint64_t file, std::uint64_t session = 1) {
  return {{session, 5}, {file, file}};
}

struct Table {
  explicit Table(const Limits& limits = Limits()) : sessions(limits, counters) {}

  Sessions::Slot open(std::uint64_t file, std::uint64_t session = 1) {
    return sessions.open(kPeers, handle(file, session), smb::Name(), true);
  }
  Slots ended() {
    Slots slots;
    sessions.take_ended([&](Sessions::Slot slot) { slots.push_back(slot); });
    return slots;
  }

  Counters counters;
  Sessions sessions;
};

TEST(Sessions, FindWhatIsOpen) {
  Table t;
  const auto slot = t.open(7);
  EXPECT_EQ(t.sessions.find(kPeers, handle(7)), slot);
  EXPECT_EQ(t.sessions.find(kPeers, handle(8)), std::nullopt);
  EXPECT_EQ(t.sessions.find(kPeers, handle(7, 2)), std::nullopt);
  EXPECT_EQ(t.sessions.find(kOthers, handle(7)), std::nullopt);
  t.sessions.rename(slot, handle(8));
  EXPECT_EQ(t.sessions.find(kPeers, handle(7)), std::nullopt);
  EXPECT_EQ(t.sessions.find(kPeers, handle(8)), slot);
  t.sessions.close(slot);
  t.sessions.rename(slot, handle(9));
  EXPECT_EQ(t.sessions.find(kPeers, handle(9)), std::nullopt);
  EXPECT_EQ(t.ended(), Slots{slot});
  const auto unshared = t.sessions.open(kPeers, handle(9), smb::Name(), false);
  EXPECT_EQ(t.sessions.find(kPeers, handle(9)), std::nullopt);
  t.sessions.close(unshared);
  EXPECT_EQ(t.ended(), Slots{unshared});
}

TEST(Sessions, EndAPipeOnceHoweverManyUseIt) {
  Table t;
  const auto slot = t.open(7);
  t.sessions.use(slot);
  t.sessions.use(slot);
  t.sessions.release(slot, false);
  EXPECT_EQ(t.ended(), Slots{});
  t.sessions.close(slot);
  t.sessions.close(slot);
  EXPECT_EQ(t.ended(), Slots{slot});
  EXPECT_NE(t.open(8), slot) << "it is still used";
  t.sessions.release(slot, false);
  t.sessions.release(slot, false);
  EXPECT_EQ(t.ended(), Slots{});
  EXPECT_EQ(t.open(9), slot);
}

TEST(Sessions, GiveASlotAgainOnlyAfterItsEndWasTold) {
  Table t;
  const auto slot = t.open(7);
  t.sessions.release(slot, false);
  EXPECT_NE(t.open(8), slot);
  EXPECT_EQ(t.ended(), Slots{slot});
  EXPECT_EQ(t.open(9), slot);
}

TEST(Sessions, LeaveAPipeToTheOthers) {
  Table t;
  t.sessions.join(kPeers, 1);
  t.sessions.join(kPeers, 1);
  const auto slot = t.open(7);
  t.sessions.release(slot, true);
  t.sessions.leave(kPeers, 1);
  EXPECT_EQ(t.ended(), Slots{}) << "one connection is left";
  EXPECT_EQ(t.sessions.find(kPeers, handle(7)), slot);
  t.sessions.use(slot);
  t.sessions.release(slot, true);
  EXPECT_EQ(t.ended(), Slots{slot}) << "it was the last";

  const auto unused = t.open(8);
  t.sessions.join(kPeers, 1);
  t.sessions.release(unused, true);
  t.sessions.leave(kPeers, 1);
  EXPECT_EQ(t.ended(), Slots{});
  t.sessions.leave(kPeers, 1);
  EXPECT_EQ(t.ended(), Slots{unused});
}

TEST(Sessions, KeepWithinTheirLimits) {
  Limits limits;
  limits.smb_left_pipes = 1;
  limits.smb_shared_pipes = limits.smb_shared_trees = limits.smb_shared_sessions = 8;
  Table t(limits);
  t.sessions.join(kPeers, 1);
  t.sessions.join(kPeers, 1);
  const auto first = t.open(7), second = t.open(8);
  t.sessions.release(first, true);
  t.sessions.release(second, true);
  EXPECT_EQ(t.ended(), Slots{first});
  EXPECT_EQ(t.counters[Counter::smb_pipes_dropped], 1U);
  for (std::uint64_t i = 0; i < 100; ++i) {
    t.open(100 + i);
    t.sessions.connect(kPeers, {i, 5}, Share::kPipes);
    t.sessions.join(kPeers, 10 + i);
  }
  EXPECT_GE(t.counters[Counter::smb_shared_dropped], 3U * 92U);
  EXPECT_EQ(t.sessions.leads_to(kPeers, {99, 5}), Share::kPipes);
  EXPECT_EQ(t.sessions.leads_to(kPeers, {0, 5}), Share::kUnknown);
  EXPECT_EQ(t.sessions.leads_to(kOthers, {99, 5}), Share::kUnknown);
}

}  // namespace
}  // namespace rpcsieve::test

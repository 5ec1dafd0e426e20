// What a connection may fill, and what goes first when it is full.
#include <gtest/gtest.h>

#include "runtime/smb/table.h"
#include "tests/runtime/smb/player.h"

namespace rpcsieve::test {
namespace {

using smb2::create;
using smb2::create_response;
using smb2::ShareType;
using smb2::write;

Buffer ipc(std::uint32_t tree = 5) {
  return smb2::tree_connect_response(ShareType::kPipe).tree(tree).build();
}

TEST(Limits, TheIdlestPipeMakesRoom) {
  Limits limits;
  limits.smb_pipes = 2;
  Player player(limits);
  player(ipc());
  EXPECT_EQ(player(write(7, pdu(9)).build()), Units{"data 0  c>s 9"});
  EXPECT_EQ(player(write(8, pdu(9)).build()), Units{"data 1  c>s 9"});
  EXPECT_EQ(player(write(7, pdu(9)).build()), Units{"data 0  c>s 9"});
  EXPECT_EQ(player(write(9, pdu(9)).build()), (Units{"closed 1", "data 1  c>s 9"}));
  EXPECT_EQ(player.count(Counter::smb_pipes_dropped), 1U);
}

TEST(Limits, ANumberThatWasClosedJustNowIsGivenRatherThanOneTaken) {
  Limits limits;
  limits.smb_pipes = 2;
  Player player(limits);
  player(ipc() + write(7, pdu(9)).build() + write(8, pdu(9)).build());
  player(create("samr").id(3).build());
  EXPECT_EQ(player(create_response(8).id(3).build() + write(8, pdu(9)).build()),
            (Units{"closed 1", "data 1 samr c>s 9"}));
  EXPECT_EQ(player.count(Counter::smb_pipes_dropped), 0U);
}

TEST(Limits, WhatWasNotShownToBeAPipeGoesBeforeWhatWas) {
  Limits limits;
  limits.smb_pipes = 2;
  Player player(limits);
  EXPECT_EQ(player(write(7, pdu(9)).build()), Units{"data 0  c>s 9"});
  for (std::uint64_t file = 100; file < 110; ++file)
    player(create("folder").id(file).build() + create_response(file).id(file).build());
  EXPECT_EQ(player(write(7, pdu(9)).build()), Units{"data 0  c>s 9"});
  EXPECT_EQ(player.count(Counter::smb_pipes_dropped), 0U);
}

TEST(Limits, AHandleThatIsForgottenTakesItsPipeAlong) {
  Limits limits;
  limits.smb_handles = 2;
  Player player(limits);
  player(ipc());
  player(write(7, pdu(9)).build());
  player(write(8, pdu(9)).build());
  EXPECT_EQ(player(write(9, pdu(9)).build()), (Units{"closed 0", "data 2  c>s 9"}));
  EXPECT_EQ(player.count(Counter::smb_handles_dropped), 1U);
}

TEST(Limits, TheOldestRequestIsForgotten) {
  Limits limits;
  limits.smb_requests = 2;
  Player player(limits);
  player(ipc());
  player(create("lsarpc").id(1).build() + create("samr").id(2).build() +
         create("winreg").id(3).build());
  EXPECT_EQ(player.count(Counter::smb_requests_dropped), 1U);
  player(create_response(7).id(1).build() + create_response(8).id(2).build());
  EXPECT_EQ(player(write(7, pdu(9)).build() + write(8, pdu(9)).build()),
            (Units{"data 0  c>s 9", "data 1 samr c>s 9"}));
}

TEST(Limits, TheIdlestTreeIsForgotten) {
  Limits limits;
  limits.smb_trees = 1;
  Player player(limits);
  player(ipc(5) + ipc(6));
  EXPECT_EQ(player.count(Counter::smb_trees_dropped), 1U);
  EXPECT_EQ(player(write(7, other(9)).tree(5).build()), Units{});
  EXPECT_EQ(player(write(7, other(9)).tree(6).build()), Units{"data 0  c>s 9"});
}

TEST(Limits, LimitsOfZeroCrashNothing) {
  Limits limits;
  limits.smb_requests = limits.smb_handles = limits.smb_pipes = limits.smb_trees = 0;
  limits.smb_sessions = limits.smb_message_bytes = 0;
  Player player(limits);
  player(ipc() + create("lsarpc").build() + create_response(7).build() + write(7, pdu(9)).build() +
         smb2::encrypted(7) + smb2::encrypted(8));
}

struct Key {
  std::uint64_t number;
  bool operator==(const Key&) const = default;
};
std::uint64_t hash(const Key& key) { return smb::mix(key.number); }

TEST(Table, GrowsToItsLimitAndNoFurther) {
  Memory memory;
  smb::Table<Key, int> table(64, memory);
  int evicted = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) table.put({i}, 1, [&](int) { ++evicted; });
  int held = 0;
  table.each([&](int) { ++held; });
  EXPECT_EQ(held + evicted, 1000);
  EXPECT_LE(held, 64);
  EXPECT_GT(held, 48);
  EXPECT_NE(table.find({999}), nullptr);
}

TEST(Table, KeysThatAllFallTogetherFillOneSet) {
  Memory memory;
  smb::Table<Key, int> table(16, memory);
  // Of 16 rows in two sets, keys of one set can have eight.
  std::vector<Key> keys;
  for (std::uint64_t i = 0; keys.size() < 20; ++i)
    if ((hash(Key{i}) & 1) == 0) keys.push_back({i});
  for (const Key& key : keys) table.put(key, 1, [](int) {});
  int held = 0;
  table.each([&](int) { ++held; });
  EXPECT_EQ(held, 8);
  for (std::size_t i = 12; i < 20; ++i) EXPECT_NE(table.peek(keys[i]), nullptr);
}

TEST(Table, FindCountsAsUseAndPeekDoesNot) {
  Memory memory;
  smb::Table<Key, int> table(2, memory);
  const auto ignore = [](int) {};
  table.put({1}, 10, ignore);
  table.put({2}, 20, ignore);
  EXPECT_EQ(*table.find({1}), 10);
  EXPECT_EQ(*table.peek({2}), 20);
  table.put({3}, 30, ignore);
  EXPECT_NE(table.peek({1}), nullptr);
  EXPECT_EQ(table.peek({2}), nullptr);
}

TEST(Table, EraseAndClear) {
  Memory memory;
  smb::Table<Key, int> table(8, memory);
  for (std::uint64_t i = 0; i < 4; ++i) table.put({i}, static_cast<int>(i), [](int) {});
  table.erase({1});
  EXPECT_EQ(table.find({1}), nullptr);
  table.erase_if([](const Key& key) { return key.number == 2; });
  EXPECT_EQ(table.find({2}), nullptr);
  EXPECT_EQ(*table.find({3}), 3);
  table.clear();
  EXPECT_EQ(table.find({3}), nullptr);
}

}  // namespace
}  // namespace rpcsieve::test

// What else may stand between a pipe's messages, and in them: answers that come late or never,
// notes that nobody asked for, fields that lie, and losses of any length.
#include <gtest/gtest.h>

#include "tests/runtime/smb/player.h"

namespace rpcsieve::test {
namespace {

using namespace smb2;
using smb2::close;
using smb2::read;
using smb2::write;

constexpr std::uint32_t kCancelled = 0xc0000120;
constexpr std::uint32_t kInvalidParameter = 0xc000000d;
constexpr std::uint32_t kFsctlPipeWait = 0x00110018;
constexpr std::uint32_t kFsctlPipePeek = 0x0011400c;

Buffer piped() {
  return tree_connect("\\\\dc\\IPC$").tree(0).build() +
         tree_connect_response(ShareType::kPipe).build() + create("lsarpc").id(90).build() +
         create_response(7).id(90).build();
}

// patched overwrites n bytes of a message, counted from behind the session service header.
Buffer patched(Buffer wire, std::size_t at, std::uint64_t value, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    wire.at(4 + at + i) = static_cast<std::uint8_t>(value >> 8 * i);
  return wire;
}

Buffer padded(const Buffer& wire, std::size_t n) {
  return session_message(Buffer(wire.begin() + 4, wire.end()) + Buffer(n));
}

// Commands without a builder of their own: their bodies say nothing about pipes.
Message cancel() { return {12, false, Wire().u16(4).u16(0).build()}; }
Message echo() { return {13, false, Wire().u16(4).u16(0).build()}; }
Message oplock_break() { return {18, true, Wire().u16(24).zeros(6).u64(7).u64(7).build()}; }

struct Case {
  std::string_view name;
  std::vector<Buffer> wire;  // after piped()
  Units want;
};

const Case kCases[] = {
    // Answers.
    {"a cancelled read gives nothing, and its number is free",
     {read(7).id(1).build(), read_response({}).refused(kPending).async().id(1).build(),
      cancel().async().id(1).build(), read_response({}).refused(kCancelled).async().id(1).build(),
      transceive(7, pdu(9)).id(1).build(), transceive_response(7, pdu(8)).id(1).build()},
     {"data 0 lsarpc c>s 9", "data 0 lsarpc s>c 8"}},
    {"a cancelled read that was answered all the same",
     {read(7).id(1).build(), cancel().id(1).build(), read_response(pdu(8)).id(1).build()},
     {"data 0 lsarpc s>c 8"}},
    {"an oplock break, which nobody asked for",
     {read(7).id(UINT64_MAX).build(), oplock_break().id(UINT64_MAX).session(0).tree(0).build(),
      read_response(pdu(8)).id(UINT64_MAX).build()},
     {"data 0 lsarpc s>c 8"}},
    {"numbers that wrap",
     {read(7).id(UINT64_MAX - 1).build(), read(7).id(0).build(),
      read_response(pdu(8)).id(0).build(), read_response(pdu(9)).id(UINT64_MAX - 1).build()},
     {"data 0 lsarpc s>c 8", "data 0 lsarpc s>c 9"}},
    {"an interim answer with a body that is none",
     {transceive(7, pdu(9)).id(1).build(),
      transceive_response(7, pdu(30)).status(kPending).async().id(1).build(),
      transceive_response(7, pdu(8)).async().id(1).build()},
     {"data 0 lsarpc c>s 9", "data 0 lsarpc s>c 8"}},
    {"an answer twice is read once",
     {read(7).id(1).build(), read_response(pdu(8)).id(1).build(),
      read_response(other(8)).id(1).build()},
     {"data 0 lsarpc s>c 8"}},
    {"an answer that overflows into an error",
     {transceive(7, pdu(9)).id(1).build(),
      transceive_response(7, pdu(100)).status(kBufferOverflow).id(1).build(), read(7).id(2).build(),
      read_response({}).refused(kAccessDenied).id(2).build(), read(7).id(3).build(),
      read_response(other(5)).id(3).build()},
     {"data 0 lsarpc c>s 9", "data 0 lsarpc s>c 100", "data 0 lsarpc s>c 5"}},

    // Ioctls.
    {"a peek shows bytes that are still to be read",
     {smb2::ioctl(7, kFsctlPipePeek, {}).id(1).build(),
      ioctl_response(7, kFsctlPipePeek, pdu(30)).status(kBufferOverflow).id(1).build(),
      read(7).id(2).build(), read_response(pdu(30)).id(2).build()},
     {"data 0 lsarpc s>c 30"}},
    {"a wait for a pipe that is not open",
     {smb2::ioctl(kPrevious, kFsctlPipeWait, pdu(20)).id(1).build(),
      ioctl_response(kPrevious, kFsctlPipeWait, {}).id(1).build()},
     {}},
    {"input that begins behind a hole",
     {padded(patched(transceive(7, other(8) + pdu(9)).build(), 88, 64 + 56 + 8, 4), 8)},
     {"data 0 lsarpc c>s 17"}},
    {"an ioctl without input", {transceive(7, {}).build()}, {}},

    // Compounds.
    {"padding behind the last",
     {padded(compound({write(7, pdu(9)), write(7, pdu(10))}), 6)},
     {"data 0 lsarpc c>s 9", "data 0 lsarpc c>s 10"}},
    {"an unrelated member ends the chain",
     {compound(
         {create("samr").id(1), write(7, pdu(9)).id(2), write(kPrevious, pdu(8)).id(3).related()})},
     {"data 0 lsarpc c>s 9", "data 0 lsarpc c>s 8"}},
    {"a tree that is connected, used and left in one message",
     {compound({tree_connect("\\\\dc\\IPC$").tree(0).id(1),
                create("samr").tree(UINT32_MAX).id(2).related(),
                transceive(kPrevious, pdu(9)).tree(UINT32_MAX).id(3).related()}),
      compound({tree_connect_response(ShareType::kPipe).tree(6).id(1),
                create_response(8).tree(6).id(2).related(),
                transceive_response(8, pdu(8)).tree(6).id(3).related()}),
      write(8, pdu(10)).tree(6).build()},
     {"data 1 samr c>s 9", "data 1 samr s>c 8", "data 1 samr c>s 10"}},
    {"the last answer of a compound comes later",
     {compound({write(7, pdu(9)).id(1), read(kPrevious).id(2).related()}),
      compound(
          {write_response(9).id(1), read_response({}).refused(kPending).async().id(2).related()}),
      read_response(pdu(8)).async().id(2).build()},
     {"data 0 lsarpc c>s 9", "data 0 lsarpc s>c 8"}},

    // Fields that mean nothing here.
    {"signed messages", {patched(write(7, pdu(9)).build(), 16, 0x8, 4)}, {"data 0 lsarpc c>s 9"}},
    {"priorities and replays",
     {patched(write(7, pdu(9)).build(), 16, 0x20000070, 4)},
     {"data 0 lsarpc c>s 9"}},
    {"an echo", {echo().build(), write(7, pdu(9)).build()}, {"data 0 lsarpc c>s 9"}},
    {"a write of nothing", {write(7, {}).build()}, {}},
    {"a write with bytes in a channel's descriptor, and some here",
     {patched(write(7, pdu(9)).build(), 64 + 32, 1, 4)},
     {"data 0 lsarpc c>s 9"}},
};

TEST(Smb2Messages, Table) {
  for (const auto& c : kCases) {
    Player player;
    player(piped());
    Units units;
    for (const Buffer& message : c.wire)
      for (const std::string& unit : player(message)) units.push_back(unit);
    EXPECT_EQ(units, c.want) << c.name;
    EXPECT_EQ(player.count(Counter::smb_malformed), 0U) << c.name;
  }
}

// The data of such a write pass beside the connection [MS-SMB2 §2.2.21].
TEST(Smb2Messages, AWriteWhoseBytesAreElsewhereIsCounted) {
  Player player;
  player(piped());
  Buffer wire = patched(write(7, {}).build(), 64 + 32, 1, 4);
  EXPECT_EQ(player(patched(wire, 64 + 36, 500, 4)), Units{});
  EXPECT_EQ(player.count(Counter::smb_unsupported), 1U);
}

TEST(Smb2Messages, BeginsAsSmb1Does) {
  Player player;
  const Buffer negotiate =
      smb1::raw(0x72, {}).build() + Message(0, true, Wire().u16(65).zeros(63).build()).build();
  EXPECT_EQ(player(negotiate + piped() + write(7, pdu(9)).build()), Units{"data 0 lsarpc c>s 9"});
  EXPECT_EQ(player.count(Counter::smb1_messages), 1U);
}

// A server does not pass on what it refuses: bytes that a client gets refused on purpose must not
// be taken for the beginning of what it writes next.
TEST(Smb2Messages, WhatFollowsARefusedWriteBeginsAnew) {
  const std::vector<std::vector<Buffer>> refused = {
      {write(7, pdu(9)).id(1).build(), write_response(0).refused(kInvalidParameter).id(1).build()},
      {transceive(7, pdu(9)).id(1).build(),
       transceive_response(7, {}).refused(kInvalidParameter).id(1).build()},
      {write(7, pdu(9)).id(1).build(), write_response(0).refused(kPending).async().id(1).build(),
       write_response(0).refused(kInvalidParameter).async().id(1).build()}};
  for (const auto& wire : refused) {
    Player player;
    player(piped());
    EXPECT_EQ(player(joined(wire)), Units{"data 0 lsarpc c>s 9"});
    EXPECT_EQ(player(write(7, pdu(8)).id(2).build()), Units{"data 0 lsarpc c>s 8 after-loss"});
    EXPECT_EQ(player(write_response(8).id(2).build() + write(7, pdu(8)).id(3).build()),
              Units{"data 0 lsarpc c>s 8"});
  }
}

// Wherever bytes are lost, however many: each message behind the loss is read, none twice.
TEST(Smb2Messages, AnyLossIsSurvived) {
  std::vector<Buffer> messages;
  for (std::size_t i = 0; i < 6; ++i) messages.push_back(write(7, pdu(20 + i)).build());
  const Buffer wire = joined(messages);
  for (std::size_t from = 0; from <= wire.size(); from += 3) {
    for (std::size_t to = from + 1; to <= wire.size(); to += 7) {
      Player player;
      player(piped());
      Units units = player(Bytes(wire).first(from));
      for (const std::string& unit : player.lose(to - from)) units.push_back(unit);
      for (const std::string& unit : player(Bytes(wire).subspan(to))) units.push_back(unit);
      std::size_t at = 0;
      for (std::size_t i = 0; i < messages.size(); at += messages[i++].size()) {
        const bool whole = at + messages[i].size() <= from || at >= to;
        const auto want = fmt::format("data 0 lsarpc c>s {}", 20 + i);
        ASSERT_EQ(std::count(units.begin(), units.end(), want), whole ? 1 : 0)
            << from << " to " << to << ": " << i;
      }
    }
  }
}

}  // namespace
}  // namespace rpcsieve::test

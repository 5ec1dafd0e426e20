#include "runtime/smb/nbss.h"

#include <gtest/gtest.h>

#include "tests/runtime/smb/player.h"

namespace rpcsieve::test {
namespace {

std::optional<std::size_t> total(std::string_view header) {
  Player player;
  return smb::Framing{player.channel()}.total(hex(header));
}

TEST(Nbss, LengthsAreThoseOfTheType) {
  EXPECT_EQ(total("00 00 00 00"), 4U);
  EXPECT_EQ(total("00 12 34 56"), 0x123456U + 4);
  EXPECT_EQ(total("00 ff ff ff"), 0xffffffU + 4);
  EXPECT_EQ(total("81 00 00 44"), 72U);
  EXPECT_EQ(total("81 01 00 00"), 0x10004U);
  EXPECT_EQ(total("85 00 00 00"), 4U);
  for (const std::string_view foreign :
       {"01 00 00 00", "80 00 00 00", "86 00 00 00", "81 02 00 44", "ff 53 4d 42", "47 45 54 20"})
    EXPECT_EQ(total(foreign), std::nullopt) << foreign;
}

TEST(Nbss, Plausible) {
  for (const std::string_view bytes :
       {"00 00 00 40 fe 53 4d 42", "00 00 00 23 ff 53 4d 42", "00 00 00 40 fd 53 4d 42",
        "00 00 00 40 fc 53 4d 42", "81 00 00 44 20", "81 00 00 50 20", "81 00 01 fe 20",
        "82 00 00 00", "83 00 00 01 82", "85 00 00 00"})
    EXPECT_TRUE(smb::plausible(hex(bytes))) << bytes;
  for (const std::string_view bytes :
       {"00 00 00 40 fb 53 4d 42", "00 00 00 40 fe 53 4d 43", "00 00 00 00", "00 00 00 0f",
        "81 00 00 43", "81 00 01 ff", "81 01 00 44", "85 00 00 01", "81 00 00 44 21", "82 00 00 01",
        "84 00 00 06", "05 00 0b 03"})
    EXPECT_FALSE(smb::plausible(hex(bytes))) << bytes;
}

TEST(Nbss, EveryPrefixOfThePlausibleIsPlausible) {
  for (const std::string_view bytes :
       {"00 00 00 40 fe 53 4d 42", "81 00 00 44 20", "82 00 00 00"}) {
    const Buffer whole = hex(bytes);
    for (std::size_t n = 0; n <= whole.size(); ++n)
      EXPECT_TRUE(smb::plausible(Bytes(whole).first(n))) << n;
  }
}

TEST(Nbss, FindGivesTheFirstMessageOrWhatMayBegin) {
  struct Case {
    std::string_view bytes;
    std::size_t want;
  };
  Player player;
  const smb::Framing framing{player.channel()};
  for (const auto& c :
       {Case{"", 0}, Case{"11 22", 2}, Case{"11 00 00 00 40 fe 53 4d 42", 1},
        Case{"00 00 00 00 00 40 fe 53 4d 42", 2}, Case{"11 22 00 00 00 40 fe 53", 2},
        Case{"11 22 33 00 00", 3}, Case{"00 00 00 40 fe 53 4d 43", 8}})
    EXPECT_EQ(framing.find(hex(c.bytes)), c.want) << c.bytes;
}

TEST(Nbss, PacketsThatAreNoMessagesArePassedOver) {
  const Buffer wire = hex("81 00 00 44") + Buffer(68, ' ') + hex("82 00 00 00 85 00 00 00") +
                      smb2::write(7, pdu(9)).build();
  expect_same_for_every_split(wire, [] { return Player(); });
  Player player;
  EXPECT_EQ(player(wire), Units{"data 0  c>s 9"});
  EXPECT_EQ(player.count(Counter::smb_malformed), 0U);
}

}  // namespace
}  // namespace rpcsieve::test

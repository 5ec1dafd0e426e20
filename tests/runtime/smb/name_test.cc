#include "runtime/smb/name.h"

#include <gtest/gtest.h>

#include "tests/support/forge.h"

namespace rpcsieve::test {
namespace {

std::string from_ascii(std::string_view text) {
  const Buffer bytes(text.begin(), text.end());
  return std::string(smb::Name({bytes, false}).view());
}

std::string from_utf16(std::string_view text) {
  const Buffer bytes = Wire().utf16(text).build();
  return std::string(smb::Name({bytes, true}).view());
}

bool plausible(std::string_view text) {
  const Buffer bytes(text.begin(), text.end());
  return smb::Name({bytes, false}).plausible();
}

TEST(Name, OnePipeHasOneName) {
  for (const std::string_view text :
       {"lsarpc", "\\lsarpc", "LSARPC", "\\PIPE\\lsarpc", "pipe\\\\LsaRpc", "\\\\pipe\\lsarpc"}) {
    EXPECT_EQ(from_ascii(text), "lsarpc") << text;
    EXPECT_EQ(from_utf16(text), "lsarpc") << text;
  }
}

TEST(Name, OnlyAWholePrefixIsTakenOff) {
  EXPECT_EQ(from_ascii("\\pipeline"), "pipeline");
  EXPECT_EQ(from_ascii("\\PIPE\\"), "");
  EXPECT_EQ(from_ascii("\\PIPE"), "pipe");
  EXPECT_EQ(from_ascii("\\pipe\\sql\\query"), "sql\\query");
}

TEST(Name, EndsAtAZero) {
  EXPECT_EQ(from_ascii(std::string_view("samr\0junk", 9)), "samr");
  EXPECT_EQ(from_utf16(std::string_view("samr\0junk", 9)), "samr");
}

TEST(Name, OtherCharactersAreQuestionMarks) {
  const Buffer bytes = hex("6100 e900 4102 0a00 6200");
  EXPECT_EQ(smb::Name({bytes, true}).view(), "a???b");
}

TEST(Name, AnOddByteIsIgnored) {
  const Buffer bytes = hex("6100 62");
  EXPECT_EQ(smb::Name({bytes, true}).view(), "a");
}

TEST(Name, OfALongNameTheBeginningIsKept) {
  const std::string longest(64, 'a');
  EXPECT_EQ(from_ascii("\\PIPE\\" + longest), longest);
  EXPECT_EQ(from_ascii("\\PIPE\\" + longest + "b"), longest);
  EXPECT_TRUE(plausible("\\PIPE\\" + longest));
  EXPECT_FALSE(plausible("\\PIPE\\" + longest + "b"));
  EXPECT_FALSE(plausible(longest + std::string(10000, 'b')));
}

TEST(Name, PlausibleIsWhatAnRpcPipeMayBeCalled) {
  for (const std::string_view text : {"lsarpc", "\\PIPE\\protected_storage", "W32TIME_ALT", "a b"})
    EXPECT_TRUE(plausible(text)) << text;
  for (const std::string_view text : {"", "\\", "a.txt", "dir\\file", "file:stream", "a/b", "*"})
    EXPECT_FALSE(plausible(text)) << text;
}

}  // namespace
}  // namespace rpcsieve::test

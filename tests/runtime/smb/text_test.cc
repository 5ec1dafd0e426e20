// Names as UTF-8.
#include "runtime/smb/text.h"

#include <gtest/gtest.h>

#include "tests/support/forge.h"

namespace rpcsieve::test {
namespace {

struct TextCase {
  std::string_view name;
  Buffer bytes;
  bool utf16;
  std::string_view want;  // at most 8 bytes
  bool cut = false;
};

const TextCase kCases[] = {
    {"nothing", {}, true, ""},
    {"letters", Wire().utf16("a\\b").build(), true, "a\\b"},
    {"up to a zero", hex("6100 0000 6200"), true, "a"},
    {"half a unit at the end", hex("6100 62"), true, "a"},
    {"two and three bytes", hex("e400 ac20"), true, "\xc3\xa4\xe2\x82\xac"},
    {"a pair of surrogates", hex("3dd8 00de"), true, "\xf0\x9f\x98\x80"},
    {"a high half alone", hex("3dd8 6100"), true,
     "\xef\xbf\xbd"
     "a"},
    {"a low half alone", hex("6100 00de"), true, "a\xef\xbf\xbd"},
    {"halves in the wrong order", hex("00de 3dd8"), true, "\xef\xbf\xbd\xef\xbf\xbd"},
    {"all that fits", Wire().utf16("12345678").build(), true, "12345678"},
    {"the end of what does not", Wire().utf16("0123456789").build(), true, "23456789", true},
    {"... from a character's beginning", hex("ac20 ac20 3100 ac20"), true,
     "\xe2\x82\xac"
     "1\xe2\x82\xac",
     true},
    {"bytes as they are", hex("61 e4 00 62"), false, "a\xe4"},
    {"the end of too many bytes", Wire().text("0123456789").build(), false, "23456789", true},
};

TEST(Text, Table) {
  for (const auto& c : kCases) {
    const smb::Utf8<8> name(smb::Text{c.bytes, c.utf16});
    EXPECT_EQ(name.view(), c.want) << c.name;
    EXPECT_EQ(name.is_cut(), c.cut) << c.name;
  }
}

}  // namespace
}  // namespace rpcsieve::test

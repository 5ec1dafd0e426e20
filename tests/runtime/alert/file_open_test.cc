// The words for what a file was asked for.
#include "runtime/alert/file_open.h"

#include <gtest/gtest.h>

#include "runtime/alert/eve.h"

namespace rpcsieve::test {
namespace {

TEST(FileOpen, AccessIsThatOfTheData) {
  const std::pair<std::uint32_t, std::string_view> kCases[] = {{0, "other"},
                                                               {0x00120089, "read"},
                                                               {0x20, "read"},
                                                               {0x2, "write"},
                                                               {0x4, "write"},
                                                               {0x0012019f, "read_write"},
                                                               {0x00000080, "other"},
                                                               {0x00010000, "other"},
                                                               {0x02000000, "read_write"},
                                                               {0x80000000, "read"},
                                                               {0x40000000, "write"},
                                                               {0x20000000, "read"},
                                                               {0x10000000, "read_write"}};
  for (const auto& [mask, want] : kCases) EXPECT_EQ(alert::access_name(mask), want) << mask;
}

TEST(FileOpen, OtherWords) {
  EXPECT_EQ(alert::disposition_name(0), "supersede");
  EXPECT_EQ(alert::disposition_name(5), "overwrite_if");
  EXPECT_EQ(alert::disposition_name(6), "");
  EXPECT_EQ(alert::action_name(2), "created");
  EXPECT_EQ(alert::action_name(4), "");
  EXPECT_EQ(alert::share_name("\\\\dc\\C$"), "C$");
  EXPECT_EQ(alert::share_name("C$"), "C$");
  EXPECT_EQ(alert::status_text(0xc0000022, false), "0xc0000022");
  EXPECT_EQ(alert::status_text(5U << 16 | 1, true), "1/5");
}

TEST(FileOpen, LineSaysNullForWhatIsNotKnown) {
  alert::FileOpen open;
  open.client = open.server = {parse_address("10.0.0.5").value(), 445};
  open.disposition = 99;
  EXPECT_EQ(alert::file_line(open, "a.pcap"),
            R"({"file":"a.pcap","ts":"1970-01-01T00:00:00.000000+0000",)"
            R"("src_ip":"10.0.0.5","src_port":445,"dest_ip":"10.0.0.5","dest_port":445,)"
            R"("dialect":"smb2","session":"0x0000000000000000","tree":0,"share":null,)"
            R"("share_path":null,"path":null,"access":"other","access_mask":"0x00000000",)"
            R"("disposition":null,"directory":false,"result":"unanswered","status":null,)"
            R"("action":null})");
}

}  // namespace
}  // namespace rpcsieve::test

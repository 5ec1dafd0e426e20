// Files that are opened, from packets to records.
#include <gtest/gtest.h>

#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

using namespace smb2;

const Ends kEnds = {"10.0.0.5", 49152, "10.0.0.1", 445};
// Ports that do not say who the server is; the client's is the lower one.
const Ends kOddEnds = {"10.0.0.5", 4000, "10.0.0.1", 5000};

engine::Options files_only() {
  engine::Options options = only_alerts();
  options.every_file = true;
  return options;
}

Talk disk() {
  return {c(tree_connect("\\\\dc\\C$").tree(0).build()),
          s(tree_connect_response(ShareType::kDisk).build())};
}

Talk opened(std::string_view path, const Buffer& answer) {
  return {c(create(path).id(2).build()), s(answer)};
}

struct Case {
  const char* name;
  Capture capture;
  Records want;
};

const std::string kFile = "file 10.0.0.5:49152 > 10.0.0.1:445 smb2 \\\\dc\\C$ ";

TEST(Files, AreRecords) {
  const Case cases[] = {
      {"opened",
       said(disk() + opened("a\\ntds.dit", create_response(7).id(2).build()), kEnds),
       {kFile + "a\\ntds.dit read_write open: success 0x00000000 opened"}},
      {"denied",
       said(disk() + opened("a", create_response(7).id(2).refused(kAccessDenied).build()), kEnds),
       {kFile + "a read_write open: denied 0xc0000022"}},
      {"failed",
       said(disk() + opened("a", create_response(7).id(2).refused(0xc0000034).build()), kEnds),
       {kFile + "a read_write open: failed 0xc0000034"}},
      {"not answered until the connection ends",
       said(disk() + Talk{c(create("a").id(2).build())}, kEnds),
       {kFile + "a read_write open: unanswered"}},
      {"SMB1's errors of old",
       said({c(smb1::nt_create("a.txt", 1, 1).id(2).build()),
             s(smb1::nt_create_response(7).dos_error(1, 5).id(2).build())},
            kEnds),
       {"file 10.0.0.5:49152 > 10.0.0.1:445 smb1 - a.txt read open: denied 1/5"}},
  };
  for (const Case& c : cases) EXPECT_EQ(play(c.capture, files_only()), c.want) << c.name;
}

TEST(Files, WhoeverAnswersIsTheServer) {
  TcpSession session(kOddEnds);
  session.say(opened("a.txt", create_response(7).id(2).build()));
  EXPECT_EQ(play(session.capture(), files_only()),
            Records{"file 10.0.0.5:4000 > 10.0.0.1:5000 smb2 - a.txt read_write open: success "
                    "0x00000000 opened"});
}

TEST(Files, AreOnlyRecordsIfTheyAreWanted) {
  const Capture capture = said(disk() + opened("a", create_response(7).id(2).build()), kEnds);
  EXPECT_EQ(play(capture, all_calls()), Records{});
}

}  // namespace
}  // namespace rpcsieve::test

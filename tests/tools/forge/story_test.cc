#include "tools/forge/story.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include "tests/support/temporary_file.h"

namespace rpcsieve::forge {
namespace {

constexpr Timestamp kBegin{1'700'000'000'000'000};
constexpr const char* kTshark = "/usr/bin/tshark";

Dealing lsarpc(std::uint32_t calls = 1) {
  Dealing dealing;
  dealing.operation = {kLsarpc, 43};
  dealing.stub = Buffer(16, 0x41);
  dealing.calls = calls;
  return dealing;
}

Visit visit(Transport transport, decltype(Visit::what) what, std::int64_t at_us = 0) {
  return {transport, {}, at_us, std::move(what)};
}

// tshark_reads gives the values of some fields, packet by packet, with a blank behind each.
std::string tshark_reads(const Story& story, const std::string& filter, const std::string& fields) {
  const std::string path = test::write_file("story_test.pcap", pcap_of(tell(story, kBegin)));
  const std::string command = std::string(kTshark) + " -n -r " + path + " -Y '" + filter +
                              "' -T fields -E separator=," + fields + " 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string all;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get()))
    all += c == '\n' ? ' ' : static_cast<char>(c);
  return all;
}

TEST(Story, IsToldInTheOrderOfTime) {
  const Story story = {visit(Transport::kSmb2Ioctl, lsarpc(), 1'000'000),
                       visit(Transport::kTcp, lsarpc(3), 0),
                       visit(Transport::kUdp, lsarpc(2), 500)};
  const auto frames = tell(story, kBegin);
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames.front().time.us, kBegin.us);
  for (std::size_t i = 1; i < frames.size(); ++i)
    EXPECT_LE(frames[i - 1].time.us, frames[i].time.us);
  EXPECT_EQ(pcap_of(frames), pcap_of(tell(story, kBegin)));
}

TEST(Story, WaitsBetweenCalls) {
  for (const Transport transport : transports()) {
    Dealing dealing = lsarpc(4);
    const auto quick = tell({visit(transport, dealing)}, kBegin);
    dealing.every_us = 1'000'000;
    const auto slow = tell({visit(transport, dealing)}, kBegin);
    const auto longer = slow.back().time.us - quick.back().time.us;
    EXPECT_EQ(quick.size(), slow.size()) << name(transport);
    EXPECT_EQ(longer, 3'000'000) << name(transport);
  }
}

TEST(Story, CallsAreThoseThatTsharkReads) {
  if (access(kTshark, X_OK) != 0) GTEST_SKIP() << "no tshark";
  for (const Transport transport : transports()) {
    EXPECT_EQ(
        tshark_reads({visit(transport, lsarpc(2))}, "dcerpc.pkt_type == 0", " -e dcerpc.opnum"),
        "43 43 ")
        << name(transport);
    Dealing denied = lsarpc();
    denied.reply = {Reply::Kind::kFault, 5};
    EXPECT_EQ(tshark_reads(
                  {visit(transport, denied)}, "dcerpc.pkt_type == 3",
                  transport == Transport::kUdp ? " -e dcerpc.dg_status" : " -e dcerpc.cn_status"),
              "0x00000005 ")
        << name(transport);
  }
}

TEST(Story, SecurityIsThatWhichTsharkReads) {
  if (access(kTshark, X_OK) != 0) GTEST_SKIP() << "no tshark";
  for (const std::uint8_t type : {kSpnegoAuth, kNtlmAuth, kKerberosAuth, kNetlogonAuth}) {
    Dealing dealing = lsarpc();
    dealing.security = {type, kIntegrityLevel};
    EXPECT_EQ(tshark_reads({visit(Transport::kTcp, dealing)}, "dcerpc.pkt_type == 0",
                           " -e dcerpc.auth_type -e dcerpc.auth_level"),
              std::to_string(type) + ",5 ");
  }
}

TEST(Story, FilesAreThoseThatTsharkReads) {
  if (access(kTshark, X_OK) != 0) GTEST_SKIP() << "no tshark";
  Opening opening{"ADMIN$", "temp\\x.exe", false, true, 0};
  EXPECT_EQ(tshark_reads({visit(Transport::kSmb2Ioctl, opening)}, "smb2.cmd == 5",
                         " -e smb2.filename -e smb.access_mask -e smb2.nt_status"),
            "temp\\x.exe,0x00120116, ,,0x00000000 ");
  opening.status = smb2::kAccessDenied;
  EXPECT_EQ(tshark_reads({visit(Transport::kSmb311, opening)},
                         "smb2.cmd == 5 && smb2.flags.response == 1", " -e smb2.nt_status"),
            "0xc0000022 ");
  EXPECT_EQ(tshark_reads({visit(Transport::kSmb1Trans, opening)}, "smb.cmd == 0xa2",
                         " -e smb.file -e smb.access_mask -e smb.nt_status"),
            "\\temp\\x.exe,0x00120116,0x00000000 \\temp\\x.exe,0x00120116,0xc0000022 ");
}

}  // namespace
}  // namespace rpcsieve::forge

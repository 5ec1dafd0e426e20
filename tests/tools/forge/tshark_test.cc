// What the forge wraps, tshark unwraps: an oracle that knows each format from elsewhere.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <sstream>

#include "tests/support/encapsulations.h"
#include "tests/support/temporary_file.h"

namespace rpcsieve::test {
namespace {

constexpr const char* kTshark = "/usr/bin/tshark";

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string all;
  std::array<char, 4096> some{};
  while (const std::size_t n = std::fread(some.data(), 1, some.size(), pipe.get()))
    all.append(some.data(), n);
  Lines lines;
  std::istringstream in(all);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// read gives these fields of every packet, of several of one name the innermost, tabs between them.
// Checksums are looked at: a status of 1 is that of a good one.
Lines read(std::uint16_t link, const std::vector<Buffer>& frames, const std::string& fields) {
  PcapFile file(link);
  std::uint32_t n = 0;
  for (const Buffer& frame : frames) file.packet(1, n++, frame);
  const std::string path =
      write_file("tshark_test_" + std::to_string(link) + ".pcap", file.build());
  return lines_of(std::string(kTshark) + " -n -r " + path + " -T fields -E occurrence=l " + fields +
                  " -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE"
                  " -o udp.check_checksum:TRUE 2>/dev/null");
}

struct Inner {
  const char* name;
  Buffer packet;
  std::string fields, want;
};

std::vector<Inner> inners() {
  const auto v4 = tcp("10.0.0.1", 1025, "10.0.0.2", 445).sequence(7).payload(hex("0102"));
  const auto v6 = tcp("fd00::1", 1025, "fd00::2", 445).sequence(7).payload(hex("0102"));
  const std::string ports = " -e tcp.srcport -e tcp.dstport -e tcp.payload -e tcp.checksum.status";
  return {
      {"IPv4", v4.ip(), "-e ip.src -e ip.dst" + ports, "10.0.0.1\t10.0.0.2\t1025\t445\t0102\t1"},
      {"IPv6", v6.ip(), "-e ipv6.src -e ipv6.dst" + ports, "fd00::1\tfd00::2\t1025\t445\t0102\t1"},
      {"UDP", udp("10.0.0.1", 1025, "10.0.0.2", 49152, hex("0102")),
       "-e ip.src -e udp.srcport -e udp.dstport -e data.data -e udp.checksum.status",
       "10.0.0.1\t1025\t49152\t0102\t1"}};
}

TEST(Tshark, FindsTheInnermostPacket) {
  if (access(kTshark, X_OK) != 0) GTEST_SKIP() << "no tshark";
  for (const Inner& inner : inners()) {
    std::map<std::uint16_t, std::pair<Lines, std::vector<Buffer>>> by_link;
    for (const Encapsulation& e : encapsulations(inner.packet)) {
      by_link[e.link].first.push_back(e.name);
      by_link[e.link].second.push_back(e.frame);
    }
    for (const auto& [link, cases] : by_link) {
      const Lines got = read(link, cases.second, inner.fields);
      ASSERT_EQ(got.size(), cases.first.size()) << "link " << link;
      for (std::size_t i = 0; i < got.size(); ++i)
        EXPECT_EQ(got[i], inner.want) << inner.name << " in " << cases.first[i];
    }
  }
}

// tshark shows what it put together with the last fragment.
TEST(Tshark, PutsFragmentsTogether) {
  if (access(kTshark, X_OK) != 0) GTEST_SKIP() << "no tshark";
  for (const Inner& inner : inners()) {
    std::vector<Buffer> frames;
    for (const Buffer& piece : fragments(inner.packet, 8)) frames.push_back(ethernet(piece));
    const Lines got = read(1, frames, inner.fields);
    ASSERT_GT(got.size(), 1U) << inner.name;
    EXPECT_EQ(got.back(), inner.want) << inner.name;
  }
}

}  // namespace
}  // namespace rpcsieve::test

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/packet/packet.h"
#include "tests/support/forge.h"

namespace rpcsieve::packet {
namespace {

using test::Buffer;
using test::hex;
using test::tcp;
using test::operator+;
using test::TcpPacket;

std::string print(const Endpoint& end) {
  return fmt::format("{}/{}", rpcsieve::print(end.address), end.port);
}

// print gives what decode found: "10.0.0.1/1025>10.0.0.2/445 seq=7 ack=9 SA 0102+3", where +3 are
// payload bytes that were sent but not captured.
std::string print(Verdict verdict, const Segment& s) {
  static constexpr const char* kNames[] = {"tcp",       "udp",    "not ip",  "other",  "fragment",
                                           "truncated", "bad ip", "bad tcp", "bad udp"};
  if (verdict != Verdict::kTcp) return kNames[static_cast<int>(verdict)];
  std::string text =
      fmt::format("{}>{} seq={} ", print(s.source), print(s.destination), s.sequence);
  if (s.ack) text += fmt::format("ack={} ", s.acknowledgment);
  if (s.syn) text += 'S';
  if (s.fin) text += 'F';
  if (s.rst) text += 'R';
  for (const auto byte : s.payload) text += fmt::format("{:02x}", byte);
  if (s.payload_len > s.payload.size())
    text += fmt::format("+{}", s.payload_len - s.payload.size());
  return text;
}

std::string decoded(LinkType link, const Buffer& frame, std::size_t missing = 0) {
  Segment segment;
  const auto wire_len = static_cast<std::uint32_t>(frame.size() + missing);
  const Verdict verdict = decode(link, frame, wire_len, segment);
  return print(verdict, segment);
}

TcpPacket v4() { return tcp("10.0.0.1", 1025, "10.0.0.2", 445).sequence(7).payload(hex("0102")); }
TcpPacket v6() { return tcp("fd00::1", 1025, "fd00::2", 445).sequence(7).payload(hex("0102")); }

constexpr auto kV4 = "10.0.0.1/1025>10.0.0.2/445 seq=7 0102";
constexpr auto kV6 = "fd00::1/1025>fd00::2/445 seq=7 0102";

struct Case {
  const char* name;
  LinkType link;
  Buffer frame;
  std::string want;
};

TEST(Decode, ReadsEveryLinkDownToTcp) {
  const Case cases[] = {
      {"ethernet", LinkType::kEthernet, v4().ethernet(), kV4},
      {"ethernet, IPv6", LinkType::kEthernet, v6().ethernet(), kV6},
      {"vlan", LinkType::kEthernet, v4().ethernet({0x8100}), kV4},
      {"QinQ", LinkType::kEthernet, v4().ethernet({0x88a8, 0x8100}), kV4},
      {"old QinQ", LinkType::kEthernet, v6().ethernet({0x9100, 0x8100}), kV6},
      {"five tags", LinkType::kEthernet, v4().ethernet({0x8100, 0x8100, 0x8100, 0x8100, 0x8100}),
       "not ip"},
      {"cooked v1", LinkType::kLinuxSll, v4().linux_sll(), kV4},
      {"cooked v2", LinkType::kLinuxSll2, v6().linux_sll2(), kV6},
      {"null", LinkType::kNull, v4().null(), kV4},
      {"raw", LinkType::kRaw, v6().ip(), kV6},
      {"IPv4 only", LinkType::kIpv4, v4().ip(), kV4},
      {"ARP", LinkType::kEthernet, hex("ffffffffffff 020000000001 0806 0001"), "not ip"},
      {"raw, neither version", LinkType::kRaw, hex("50"), "not ip"},
      {"empty", LinkType::kRaw, {}, "truncated"},
  };
  for (const Case& c : cases) EXPECT_EQ(decoded(c.link, c.frame), c.want) << c.name;
}

TEST(Decode, HonoursEveryLength) {
  const Case cases[] = {
      {"IPv4 options", LinkType::kRaw, v4().ip_options(3).ip(), kV4},
      {"TCP options", LinkType::kRaw, v4().tcp_options(10).ip(), kV4},
      {"extension headers", LinkType::kRaw, v6().extension(60).extension(43).extension(0).ip(),
       kV6},
      {"padding of a short frame", LinkType::kEthernet, v4().ethernet() + hex("000000000000"), kV4},
      {"offloaded: total length 0", LinkType::kRaw, v4().ip_length(0).ip(), kV4},
      {"offloaded: payload length 0", LinkType::kRaw, v6().ip_length(0).ip(), kV6},
      {"IP header of 16 bytes", LinkType::kRaw, hex("44 000028") + Buffer(36), "bad ip"},
      {"total length below the header", LinkType::kRaw, v4().ip_length(19).ip(), "bad ip"},
      {"TCP header beyond the packet", LinkType::kRaw, v4().ip_length(39).ip(), "bad tcp"},
      {"first fragment", LinkType::kRaw, v4().fragment(0x2000).ip(), "fragment"},
      {"later fragment", LinkType::kRaw, v4().fragment(0x0010).ip(), "fragment"},
      {"don't fragment", LinkType::kRaw, v4().fragment(0x4000).ip(), kV4},
      {"IPv6 atomic fragment", LinkType::kRaw, v6().extension(44).extension(0).ip(), kV6},
      {"IPv6 fragment", LinkType::kRaw, v6().extension(44, 0x0001).ip(), "fragment"},
  };
  for (const Case& c : cases) EXPECT_EQ(decoded(c.link, c.frame), c.want) << c.name;
}

TEST(Decode, ReadsFlags) {
  const auto packet = tcp("10.0.0.1", 1, "10.0.0.2", 2).sequence(0xffffffff);
  EXPECT_EQ(decoded(LinkType::kRaw, TcpPacket(packet).syn().ip()),
            "10.0.0.1/1>10.0.0.2/2 seq=4294967295 S");
  EXPECT_EQ(decoded(LinkType::kRaw, TcpPacket(packet).fin().acknowledgment(5).ip()),
            "10.0.0.1/1>10.0.0.2/2 seq=4294967295 ack=5 F");
  EXPECT_EQ(decoded(LinkType::kRaw, TcpPacket(packet).rst().ip()),
            "10.0.0.1/1>10.0.0.2/2 seq=4294967295 R");
}

// A snaplen cuts anywhere. A segment whose flags were captured says how much of its payload is
// missing; what is cut before that makes no segment.
TEST(Decode, AnyPrefixIsTruncatedOrSaysWhatIsMissing) {
  constexpr std::size_t kBehindFlags = 20 - 14 + 2;
  for (const Buffer& whole : {v4().ethernet({0x8100}), v6().extension(0).ethernet()}) {
    for (std::size_t missing = 1; missing <= whole.size(); ++missing) {
      const auto end = whole.end() - static_cast<std::ptrdiff_t>(missing);
      const std::string got = decoded(LinkType::kEthernet, Buffer(whole.begin(), end), missing);
      if (missing > kBehindFlags) {
        EXPECT_EQ(got, "truncated") << missing;
      } else {
        EXPECT_TRUE(got.ends_with(missing == 1 ? "seq=7 01+1" : "seq=7 +2")) << missing << got;
      }
    }
  }
}

TEST(Decode, KnowsItsLinkTypes) {
  EXPECT_TRUE(is_known(LinkType::kEthernet));
  EXPECT_TRUE(is_known(LinkType::kLinuxSll2));
  EXPECT_FALSE(is_known(static_cast<LinkType>(105)));  // IEEE 802.11
}

}  // namespace
}  // namespace rpcsieve::packet

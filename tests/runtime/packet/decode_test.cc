#include <gtest/gtest.h>

#include "tests/runtime/packet/print.h"
#include "tests/support/encapsulations.h"

namespace rpcsieve::packet {
namespace {

using namespace test;

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
       kV4},
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

// tshark reads the same frames the same way: tests/tools/forge.
TEST(Decode, FindsTheInnermostPacket) {
  const std::pair<Buffer, const char*> packets[] = {
      {v4().ip(), kV4},
      {v6().ip(), kV6},
      {udp("10.0.0.1", 1025, "10.0.0.2", 9, hex("0102")), "udp 10.0.0.1/1025>10.0.0.2/9 0102"},
      {ip("10.0.0.1", "10.0.0.2", 50, Buffer(40)), "esp 10.0.0.1>10.0.0.2"},
      {ip("10.0.0.1", "10.0.0.2", 1, Buffer(40)), "other"},
      {hex("4500"), "truncated"},
      {hex("6500"), "truncated"},
      {hex("44000028") + Buffer(36), "bad ip"},
  };
  for (const auto& [packet, want] : packets) {
    for (const Encapsulation& e : encapsulations(packet))
      EXPECT_EQ(decoded(static_cast<LinkType>(e.link), e.frame), want) << e.name;
  }
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

Buffer labels(std::size_t n) { return mpls(v4().ip(), n); }

// wrapped puts a packet into so many tunnels.
Buffer wrapped(Buffer packet, std::size_t times) {
  for (; times > 0; --times) packet = ip_in_ip(packet);
  return packet;
}

TEST(Decode, GoesDownOnlySoFar) {
  EXPECT_EQ(decoded(LinkType::kEthernet, labels(28)), kV4);
  EXPECT_EQ(decoded(LinkType::kEthernet, labels(40)), "too deep");
  EXPECT_EQ(decoded(LinkType::kRaw, wrapped(v4().ip(), 10)), kV4);
  EXPECT_EQ(decoded(LinkType::kRaw, wrapped(v4().ip(), 40)), "too deep");
  TcpPacket packet = v6();
  for (int i = 0; i < 40; ++i) packet.extension(60);
  EXPECT_EQ(decoded(LinkType::kRaw, packet.ip()), "too deep");
}

// What is at a tunnel's port but is not the tunnel is a datagram like any other; what is a tunnel
// but carries something else is not.
TEST(Decode, TellsTunnelsFromDatagrams) {
  const Buffer arp = hex("ffffffffffff 020000000001 0806 0001");
  const auto datagram = [](std::uint16_t port, const Buffer& payload) {
    return udp("10.0.0.1", 9, "10.0.0.2", port, payload);
  };
  const std::string vxlan_ends = "udp 10.0.0.1/9>10.0.0.2/4789 ";
  const std::string geneve_ends = "udp 10.0.0.1/9>10.0.0.2/6081 ";
  const Case cases[] = {
      {"VXLAN at its old port", LinkType::kRaw, vxlan(v4().ethernet(), 8472), kV4},
      {"VXLAN elsewhere", LinkType::kRaw, datagram(4790, hex("08")),
       "udp 10.0.0.1/9>10.0.0.2/4790 08"},
      {"VXLAN, ARP inside", LinkType::kRaw, vxlan(arp), "not ip"},
      {"VXLAN, no identifier", LinkType::kRaw, datagram(4789, hex("0000000000000700")),
       vxlan_ends + "0000000000000700"},
      {"VXLAN, other protocol", LinkType::kRaw, datagram(4789, hex("0c00000000000700")),
       vxlan_ends + "0c00000000000700"},
      {"VXLAN, reserved byte", LinkType::kRaw, datagram(4789, hex("0800000000000701")),
       vxlan_ends + "0800000000000701"},
      {"VXLAN, short", LinkType::kRaw, datagram(4789, hex("08000000000007")),
       vxlan_ends + "08000000000007"},
      {"VXLAN, empty", LinkType::kRaw, vxlan({}), "truncated"},
      {"GENEVE, ARP inside", LinkType::kRaw, geneve(arp), "not ip"},
      {"GENEVE, version 1", LinkType::kRaw, datagram(6081, hex("4000655800000700")),
       geneve_ends + "4000655800000700"},
      {"GENEVE, reserved flag", LinkType::kRaw, datagram(6081, hex("0001655800000700")),
       geneve_ends + "0001655800000700"},
      {"GENEVE, options beyond its end", LinkType::kRaw, datagram(6081, hex("3f00655800000700")),
       geneve_ends + "3f00655800000700"},
      {"GENEVE, not the IP it names", LinkType::kRaw, datagram(6081, hex("000008000000070060")),
       geneve_ends + "000008000000070060"},
      {"GENEVE, another protocol", LinkType::kRaw, datagram(6081, hex("000008060000070000")),
       geneve_ends + "000008060000070000"},
      {"connectionless RPC", LinkType::kRaw, datagram(6081, hex("0400080000000000") + Buffer(8)),
       geneve_ends + "04000800000000000000000000000000"},
  };
  for (const Case& c : cases) EXPECT_EQ(decoded(c.link, c.frame), c.want) << c.name;
}

TEST(Decode, RefusesWhatContradictsItself) {
  const auto framed = [](std::string_view header, const Buffer& packet) {
    return hex("020000000002 020000000001") + hex(header) + packet;
  };
  const auto in_ip = [](std::uint8_t protocol, std::string_view content) {
    return ip("10.0.0.1", "10.0.0.2", protocol, hex(content));
  };
  const Case cases[] = {
      {"IPv6 where IPv4 is announced", LinkType::kEthernet, framed("0800", v6().ip()), "bad ip"},
      {"IPv4 where IPv6 is announced", LinkType::kEthernet, framed("86dd", Buffer(40, 0x45)),
       "bad ip"},
      {"extension header in IPv4", LinkType::kRaw, in_ip(60, "0600000000000000"), "other"},
      {"extension header beyond the packet", LinkType::kRaw, v6().extension(60).ip_length(7).ip(),
       "bad ip"},
      {"fragment header beyond the packet", LinkType::kRaw, v6().extension(44, 1).ip_length(7).ip(),
       "bad ip"},
      {"authentication header beyond the packet", LinkType::kRaw, in_ip(51, "06ff000000000000"),
       "bad ip"},
      {"UDP length below its header", LinkType::kRaw, in_ip(17, "0001000200070000"), "bad udp"},
      {"UDP length beyond the packet", LinkType::kRaw, in_ip(17, "0001000200090000"), "bad udp"},
      {"UDP length 0", LinkType::kRaw, in_ip(17, "0001000200000000ff"),
       "udp 10.0.0.1/1>10.0.0.2/2 ff"},
      {"UDP length within the packet", LinkType::kRaw, in_ip(17, "0001000200090000ffee"),
       "udp 10.0.0.1/1>10.0.0.2/2 ff"},
      {"GRE with routing", LinkType::kRaw, gre(v4().ip(), 0x0800, 0x4000), "other"},
      {"GRE version 1", LinkType::kRaw, gre(v4().ip(), 0x880b, 0x2001), "other"},
      {"GRE, another protocol", LinkType::kRaw, gre(v4().ip(), 0x0806), "not ip"},
      {"GRE, fields beyond the packet", LinkType::kRaw, in_ip(47, "b0000800 00000000"),
       "truncated"},
      {"ERSPAN of no known version", LinkType::kRaw, gre(hex("3001") + Buffer(60), 0x22eb, 0x1000),
       "other"},
      {"MPLS without an end", LinkType::kEthernet, framed("8847 00010040", {}), "truncated"},
      {"MPLS, nothing behind", LinkType::kEthernet, framed("8847 00010140", {}), "truncated"},
      {"MPLS, associated channel", LinkType::kEthernet, framed("8847 00010140", Buffer(40, 0x10)),
       "not ip"},
      {"PPPoE discovery", LinkType::kEthernet, framed("8864 11090001 0000", {}), "not ip"},
      {"PPP of another protocol", LinkType::kPpp, hex("ff03 c021 0101"), "not ip"},
      {"PPP, protocol in a byte", LinkType::kPpp, hex("21") + v4().ip(), kV4},
      {"HDLC of Cisco", LinkType::kPppHdlc, hex("0f00 0800") + v4().ip(), kV4},
      {"spanning tree", LinkType::kEthernet, framed("0026 424203", Buffer(35)), "not ip"},
      {"SNAP, length beyond the frame", LinkType::kEthernet,
       framed("05dc aaaa03 000000 0800", v4().ip()), kV4},
      {"SNAP, no room for its header", LinkType::kEthernet, framed("0004 aaaa03 00", {}),
       "truncated"},
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

// A cut may hide that a datagram is a tunnel, but makes no segment of what is not one.
TEST(Decode, AnyPrefixOfATunnelIsNoOtherSegment) {
  for (const Encapsulation& e : encapsulations(v4().ip())) {
    for (std::size_t missing = 1; missing <= e.frame.size(); ++missing) {
      const auto end = e.frame.end() - static_cast<std::ptrdiff_t>(missing);
      const std::string got =
          decoded(static_cast<LinkType>(e.link), Buffer(e.frame.begin(), end), missing);
      const bool is_cut = got == "truncated" || got == "not ip" ||
                          got.starts_with("udp 192.0.2.1/50000>192.0.2.2/");
      const bool is_inner = got.starts_with("10.0.0.1/1025>10.0.0.2/445 seq=7 ");
      EXPECT_TRUE(is_cut || is_inner) << e.name << ' ' << missing << ' ' << got;
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

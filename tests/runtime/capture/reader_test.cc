#include "runtime/capture/reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>

#include "tests/support/forge.h"
#include "tests/support/temporary_file.h"

namespace rpcsieve::capture {
namespace {

using test::Buffer;
using test::hex;
using test::PcapFile;
using test::Wire;
using test::write_file;

std::string print(const Captured& packet) {
  std::string text = fmt::format("{} {}:", packet.time.us, packet.wire_len);
  for (const std::uint8_t byte : packet.bytes) text += fmt::format("{:02x}", byte);
  return text + "\n";
}

// read_all prints what a reader gives: the link type, a line per packet, and the damage.
std::string read_all(const std::string& path, Way way = Way::kFastest) {
  std::string error;
  const auto reader = Reader::open(path, error, way);
  if (!reader) return "refused: " + error + "\n";
  std::string out = reader->link_name() + "\n";
  for (auto packets = reader->next(); !packets.empty(); packets = reader->next())
    for (const Captured& packet : packets) out += print(packet);
  return out + (reader->damage().empty() ? "end\n" : reader->damage() + "\n");
}

std::string read_all(const std::string& name, const Buffer& content) {
  return read_all(write_file(name, content));
}

Buffer gzip(const Buffer& plain) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY), Z_OK);
  Buffer in = plain;
  Buffer out(deflateBound(&stream, plain.size()));
  stream.next_in = in.data();
  stream.avail_in = static_cast<unsigned>(in.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<unsigned>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// Two packets, of which the second was cut by snaplen.
PcapFile two_packets(Endian endian = Endian::kLittle) {
  return PcapFile(1, endian).packet(1, 2, hex("aabb")).packet(3, 4, hex("ccddee"), 1500);
}
constexpr const char* kTwoPackets = "EN10MB\n1000002 2:aabb\n3000004 1500:ccddee\nend\n";

// A pcapng file [pcapng §4.1, §4.2, §4.3]: section, interface, and one packet of two bytes.
Buffer pcapng(std::uint32_t time_high, std::uint32_t time_low) {
  Wire out;
  out.u32(0x0a0d0d0a).u32(28).u32(0x1a2b3c4d).u16(1).u16(0).u64(~0ULL).u32(28);
  out.u32(1).u32(20).u16(101).u16(0).u32(0).u32(20);
  out.u32(6).u32(36).u32(0).u32(time_high).u32(time_low).u32(2).u32(2);
  return out.bytes(hex("aabb 0000")).u32(36).build();
}

TEST(Reader, ReadsEveryForm) {
  struct Case {
    const char* name;
    Buffer content;
    std::string want;
  };
  const Case cases[] = {
      {"little-endian", two_packets().build(), kTwoPackets},
      {"big-endian", two_packets(Endian::kBig).build(), kTwoPackets},
      {"gzip", gzip(two_packets().build()), kTwoPackets},
      {"gzip in two members",
       Wire()
           .bytes(gzip(two_packets().build()))
           .bytes(gzip(Wire().u32(5).u32(6).u32(0).u32(9).build()))
           .build(),
       "EN10MB\n1000002 2:aabb\n3000004 1500:ccddee\n5000006 9:\nend\n"},
      {"nanoseconds are cut to micro",
       PcapFile(1, Endian::kLittle, test::kPcapNanoseconds)
           .packet(1, 999'999'999, hex("aa"))
           .build(),
       "EN10MB\n1999999 1:aa\nend\n"},
      {"pcapng", pcapng(0, 7), "RAW\n7 2:aabb\nend\n"},
      {"no packets", PcapFile(147).build(), "number 147\nend\n"},
      {"seconds beyond 2038", PcapFile().packet(0x80000000, 0, hex("aa")).build(),
       "EN10MB\n2147483648000000 1:aa\nend\n"},
      {"fraction of more than a second", PcapFile().packet(5, 1'500'000, hex("aa")).build(),
       "EN10MB\n6500000 1:aa\nend\n"},
      {"nanoseconds of more than a second",
       PcapFile(1, Endian::kLittle, test::kPcapNanoseconds)
           .packet(5, 1'500'000'000, hex("aa"))
           .build(),
       "EN10MB\n6500000 1:aa\nend\n"},
      {"all ones", PcapFile().packet(0xffffffff, 0xffffffff, hex("aa")).build(),
       "EN10MB\n4294971589967295 1:aa\nend\n"},
      {"all ones, big-endian",
       PcapFile(1, Endian::kBig).packet(0xffffffff, 0xffffffff, hex("aa")).build(),
       "EN10MB\n4294971589967295 1:aa\nend\n"},
      {"times far away stay in the year 9999", pcapng(0xffffffff, 0xffffffff),
       "RAW\n253402300799551615 2:aabb\nend\n"},
  };
  for (const Case& c : cases) EXPECT_EQ(read_all("form", c.content), c.want) << c.name;
}

TEST(Reader, ReadsUpToTheDamage) {
  const Buffer whole = two_packets().build();
  const auto cut = [](Buffer bytes, std::size_t n) {
    bytes.resize(bytes.size() - n);
    return bytes;
  };
  Buffer flipped = gzip(whole);
  flipped[flipped.size() - 8] ^= 1;  // the CRC [RFC 1952 §2.3.1]
  struct Case {
    const char* name;
    Buffer content;
    std::string want;
  };
  const Case cases[] = {
      {"in a packet", cut(whole, 1),
       "EN10MB\n1000002 2:aabb\ndamaged after 1 packets: truncated dump file; tried to read 3 "
       "captured bytes, only got 2\n"},
      {"in a packet header", cut(whole, 10),
       "EN10MB\n1000002 2:aabb\ndamaged after 1 packets: truncated dump file; tried to read 16 "
       "header bytes, only got 9\n"},
      {"gzip trailer missing", cut(gzip(whole), 8),
       "EN10MB\n1000002 2:aabb\n3000004 1500:ccddee\ndamaged after 2 packets: gzip: unexpected end "
       "of "
       "file\n"},
      {"impossible length", Wire().bytes(whole).u32(1).u32(1).u32(0x7fffffff).u32(1).build(),
       "EN10MB\n1000002 2:aabb\n3000004 1500:ccddee\ndamaged after 2 packets: invalid packet "
       "capture length 2147483647, bigger than snaplen of 262144\n"},
  };
  for (const Case& c : cases) EXPECT_EQ(read_all("damage", c.content), c.want) << c.name;
  EXPECT_NE(read_all("damage", flipped).find("incorrect data check"), std::string::npos);
}

Buffer prefix(const Buffer& whole, std::size_t n) {
  return Buffer(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
}

TEST(Reader, GivesTheWholePacketsOfEveryPrefix) {
  const Buffer whole = two_packets().build();
  const std::size_t header = 24, first = header + 16 + 2;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const std::string got = read_all("prefix", prefix(whole, n));
    const char* packets = n < header  ? "refused: "
                          : n < first ? "EN10MB\n"
                                      : "EN10MB\n1000002 2:aabb\n";
    const bool clean = n == header || n == first;
    EXPECT_EQ(got.rfind(packets, 0), 0) << n << ": " << got;
    EXPECT_EQ(got == std::string(packets) + "end\n", clean) << n << ": " << got;
    EXPECT_EQ(got.find("ccdd"), std::string::npos) << n << ": " << got;
  }
}

TEST(Reader, NeverTakesAGzipPrefixForWhole) {
  const Buffer whole = gzip(two_packets().build());
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const std::string got = read_all("prefix", prefix(whole, n));
    EXPECT_EQ(got.find("end\n"), std::string::npos) << n << ": " << got;
  }
}

TEST(Reader, RefusesWhatIsNoCapture) {
  struct Case {
    const char* name;
    Buffer content;
    std::string want;
  };
  const Case cases[] = {
      {"text", Wire().text("rpcsieve: 1\n").build(), "refused: unknown file format\n"},
      {"zstd", hex("28b52ffd 00000000"),
       "refused: is compressed by zstd: decompress it first, or pipe it in\n"},
      {"empty",
       {},
       "refused: truncated dump file; tried to read 4 file header bytes, only got 0\n"},
      {"gzip of nothing", gzip({}),
       "refused: truncated dump file; tried to read 4 file header bytes, only got 0\n"},
  };
  for (const Case& c : cases) EXPECT_EQ(read_all("refused", c.content), c.want) << c.name;
  EXPECT_EQ(read_all("/nonexistent/x.pcap"), "refused: No such file or directory\n");
  EXPECT_EQ(read_all(testing::TempDir()), "refused: is a folder\n");
}

TEST(Reader, ShowsItsProgress) {
  PcapFile file;
  const Buffer payload(60'000);
  for (std::uint32_t i = 0; i < 100; ++i) file.packet(i, 0, payload);
  std::string error;
  const auto reader = Reader::open(write_file("progress", file.build()), error);
  ASSERT_TRUE(reader) << error;
  double last = 0;
  while (!reader->next().empty()) {
    EXPECT_GE(reader->progress(), last);
    last = reader->progress();
    EXPECT_LE(last, 1.0);
  }
  EXPECT_EQ(last, 1.0);
}

// compare reads a file both ways.
void compare(const std::string& path) {
  EXPECT_EQ(read_all(path), read_all(path, Way::kLibpcap)) << path;
}

// What libpcap reads and refuses, and in which words, decides.
TEST(Reader, ReadsLikeLibpcap) {
  const auto packet = [](std::uint32_t captured, std::size_t there, std::uint32_t snaplen) {
    Wire file;
    file.u32(0xa1b2c3d4).u16(2).u16(4).u32(0).u32(0).u32(snaplen).u32(1);
    return file.u32(1).u32(2).u32(captured).u32(captured).bytes(Buffer(there, 7)).build();
  };
  const Buffer files[] = {
      packet(100, 100, 60),                  // longer than the file says packets are
      packet(100, 80, 60),                   // ... and cut
      packet(100, 40, 60),                   // ... before that length
      packet(100, 100, 0),                   // no such length
      packet(300'000, 300'000, 0),           // ... and a packet beyond all sense
      packet(300'000, 300'000, 262'144),     // beyond both
      packet(300'000, 300'000, 400'000),     // beyond sense, as the file says
      packet(0x7ffffff0, 5000, 0x7fffffff),  // a lie
      packet(0xffffffff, 5000, 0xffffffff),  // none libpcap believes
      packet(262'144, 262'144, 262'144),     // the largest
      Wire().bytes(packet(0, 0, 262'144)).bytes(Buffer(16)).build(),
      PcapFile(101).packet(1, 2, hex("45")).build(),
      PcapFile(113).packet(1, 2, hex("45")).build(),
      PcapFile(276).packet(1, 2, hex("45")).build(),
      PcapFile(1 | 0x04000000).packet(1, 2, hex("45")).build(),  // with a frame check sequence
  };
  for (std::size_t i = 0; i < std::size(files); ++i)
    compare(write_file("like" + std::to_string(i), files[i]));
}

TEST(Reader, ReadsTheCapturesLikeLibpcap) {
  const std::filesystem::path root = RPCSIEVE_SOURCE_DIR;
  std::size_t compared = 0;
  for (const auto& folder : {root / "pcaps", root / "../shared/captures"}) {
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file() || !is_capture(entry.path().string())) continue;
      compare(entry.path().string());
      ++compared;
    }
  }
  EXPECT_GT(compared, 30U);
}

TEST(IsCapture, LooksAtTheFirstBytes) {
  const auto judge = [](const Buffer& content) { return is_capture(write_file("judge", content)); };
  EXPECT_TRUE(judge(two_packets().build()));
  EXPECT_TRUE(judge(two_packets(Endian::kBig).build()));
  EXPECT_TRUE(judge(gzip(two_packets().build())));
  EXPECT_TRUE(judge(pcapng(0, 0)));
  EXPECT_FALSE(judge(gzip(Wire().text("text").build())));
  EXPECT_FALSE(judge(hex("a1b2c3")));
  EXPECT_FALSE(judge({}));
  EXPECT_FALSE(is_capture("/nonexistent"));
  EXPECT_FALSE(is_capture(testing::TempDir()));
}

}  // namespace
}  // namespace rpcsieve::capture

// Floods: connections without number that would each like some state. Whatever they bring, the
// engine's memory stays within its limits, and the attacks that happen meanwhile are all reported.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "tests/runtime/engine/talks.h"

namespace rpcsieve::test {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;  // it keeps what was freed, and takes ten times as long
#else
constexpr bool kSanitized = false;
#endif
constexpr std::uint32_t kMixedFlows = kSanitized ? 100'000 : 5'000'000;
constexpr std::uint32_t kFlowsOfAKind = kSanitized ? 10'000 : 300'000;
constexpr std::uint32_t kFlowsPerAttack = 5'000;
constexpr std::size_t kMostMegabytes = 512;

// Frames are the packets of a flow as they lie in a capture. A flood changes only the client's
// address and port in them.
class Frames {
 public:
  explicit Frames(const Capture& model) {
    for (const Sent& sent : model) frames_.push_back({sent.side, sent.packet.ethernet()});
  }

  void aim(std::uint32_t flow) {
    for (auto& [side, frame] : frames_) {
      constexpr std::size_t kAddresses = 14 + 12, kPorts = 14 + 20;
      const bool client = side == Side::kClient;
      std::uint8_t* address = frame.data() + kAddresses + (client ? 0 : 4);
      for (std::size_t i = 0; i < 3; ++i) address[1 + i] = static_cast<std::uint8_t>(flow >> 8 * i);
      frame[kPorts + (client ? 0 : 2)] = static_cast<std::uint8_t>(0xc0 + (flow >> 24));
    }
  }

  [[nodiscard]] const std::vector<std::pair<Side, Buffer>>& all() const { return frames_; }

 private:
  std::vector<std::pair<Side, Buffer>> frames_;
};

struct Kind {
  const char* name;
  Frames frames;
};

Buffer beginning(const Buffer& bytes, std::size_t n) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n)};
}

Buffer bind_of_many_contexts() {
  PduBuilder pdu = bind(1);
  for (std::uint16_t id = 0; id < 120; ++id) pdu.context(id, kLsarpc);
  return pdu.build();
}

Buffer many_calls() {
  Buffer calls;
  for (std::uint32_t id = 2; id < 40; ++id)
    calls = calls + request(id).opnum(43).stub(key_stub()).build();
  return calls;
}

Talk many_opened() {
  Talk talk;
  for (std::uint64_t file = 1; file < 40; ++file) {
    talk.push_back(c(smb2::create("a.txt").id(file).build()));
    talk.push_back(s(smb2::create_response(file).id(file).build()));
  }
  return talk;
}

std::vector<Kind> kinds() {
  const Buffer fragment = request(2).opnum(43).first().stub(Buffer(4000, 'x')).build();
  const Buffer written = smb2::write(7, Buffer(60'000, 'x')).build();
  const auto opened = [] { return TcpSession().open(); };
  const auto kind = [](const char* name, const TcpSession& session) {
    return Kind{name, Frames(session.capture())};
  };
  return {
      kind("half open", TcpSession().syn()),
      kind("opened and closed", opened().finish()),
      kind("another protocol", opened().client(Wire().text("GET / HTTP/1.1\r\n").build())),
      kind("bound", opened().say(bound())),
      kind("bound, many contexts", opened().client(bind_of_many_contexts())),
      kind("requests that never end", opened().say(bound()).client(fragment)),
      kind("calls that nobody answers", opened().say(bound()).client(many_calls())),
      kind("half a PDU", opened().client(beginning(fragment, 3000))),
      kind("data behind a hole", opened().say(bound()).lose(Side::kClient, 9).client(fragment)),
      kind("pipes", opened().say(over_smb2_ioctl(bound()))),
      kind("handles", opened().say(many_opened())),
      kind("half an SMB message", opened().client(beginning(written, 30'000))),
      kind("encrypted sessions", opened().client(smb2::encrypted(7))),
  };
}

// resident_megabytes is what the process holds.
std::size_t resident_megabytes() {
  std::ifstream status("/proc/self/statm");
  std::size_t pages = 0;
  status >> pages >> pages;
  return pages * 4096 >> 20;
}

// Sea is an engine that is flooded. Among the floods there are attacks: connections that come and
// go, and one that lasts.
class Sea {
 public:
  Sea() : engine_(sensor_database(), sensor_matcher(), {}) {
    patient_ = TcpSession({"10.9.9.9", 50'000, "10.0.0.1", 49'664}).open().say(bound());
    play(Frames(patient_.capture()));
    played_ = patient_.capture().size();
  }

  void flood(Frames& frames, std::uint32_t flow) {
    if (flow % kFlowsPerAttack == 0) attack(flow);
    frames.aim(flow);
    play(frames);
  }

  void finish() {
    engine_.finish();
    drain();
    EXPECT_EQ(alerts_, attacks_);
    if (!kSanitized) {
      EXPECT_LT(most_, kMostMegabytes);
    }
  }

  [[nodiscard]] std::size_t most() const { return most_; }

 private:
  void attack(std::uint32_t flow) {
    most_ = std::max(most_, resident_megabytes());
    const auto port = static_cast<std::uint16_t>(1024 + flow / kFlowsPerAttack);
    play(Frames(TcpSession({"10.8.8.8", port, "10.0.0.1", 49'664})
                    .open()
                    .say(key_read_over_tcp())
                    .finish()
                    .capture()));
    patient_.say(called(2 + flow, 43, key_stub(), 0));
    const Capture& all = patient_.capture();
    play(Frames({all.begin() + static_cast<std::ptrdiff_t>(played_), all.end()}));
    played_ = all.size();
    attacks_ += 2;
  }

  void play(const Frames& frames) {
    for (const auto& [side, frame] : frames.all()) {
      now_.us += 2;
      engine_.push(packet::LinkType::kEthernet, frame, static_cast<std::uint32_t>(frame.size()),
                   now_);
      drain();
    }
  }

  // An attack is alerted on, by another detection than those that the flood may meet.
  void drain() {
    while (const alert::Record* record = engine_.next()) {
      const auto* alert = std::get_if<alert::Alert>(record);
      const auto* call = alert == nullptr ? nullptr : std::get_if<alert::CallRecord>(&alert->event);
      alerts_ += call != nullptr && call->outcome.result == dcerpc::Result::kSuccess;
    }
  }

  engine::Engine engine_;
  Timestamp now_{1'000'000};
  TcpSession patient_;
  std::size_t played_ = 0;
  std::size_t most_ = 0;
  std::uint64_t attacks_ = 0, alerts_ = 0;
};

TEST(Flood, OfAnyKindNeitherGrowsMemoryNorHidesAttacks) {
  for (Kind& kind : kinds()) {
    SCOPED_TRACE(kind.name);
    Sea sea;
    for (std::uint32_t flow = 0; flow < kFlowsOfAKind; ++flow) sea.flood(kind.frames, flow);
    sea.finish();
    fmt::print("  {} flows, {}: {} MB\n", kFlowsOfAKind, kind.name, sea.most());
    malloc_trim(0);
  }
}

TEST(Flood, OfAllKindsNeitherGrowsMemoryNorHidesAttacks) {
  std::vector<Kind> all = kinds();
  Sea sea;
  for (std::uint32_t flow = 0; flow < kMixedFlows; ++flow)
    sea.flood(all[flow % all.size()].frames, flow);
  sea.finish();
  fmt::print("  {} flows of all kinds: {} MB\n", kMixedFlows, sea.most());
}

}  // namespace
}  // namespace rpcsieve::test

// Once warm, packets that give no record cost no allocation. Every operator new is counted.
#include <gtest/gtest.h>

#include "tests/runtime/engine/talks.h"
#include "tests/support/allocations.h"

namespace rpcsieve::test {
namespace {

struct Frames {
  std::vector<Buffer> bytes;
  std::vector<Timestamp> times;
};

Frames frames(const Capture& capture) {
  Frames out;
  for (const Sent& sent : capture) {
    out.bytes.push_back(sent.packet.ethernet());
    out.times.push_back(sent.time);
  }
  return out;
}

// allocated gives how many allocations the later packets of a capture cost, behind the first ones.
std::size_t allocated(const Capture& capture, std::size_t first,
                      const engine::Options& options = only_alerts()) {
  const Frames all = frames(capture);
  engine::Engine engine(sensor_database(), sensor_matcher(), options);
  std::size_t before = 0;
  for (std::size_t i = 0; i < all.bytes.size(); ++i) {
    if (i == first) before = allocations();
    engine.push(packet::LinkType::kEthernet, all.bytes[i],
                static_cast<std::uint32_t>(all.bytes[i].size()), all.times[i]);
    EXPECT_EQ(engine.next(), nullptr);
  }
  return allocations() - before;
}

// Requests that nothing watches, and ones that are scanned in vain, whole and in fragments.
Talk exchange(std::uint32_t id) {
  return called(id, 28, other_stub(), 0) + called(id + 1, 43, Buffer(3000, 'a'), 0) +
         Talk{c(request(id + 2).opnum(43).first().stub(other_stub()).build() +
                request(id + 2).opnum(43).last().stub(other_stub()).build()),
              s(response(id + 2).first().stub(Buffer(2000, 'r')).build() +
                response(id + 2).last().stub(answer(5)).build())} +
         called(id + 3, 7, other_stub(), 0);
}

constexpr int kRounds = 100;

TEST(Allocation, IsNoneInALongConnection) {
  for (const std::size_t segment_bytes : {std::size_t{100}, std::size_t{1460}}) {
    TcpSession session;
    session.segment_bytes(segment_bytes).open().say(bound());
    for (std::uint32_t i = 0; i < kRounds; ++i) session.say(exchange(10 * i + 10));
    const std::size_t half = session.capture().size() / 2;
    EXPECT_EQ(allocated(session.capture(), half), 0U) << segment_bytes;
  }
}

TEST(Allocation, IsNoneOverSmb) {
  TcpSession session({"10.0.0.5", 49152, "10.0.0.1", 445});
  session.open();
  for (std::uint32_t i = 0; i < kRounds; ++i)
    session.say(over_smb2_ioctl(bound() + exchange(10)) + over_smb2_write(exchange(10)));
  EXPECT_EQ(allocated(session.capture(), session.capture().size() / 2), 0U);
}

// Sessions come and go, more of them than are remembered, and RPC has users of its own.
TEST(Allocation, IsNoneForLogons) {
  using namespace smb2;
  const Account user = {"alice", "LAB", "WS1"};
  const Buffer ask = spnego_init(ntlm_negotiate(user).build());
  const Buffer challenge = spnego_response(ntlm_challenge().build());
  const Buffer name = spnego_response(ntlm_authenticate(user).build());
  const Talk rpc = {
      c(bind(1).context(0, kLsarpc).verifier(kSpnegoAuth, kConnectLevel, ask).build()),
      s(bind_ack(1).result(kAccepted).verifier(kSpnegoAuth, kConnectLevel, challenge).build()),
      c(auth3(1).verifier(kSpnegoAuth, kConnectLevel, name).build() + request(2).build()),
      s(response(2).stub(answer(0)).build())};
  TcpSession session({"10.0.0.5", 49152, "10.0.0.1", 445});
  session.open();
  for (std::uint64_t i = 0; i < kRounds; ++i) {
    session.client(session_setup(ask).id(1).build());
    session.server(session_setup_response(challenge).session(i).status(kMoreProcessing).build());
    session.client(session_setup(name).session(i).id(2).build());
    session.server(session_setup_response({}).session(i).id(2).build());
    session.say(over_smb2_ioctl(rpc));
  }
  EXPECT_EQ(allocated(session.capture(), session.capture().size() / 2), 0U);
}

TEST(Allocation, IsNoneForFiles) {
  using namespace smb2;
  TcpSession session({"10.0.0.5", 49152, "10.0.0.1", 445});
  session.open().client(tree_connect("\\\\dc\\SYSVOL").tree(0).build());
  session.server(tree_connect_response(ShareType::kDisk).build());
  for (std::uint64_t i = 0; i < kRounds; ++i) {
    session.client(create("policy.txt").id(3 * i).build());
    session.server(create_response(7 + i).id(3 * i).build());
    session.client(read(7 + i).id(3 * i + 1).build());
    session.server(read_response(Buffer(50'000, 'f')).id(3 * i + 1).build());
    session.client(smb2::close(7 + i).id(3 * i + 2).build());
    session.server(close_response().id(3 * i + 2).build());
  }
  EXPECT_EQ(allocated(session.capture(), session.capture().size() / 2), 0U);
}

// Somebody wants them, but they are pipes.
TEST(Allocation, IsNoneForPipesWhereFilesAreWanted) {
  TcpSession session({"10.0.0.5", 49152, "10.0.0.1", 445});
  session.open();
  for (std::uint32_t i = 0; i < kRounds; ++i) session.say(over_smb2_ioctl(bound() + exchange(10)));
  engine::Options options = only_alerts();
  options.every_file = true;
  EXPECT_EQ(allocated(session.capture(), session.capture().size() / 2, options), 0U);
}

TEST(Allocation, IsNoneForConnectionsThatComeAndGo) {
  Capture capture;
  for (std::uint16_t i = 0; i < kRounds; ++i) {
    const Ends ends = {"10.0.0.5", static_cast<std::uint16_t>(1000 + i), "10.0.0.1", 49664};
    TcpSession session(ends);
    session.open().say(bound() + exchange(10)).finish().pause(1'000'000).ack(Side::kClient);
    capture = join(std::move(capture), session.capture());
  }
  EXPECT_EQ(allocated(capture, capture.size() / 2), 0U);
}

}  // namespace
}  // namespace rpcsieve::test

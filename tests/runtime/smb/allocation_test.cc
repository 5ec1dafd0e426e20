// Once warm, a channel allocates nothing.
#include <gtest/gtest.h>

#include "tests/runtime/smb/player.h"
#include "tests/support/allocations.h"

namespace rpcsieve::test {
namespace {

TEST(Allocation, NoneOnceWarm) {
  using namespace smb2;
  const Buffer wire =
      tree_connect_response(ShareType::kPipe).build() + create("lsarpc").id(1).build() +
      create_response(7).id(1).build() + smb2::write(7, pdu(3000)).id(2).build() +
      smb2::read(7).id(3).build() + smb2::read_response(pdu(3000)).id(3).build() +
      transceive(7, pdu(50)).id(4).build() + transceive_response(7, pdu(50)).id(4).build() +
      smb2::close(7).id(5).build() + close_response().id(5).build() +
      smb1::nt_create("\\samr").id(1).build() + smb1::nt_create_response(9).id(1).build() +
      smb1::transact(9, pdu(50)).id(2).build() + smb1::transact_response(pdu(50)).id(2).build() +
      encrypted(3) + tree_disconnect_response().build() + logoff_response().build();
  Counters counters;
  smb::Channel channel(Limits(), counters, begins_as_rpc);
  Framer framer(counters.memory());
  std::size_t events = 0;
  const auto play = [&] {
    for (Bytes rest = wire; !rest.empty();
         rest = rest.subspan(std::min<std::size_t>(rest.size(), 700))) {
      framer.push(rest.first(std::min<std::size_t>(rest.size(), 700)), {});
      while (const auto frame = framer.next(smb::Framing{channel})) {
        channel.push(*frame);
        while (channel.next()) ++events;
      }
    }
  };
  play();
  const std::size_t before = allocations();
  for (int round = 0; round < 100; ++round) play();
  EXPECT_EQ(allocations(), before);
  EXPECT_GT(events, 700U);
}

}  // namespace
}  // namespace rpcsieve::test

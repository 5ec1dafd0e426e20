// Once warm, a channel allocates nothing: this program counts every `new`.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/runtime/smb/player.h"

namespace {
std::size_t g_allocations = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++g_allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t /*size*/) noexcept { std::free(p); }

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
  Framer framer;
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
  const std::size_t before = g_allocations;
  for (int round = 0; round < 100; ++round) play();
  EXPECT_EQ(g_allocations, before);
  EXPECT_GT(events, 700U);
}

}  // namespace
}  // namespace rpcsieve::test

// The SMB door: any bytes as one connection, through a Framer and a Channel. Whatever they are,
// events keep to their bounds, and the same bytes in pieces give the same events.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "runtime/smb/channel.h"
#include "runtime/smb/nbss.h"

namespace {

using namespace rpcsieve;

constexpr std::size_t kPipes = 4;
constexpr std::size_t kMessageBytes = 4096;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

bool begins_as_rpc(Bytes bytes) { return bytes.size() >= 2 && bytes[0] == 5 && bytes[1] <= 1; }

bool within(Bytes part, Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// Summary is what an event says, apart from where its bytes lie.
struct Summary {
  smb::Event::Kind kind;
  std::uint32_t pipe;
  bool to_server;
  std::vector<std::uint8_t> data;
  std::uint64_t lost;
  std::uint64_t session;

  bool operator==(const Summary&) const = default;
};

Summary check(const smb::Event& event, const Frame& frame) {
  require(event.pipe < kPipes, "pipe number below the limit");
  require(within(event.data, frame.bytes), "data within the message");
  require(event.data.size() + event.lost <= frame.total, "no more data than the message has");
  return {event.kind, event.pipe,   event.to_server, {event.data.begin(), event.data.end()},
          event.lost, event.session};
}

// run feeds the bytes in pieces of n.
std::vector<Summary> run(Bytes wire, std::size_t n) {
  Limits limits;
  limits.smb_requests = limits.smb_handles = limits.smb_trees = limits.smb_sessions = 8;
  limits.smb_pipes = kPipes;
  limits.smb_message_bytes = kMessageBytes;
  Counters counters;
  smb::Channel channel(limits, counters, begins_as_rpc);
  Framer framer(counters.memory());
  std::vector<Summary> all;
  while (!wire.empty()) {
    framer.push(wire.first(std::min(n, wire.size())), {});
    wire = wire.subspan(std::min(n, wire.size()));
    while (const auto frame = framer.next(smb::Framing{channel})) {
      require(frame->bytes.size() <=
                  std::max<std::size_t>(kMessageBytes + 4, smb::Framing::judged_bytes),
              "no more kept than wanted");
      channel.push(*frame);
      while (const auto event = channel.next()) all.push_back(check(*event, *frame));
    }
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes wire(data, size);
  const std::vector<Summary> whole = run(wire, size);
  require(run(wire, 1) == whole, "byte by byte gives the same");
  require(run(wire, 61) == whole, "pieces give the same");
  return 0;
}

// The SMB door: any bytes as one connection, through a Framer and a Channel. Whatever they are,
// events keep to their bounds, the same bytes in pieces give the same events, and every pipe ends.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
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
  const bool compressed = frame.bytes.size() > 4 && frame.bytes[4] == 0xfc;
  if (!compressed) {
    require(within(event.data, frame.bytes), "data within the message");
    require(within(event.account, frame.bytes) && within(event.domain, frame.bytes),
            "account within the message");
    require(event.data.size() + event.lost <= frame.total, "no more data than the message has");
  }
  require(event.data.size() <= kMessageBytes, "no more data than a message may have");
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
  smb::Sessions sessions(limits, counters);
  // Another connection of the same hosts has spoken before, and says the same again.
  smb::Channel channel(limits, counters, begins_as_rpc), other(limits, counters, begins_as_rpc);
  channel.join(sessions, {});
  other.join(sessions, {});
  std::set<std::uint32_t> open;
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
      while (const auto event = channel.next()) {
        all.push_back(check(*event, *frame));
        if (event->kind == smb::Event::Kind::kPipeData) open.insert(event->slot);
      }
      other.push(*frame);
      while (const auto event = other.next()) check(*event, *frame);
      sessions.take_ended([&](std::uint32_t slot) { open.erase(slot); });
    }
  }
  channel.leave();
  other.leave();
  sessions.take_ended([&](std::uint32_t slot) { open.erase(slot); });
  require(open.empty(), "every pipe that passed bytes has ended");
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

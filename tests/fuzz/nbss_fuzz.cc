// The door of a connection: any bytes through a Framer and a Channel. Whatever they are, events
// keep to their bounds, the same bytes in pieces give the same events, and every pipe ends.
#include <set>

#include "tests/fuzz/smb.h"

namespace {

using namespace rpcsieve;

// Pair is two connections of the same hosts that say the same: pipes of one may be the other's.
class Pair {
 public:
  Pair() {
    channel_.join(sessions_, {});
    other_.join(sessions_, {});
  }

  void push(const Frame& frame) {
    fuzz::push(channel_, frame, events_);
    std::vector<fuzz::Summary> events;
    fuzz::push(other_, frame, events);
  }

  std::vector<fuzz::Summary> end() {
    channel_.leave();
    other_.leave();
    std::set<std::uint32_t> ended;
    sessions_.take_ended(
        [&](std::uint32_t slot) { fuzz::require(ended.insert(slot).second, "a pipe ends once"); });
    for (const fuzz::Summary& event : events_) {
      const bool piped = event.kind == smb::Event::Kind::kPipeData;
      fuzz::require(!piped || ended.count(event.slot) == 1, "every pipe that passed bytes ends");
    }
    return std::move(events_);
  }

  // run feeds the bytes in pieces of n.
  std::vector<fuzz::Summary> run(Bytes wire, std::size_t n) {
    Framer framer(counters_.memory());
    while (!wire.empty()) {
      framer.push(wire.first(std::min(n, wire.size())), {});
      wire = wire.subspan(std::min(n, wire.size()));
      while (const auto frame = framer.next(smb::Framing{channel_})) {
        fuzz::require(frame->bytes.size() <= std::max<std::size_t>(fuzz::kMessageBytes + 4,
                                                                   smb::Framing::judged_bytes),
                      "no more kept than wanted");
        push(*frame);
      }
    }
    return end();
  }

 private:
  Counters counters_;
  smb::Sessions sessions_{fuzz::small_limits(), counters_};
  smb::Channel channel_{fuzz::small_limits(), counters_, fuzz::begins_as_rpc, true};
  smb::Channel other_{fuzz::small_limits(), counters_, fuzz::begins_as_rpc, true};
  std::vector<fuzz::Summary> events_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes wire(data, size);
  const std::vector<fuzz::Summary> whole = Pair().run(wire, size);
  fuzz::require(Pair().run(wire, 1) == whole, "byte by byte gives the same");
  fuzz::require(Pair().run(wire, 61) == whole, "pieces give the same");
  return 0;
}

// All doors that stand behind a TCP connection, at once: the input is what two sides say to one
// another, as turns of one byte (the lowest bit: who), two bytes (a length) and so many of data.
// However it is cut into segments the engine reports the same calls, as many as it counts, and
// holds no more than its limits allow.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "runtime/base/cursor.h"
#include "tests/support/sensor.h"

namespace {

using namespace rpcsieve;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fputs(what, stderr);
  std::abort();
}

test::Talk talk_of(Bytes input) {
  test::Talk talk;
  Cursor c(input, Endian::kBig);
  while (c.size() > 0) {
    const test::Side side = (c.u8() & 1) == 0 ? test::Side::kClient : test::Side::kServer;
    const std::size_t length = c.u16();
    const Bytes data = c.take(std::min(length, c.size()));
    talk.push_back({side, {data.begin(), data.end()}});
  }
  return talk;
}

engine::Options small() {
  engine::Options options = test::all_calls();
  options.limits.flows = 16;
  options.limits.stream_blocks = 64;
  return options;
}

// play gives the records of a talk. The sensor is the same each time: the end of a capture leaves
// nothing behind for the next one.
test::Records play(const test::Talk& talk, std::size_t segment_bytes) {
  static test::Sensor sensor(small());
  const std::uint64_t before = sensor.count(Counter::calls);
  sensor.push(test::TcpSession().segment_bytes(segment_bytes).open().say(talk).capture());
  test::Records records = sensor.finish().records();
  const auto calls = std::count_if(records.begin(), records.end(), [](const std::string& record) {
    return record.compare(0, 5, "call ") == 0;
  });
  require(before + static_cast<std::uint64_t>(calls) == sensor.count(Counter::calls),
          "a record per call");
  return test::sorted(std::move(records));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const test::Talk talk = talk_of({data, size});
  const test::Records whole = play(talk, 60000);
  require(play(talk, 7) == whole, "the same calls in segments of 7 bytes");
  return 0;
}

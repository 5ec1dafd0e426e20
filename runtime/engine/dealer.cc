// Packets travel in batches, so that a lock is taken once in some hundreds of them. A lane owns a
// fixed set of batches that go round between the reader, which fills one, and the lane's thread,
// which empties it: that bounds the memory, and nothing is allocated once their buffers have grown.
#include "runtime/engine/dealer.h"

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace rpcsieve::engine {
namespace {

constexpr std::size_t kBatchPackets = 512;
constexpr std::size_t kBatchBytes = 1 << 18;
constexpr std::size_t kBatchesPerLane = 8;

struct Slot {
  packet::LinkType link;
  std::uint32_t length;
  std::uint32_t wire_len;
  Timestamp time;
};

// Batch is a run of packets for one lane; their bytes stand one after the other.
struct Batch {
  std::vector<Slot> slots;
  std::vector<std::uint8_t> bytes;
  bool finish = false;  // the capture ends behind these

  void clear() {
    slots.clear();
    bytes.clear();
    finish = false;
  }
  [[nodiscard]] bool full() const {
    return slots.size() >= kBatchPackets || bytes.size() >= kBatchBytes;
  }
};

// Channel hands batches from one thread to another, in order.
class Channel {
 public:
  void put(Batch* batch) {
    {
      const std::lock_guard lock(mutex_);
      batches_.push_back(batch);
    }
    ready_.notify_one();
  }
  Batch* take() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return !batches_.empty(); });
    Batch* batch = batches_.front();
    batches_.pop_front();
    return batch;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Batch*> batches_;
};

// Lane is one thread with its engine. `filling` belongs to the reader; a null batch ends the
// thread.
struct Lane {
  explicit Lane(std::unique_ptr<Engine> its_engine) : engine(std::move(its_engine)) {
    for (Batch& batch : batches) empty.put(&batch);
    filling = empty.take();
  }

  std::unique_ptr<Engine> engine;
  std::array<Batch, kBatchesPerLane> batches;
  Channel full, empty;
  Batch* filling = nullptr;
  std::thread thread;
};

// lane_of hashes the two addresses so that both directions agree. What has no addresses that
// decode gives (fragments, other protocols) is only counted, so any lane will do.
std::size_t lane_of(packet::LinkType link, Bytes frame, std::uint32_t wire_len, std::size_t lanes) {
  packet::Segment segment;
  if (packet::decode(link, frame, wire_len, segment) != packet::Verdict::kTcp) return 0;
  const auto& source = segment.source.address.bytes;
  const auto& destination = segment.destination.address.bytes;
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const auto sum = static_cast<std::uint64_t>(source[i]) + destination[i];
    hash =
        (hash + sum) * 0x9e3779b97f4a7c15;  // Fibonacci hashing: the high bits are the mixed ones
  }
  return (hash >> 32) % lanes;
}

}  // namespace

struct Dealer::State {
  Sink sink;
  std::mutex sink_mutex;
  std::mutex finished_mutex;
  std::condition_variable finished;
  std::size_t lanes_running = 0;  // lanes that have not finished the capture yet
  std::vector<std::unique_ptr<Lane>> lanes;

  [[nodiscard]] bool threaded() const { return lanes.size() > 1; }

  void drain(Engine& engine) {
    while (const alert::Record* record = engine.next()) {
      const std::lock_guard lock(sink_mutex);
      sink(*record);
    }
  }

  void deliver(Lane& lane) {
    Batch* batch = std::exchange(lane.filling, nullptr);
    lane.full.put(batch);
    lane.filling = lane.empty.take();
  }

  void process(Engine& engine, const Batch& batch) {
    Bytes bytes = batch.bytes;
    for (const Slot& slot : batch.slots) {
      engine.push(slot.link, bytes.first(slot.length), slot.wire_len, slot.time);
      bytes = bytes.subspan(slot.length);
      drain(engine);
    }
  }

  void finish_lane(Engine& engine) {
    engine.finish();
    drain(engine);
    const std::lock_guard lock(finished_mutex);
    if (--lanes_running == 0) finished.notify_one();
  }

  void run(Lane& lane) {
    while (Batch* batch = lane.full.take()) {
      process(*lane.engine, *batch);
      if (batch->finish) finish_lane(*lane.engine);
      batch->clear();
      lane.empty.put(batch);
    }
  }
};

Dealer::Dealer(const database::Database& database, const match::Matcher& matcher,
               const Options& options, std::size_t threads, Sink sink)
    : state_(std::make_unique<State>()) {
  state_->sink = std::move(sink);
  for (std::size_t i = 0; i < threads; ++i) {
    auto engine = std::make_unique<Engine>(database, matcher, options);
    state_->lanes.push_back(std::make_unique<Lane>(std::move(engine)));
  }
  if (!state_->threaded()) return;
  for (auto& lane : state_->lanes) {
    lane->thread = std::thread([state = state_.get(), own = lane.get()] { state->run(*own); });
  }
}

Dealer::~Dealer() {
  for (auto& lane : state_->lanes) {
    if (!lane->thread.joinable()) continue;
    lane->full.put(nullptr);
    lane->thread.join();
  }
}

void Dealer::push(packet::LinkType link, Bytes frame, std::uint32_t wire_len, Timestamp time) {
  if (!state_->threaded()) {
    Engine& engine = *state_->lanes.front()->engine;
    engine.push(link, frame, wire_len, time);
    return state_->drain(engine);
  }
  Lane& lane = *state_->lanes[lane_of(link, frame, wire_len, state_->lanes.size())];
  const auto length = static_cast<std::uint32_t>(frame.size());
  lane.filling->slots.push_back({link, length, wire_len, time});
  lane.filling->bytes.insert(lane.filling->bytes.end(), frame.begin(), frame.end());
  if (lane.filling->full()) state_->deliver(lane);
}

void Dealer::finish() {
  if (!state_->threaded()) {
    Engine& engine = *state_->lanes.front()->engine;
    engine.finish();
    return state_->drain(engine);
  }
  {
    const std::lock_guard lock(state_->finished_mutex);
    state_->lanes_running = state_->lanes.size();
  }
  for (auto& lane : state_->lanes) {
    lane->filling->finish = true;
    state_->deliver(*lane);
  }
  std::unique_lock lock(state_->finished_mutex);
  state_->finished.wait(lock, [this] { return state_->lanes_running == 0; });
}

Counters Dealer::counters() const {
  Counters sum;
  for (const auto& lane : state_->lanes) sum.add(lane->engine->counters());
  return sum;
}

}  // namespace rpcsieve::engine

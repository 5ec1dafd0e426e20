// Packets travel in batches, so that a lock is taken once in some hundreds of them. A worker owns a
// fixed set of batches that go round between the reader, which fills one, and the worker's thread,
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

// 2^64 / phi: multiplying by it spreads close numbers far [Knuth, TAOCP 3 §6.4].
constexpr std::uint64_t kGoldenRatio = 0x9e3779b97f4a7c15;

constexpr std::size_t kBatchPackets = 512;
constexpr std::size_t kBatchBytes = 1 << 18;
constexpr std::size_t kBatchesPerWorker = 8;

struct Slot {
  packet::LinkType link;
  std::uint32_t length;
  std::uint32_t wire_len;
  Timestamp time;
};

// Batch is a run of packets for one worker; their bytes stand one after the other.
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

// Worker is one thread with its engine. `filling` belongs to the reader; a null batch ends the
// thread.
struct Worker {
  explicit Worker(std::unique_ptr<Engine> its_engine) : engine(std::move(its_engine)) {
    for (Batch& batch : batches) empty.put(&batch);
    filling = empty.take();
  }

  std::unique_ptr<Engine> engine;
  std::array<Batch, kBatchesPerWorker> batches;
  Channel full, empty;
  Batch* filling = nullptr;
  std::thread thread;
};

// worker_of hashes the two addresses so that both directions agree. What has no addresses that
// decode gives (fragments, other protocols) is only counted, so any worker will do.
std::size_t worker_of(packet::LinkType link, Bytes frame, std::uint32_t wire_len,
                      std::size_t workers) {
  packet::Segment segment;
  if (packet::decode(link, frame, wire_len, segment) != packet::Verdict::kTcp) return 0;
  const auto& source = segment.source.address.bytes;
  const auto& destination = segment.destination.address.bytes;
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const auto sum = static_cast<std::uint64_t>(source[i]) + destination[i];
    hash = (hash + sum) * kGoldenRatio;
  }
  return (hash >> 32) % workers;  // the high bits are the mixed ones
}

}  // namespace

struct Dealer::State {
  Sink sink;
  std::mutex sink_mutex;
  std::mutex finished_mutex;
  std::condition_variable finished;
  std::size_t busy = 0;  // workers that have not finished the capture yet
  std::vector<std::unique_ptr<Worker>> workers;

  [[nodiscard]] bool threaded() const { return workers.size() > 1; }

  void drain(Engine& engine) {
    while (const alert::Record* record = engine.next()) {
      const std::lock_guard lock(sink_mutex);
      sink(*record);
    }
  }

  void deliver(Worker& worker) {
    Batch* batch = std::exchange(worker.filling, nullptr);
    worker.full.put(batch);
    worker.filling = worker.empty.take();
  }

  void process(Engine& engine, const Batch& batch) {
    Bytes bytes = batch.bytes;
    for (const Slot& slot : batch.slots) {
      engine.push(slot.link, bytes.first(slot.length), slot.wire_len, slot.time);
      bytes = bytes.subspan(slot.length);
      drain(engine);
    }
  }

  void end_capture(Engine& engine) {
    engine.finish();
    drain(engine);
    const std::lock_guard lock(finished_mutex);
    if (--busy == 0) finished.notify_one();
  }

  void run(Worker& worker) {
    while (Batch* batch = worker.full.take()) {
      process(*worker.engine, *batch);
      if (batch->finish) end_capture(*worker.engine);
      batch->clear();
      worker.empty.put(batch);
    }
  }
};

Dealer::Dealer(const database::Database& database, const match::Matcher& matcher,
               const Options& options, std::size_t threads, Sink sink)
    : state_(std::make_unique<State>()) {
  state_->sink = std::move(sink);
  for (std::size_t i = 0; i < threads; ++i) {
    auto engine = std::make_unique<Engine>(database, matcher, options);
    state_->workers.push_back(std::make_unique<Worker>(std::move(engine)));
  }
  if (!state_->threaded()) return;
  for (auto& worker : state_->workers) {
    worker->thread = std::thread([state = state_.get(), own = worker.get()] { state->run(*own); });
  }
}

Dealer::~Dealer() {
  for (auto& worker : state_->workers) {
    if (!worker->thread.joinable()) continue;
    worker->full.put(nullptr);
    worker->thread.join();
  }
}

void Dealer::push(packet::LinkType link, Bytes frame, std::uint32_t wire_len, Timestamp time) {
  if (!state_->threaded()) {
    Engine& engine = *state_->workers.front()->engine;
    engine.push(link, frame, wire_len, time);
    return state_->drain(engine);
  }
  Worker& worker = *state_->workers[worker_of(link, frame, wire_len, state_->workers.size())];
  const auto length = static_cast<std::uint32_t>(frame.size());
  worker.filling->slots.push_back({link, length, wire_len, time});
  worker.filling->bytes.insert(worker.filling->bytes.end(), frame.begin(), frame.end());
  if (worker.filling->full()) state_->deliver(worker);
}

void Dealer::finish() {
  if (!state_->threaded()) {
    Engine& engine = *state_->workers.front()->engine;
    engine.finish();
    return state_->drain(engine);
  }
  {
    const std::lock_guard lock(state_->finished_mutex);
    state_->busy = state_->workers.size();
  }
  for (auto& worker : state_->workers) {
    worker->filling->finish = true;
    state_->deliver(*worker);
  }
  std::unique_lock lock(state_->finished_mutex);
  state_->finished.wait(lock, [this] { return state_->busy == 0; });
}

Counters Dealer::counters() const {
  Counters sum;
  for (const auto& worker : state_->workers) sum.add(worker->engine->counters());
  return sum;
}

}  // namespace rpcsieve::engine

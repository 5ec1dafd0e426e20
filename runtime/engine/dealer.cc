// Packets travel in batches, so that a lock is taken once in some hundreds of them. A worker owns a
// fixed set of batches that go round between the reader, which fills one, and the worker's thread,
// which empties it: that bounds the memory, and nothing is allocated once their buffers have grown.
//
// The reader's thread decodes: which engine a packet belongs to is known only of its innermost
// addresses, and a fragment has none until its datagram is whole. So the engines get packets, in
// the order and with the content that a single one would see.
#include "runtime/engine/dealer.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/engine/correlator.h"
#include "runtime/packet/decoder.h"

namespace rpcsieve::engine {
namespace {

// 2^64 / phi: multiplying by it spreads close numbers far [Knuth, TAOCP 3 §6.4].
constexpr std::uint64_t kGoldenRatio = 0x9e3779b97f4a7c15;

constexpr std::size_t kBatchPackets = 512;
constexpr std::size_t kBatchBytes = 1 << 18;
constexpr std::size_t kBatchesPerWorker = 8;

// Capture time after which every worker is told how late it is, if that matters.
constexpr std::int64_t kTellUs = 1'000'000;

// Batch is a run of packets for one worker; their payloads stand one after the other.
struct Batch {
  std::vector<packet::Packet> packets;
  std::vector<std::uint8_t> bytes;
  Timestamp now;        // the capture's time behind these
  bool settle = false;  // ... and who waits for it is to be told
  bool finish = false;  // ... and its end

  void add(const packet::Packet& packet) {
    packets.push_back(packet);
    const Bytes payload = packet.segment.payload;
    bytes.insert(bytes.end(), payload.begin(), payload.end());
  }
  void clear() {
    packets.clear();
    bytes.clear();
    settle = finish = false;
  }
  [[nodiscard]] bool full() const {
    return packets.size() >= kBatchPackets || bytes.size() >= kBatchBytes;
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
  Timestamp clock;  // how far the engine has come; guarded as the sink is
  std::thread thread;
};

// worker_of hashes the two innermost addresses so that both directions agree. What has none is only
// counted, so any worker will do.
std::size_t worker_of(const packet::Segment& segment, std::size_t workers) {
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
  State(const database::Database& database, const Limits& limits)
      : decoder(limits, counters), correlator(database, limits, correlated) {}

  Counters counters;  // of the decoder
  packet::Decoder decoder;
  Sink sink;
  Counters correlated;  // of the correlator
  Correlator correlator;
  std::mutex sink_mutex;  // of the two, and what they count
  Timestamp now;          // of the capture, as far as it was read
  Timestamp told;         // ... as far as every worker was told
  std::mutex done_mutex;
  std::condition_variable done;
  std::size_t busy = 0;  // workers that have not done yet what is awaited
  std::vector<std::unique_ptr<Worker>> workers;

  [[nodiscard]] bool threaded() const { return workers.size() > 1; }

  void drain(Engine& engine) {
    while (const alert::Record* record = engine.next()) {
      const std::lock_guard lock(sink_mutex);
      give(*record);
    }
  }

  // give, correlate and end_correlation want the sink's lock.
  void give(const alert::Record& record) {
    const auto* alert = std::get_if<alert::Alert>(&record);
    if (alert == nullptr || !correlator.takes(*alert)) return sink(record);
    correlator.push(*alert);
    drain_correlator();
  }
  void drain_correlator() {
    while (const alert::Record* record = correlator.next()) sink(*record);
  }
  // correlate says that a worker has come so far.
  void correlate(Worker& worker, Timestamp clock) {
    if (!correlator.is_needed()) return;
    worker.clock = clock;
    for (const auto& other : workers) clock = std::min(clock, other->clock);
    correlator.advance(clock);
    drain_correlator();
  }
  void end_correlation() {
    correlator.finish();
    drain_correlator();
    for (auto& worker : workers) worker->clock = {};
    now = told = {};
  }

  void deal() {
    while (const packet::Packet* packet = decoder.next()) {
      Worker& worker = *workers[worker_of(packet->segment, workers.size())];
      worker.filling->add(*packet);
      if (worker.filling->full()) deliver(worker);
    }
  }

  // tell lets workers without packets know how late it is: what others found waits for them.
  void tell() {
    if (!correlator.is_needed() || now.us - told.us < kTellUs) return;
    told = now;
    for (auto& worker : workers) deliver(*worker);
  }

  void deliver(Worker& worker) {
    Batch* batch = std::exchange(worker.filling, nullptr);
    batch->now = now;
    worker.full.put(batch);
    worker.filling = worker.empty.take();
  }

  void process(Worker& worker, const Batch& batch) {
    Engine& engine = *worker.engine;
    Bytes bytes = batch.bytes;
    for (packet::Packet packet : batch.packets) {
      Bytes& payload = packet.segment.payload;
      payload = bytes.first(payload.size());
      bytes = bytes.subspan(payload.size());
      engine.push(packet);
      drain(engine);
    }
    engine.advance(batch.now);
    drain(engine);
    if (!correlator.is_needed()) return;
    const std::lock_guard lock(sink_mutex);
    correlate(worker, batch.now);
  }

  // await hands every worker what it is to do, as mark() says, and returns when all have done it.
  template <class Mark>
  void await(Mark mark) {
    {
      const std::lock_guard lock(done_mutex);
      busy = workers.size();
    }
    for (auto& worker : workers) {
      mark(*worker->filling);
      deliver(*worker);
    }
    std::unique_lock lock(done_mutex);
    done.wait(lock, [this] { return busy == 0; });
  }

  void run(Worker& worker) {
    while (Batch* batch = worker.full.take()) {
      process(worker, *batch);
      if (batch->finish) {
        worker.engine->finish();
        drain(*worker.engine);
      }
      if (batch->settle || batch->finish) {
        const std::lock_guard lock(done_mutex);
        if (--busy == 0) done.notify_one();
      }
      batch->clear();
      worker.empty.put(batch);
    }
  }
};

Dealer::Dealer(const database::Database& database, const match::Matcher& matcher,
               const Options& options, std::size_t threads, Sink sink)
    : state_(std::make_unique<State>(database, options.limits)) {
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
  state_->now = std::max(state_->now, time);
  if (!state_->threaded()) {
    Worker& worker = *state_->workers.front();
    worker.engine->push(link, frame, wire_len, time);
    state_->drain(*worker.engine);
    return state_->correlate(worker, state_->now);
  }
  state_->decoder.push(link, frame, wire_len, time);
  state_->deal();
  state_->tell();
}

void Dealer::advance(Timestamp now) {
  state_->now = std::max(state_->now, now);
  if (state_->threaded()) {
    for (auto& worker : state_->workers) state_->deliver(*worker);
    return;
  }
  Worker& worker = *state_->workers.front();
  worker.engine->advance(state_->now);
  state_->drain(*worker.engine);
  state_->correlate(worker, state_->now);
}

void Dealer::settle() {
  if (state_->threaded()) state_->await([](Batch& batch) { batch.settle = true; });
}

void Dealer::finish() {
  if (!state_->threaded()) {
    Engine& engine = *state_->workers.front()->engine;
    engine.finish();
    state_->drain(engine);
    return state_->end_correlation();
  }
  state_->decoder.flush();
  state_->deal();
  state_->await([](Batch& batch) { batch.finish = true; });
  const std::lock_guard lock(state_->sink_mutex);
  state_->end_correlation();
}

Counters Dealer::counters() const {
  Counters sum = state_->counters;
  sum.add(state_->correlated);
  for (const auto& worker : state_->workers) sum.add(worker->engine->counters());
  return sum;
}

alert::CoverageTable Dealer::coverage() const {
  alert::CoverageTable sum = state_->workers.front()->engine->coverage();
  for (std::size_t i = 1; i < state_->workers.size(); ++i)
    sum.add(state_->workers[i]->engine->coverage());
  return sum;
}

}  // namespace rpcsieve::engine

// The loop of a sensor. What a packet says of the time is a little older than the clock, because
// the kernel collects packets before it hands them out: the engines' time follows the clock at a
// distance that is sure to be behind every packet to come.
#include "runtime/sensor/sensor.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace rpcsieve::sensor {
namespace {

// How often the engines are told the time, and how far it is behind the clock.
constexpr std::int64_t kTickUs = 200'000;
constexpr std::int64_t kBehindUs = 1'000'000;

// How long the loop waits for a packet.
constexpr int kWaitMs = 100;

Timestamp clock_time() {
  using namespace std::chrono;
  return {duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
}

// Source is an interface, and what becomes of its packets.
struct Source {
  std::unique_ptr<capture::Live> live;
  capture::Live::Take take;
  bool failed = false;
};

}  // namespace

struct Sensor::State {
  State(const database::Database& database, const match::Matcher& matcher, const Options& given,
        Handlers own)
      : interval_us(given.interval_s * 1'000'000),
        handlers(std::move(own)),
        dealer(database, matcher, given.engine, given.threads, handlers.record) {}

  bool add(const std::string& interface, const capture::LiveOptions& options, std::string& error);
  std::size_t read();
  [[nodiscard]] bool is_blind() const;
  void wait() const;
  void tell_time(Timestamp now);
  void report(Timestamp now);

  const std::int64_t interval_us;
  const Handlers handlers;
  engine::Dealer dealer;
  std::vector<Source> sources;
  Timestamp told;      // when the engines were told the time last
  Timestamp reported;  // when statistics were given last
};

bool Sensor::State::add(const std::string& interface, const capture::LiveOptions& options,
                        std::string& error) {
  auto live = capture::Live::open(interface, options, error);
  if (!live) {
    error = fmt::format("{}: {}", interface, error);
    return false;
  }
  const auto link = static_cast<packet::LinkType>(live->link_type());
  if (!packet::is_known(link)) {
    error = fmt::format("{}: unknown link type {}", interface, live->link_type());
    return false;
  }
  sources.push_back({std::move(live), [this, link](const Captured& packet) {
                       dealer.push(link, packet.bytes, packet.wire_len, packet.time);
                     }});
  return true;
}

// read gives every interface its turn.
std::size_t Sensor::State::read() {
  std::size_t got = 0;
  for (Source& source : sources) {
    if (source.failed) continue;
    got += source.live->read(source.take);
    if (source.live->failure().empty()) continue;
    source.failed = true;
    handlers.complaint(fmt::format("{}: {}", source.live->interface(), source.live->failure()));
  }
  return got;
}

bool Sensor::State::is_blind() const {
  return std::all_of(sources.begin(), sources.end(), [](const Source& s) { return s.failed; });
}

void Sensor::State::wait() const {
  std::vector<pollfd> descriptors;
  for (const Source& source : sources)
    if (!source.failed) descriptors.push_back({source.live->descriptor(), POLLIN, 0});
  poll(descriptors.data(), descriptors.size(), kWaitMs);
}

void Sensor::State::tell_time(Timestamp now) {
  if (now.us - told.us >= kTickUs) {
    told = now;
    dealer.advance({now.us - kBehindUs});
  }
  if (now.us - reported.us >= interval_us) report(now);
}

void Sensor::State::report(Timestamp now) {
  reported = now;
  dealer.settle();
  Statistics statistics{now, dealer.counters(), dealer.coverage(), {}};
  for (const Source& source : sources) {
    const auto sum = source.live->statistics();
    statistics.interfaces.push_back(
        {source.live->interface(), sum.received, sum.dropped, sum.interface_dropped});
  }
  handlers.statistics(statistics);
}

std::unique_ptr<Sensor> Sensor::open(const database::Database& database,
                                     const match::Matcher& matcher, const Options& options,
                                     Handlers handlers, std::string& error) {
  auto state = std::make_unique<State>(database, matcher, options, std::move(handlers));
  for (const std::string& interface : options.interfaces)
    if (!state->add(interface, options.live, error)) return nullptr;
  return std::unique_ptr<Sensor>(new Sensor(std::move(state)));
}

Sensor::Sensor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sensor::~Sensor() = default;

bool Sensor::run(const std::function<bool()>& stopped) {
  State& state = *state_;
  state.told = state.reported = clock_time();
  while (!stopped() && !state.is_blind()) {
    if (state.read() == 0) state.wait();
    state.tell_time(clock_time());
  }
  const bool can_see = !state.is_blind();
  state.dealer.finish();
  state.report(clock_time());
  return can_see;
}

}  // namespace rpcsieve::sensor

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/alert/coverage.h"
#include "runtime/alert/interface.h"
#include "runtime/base/counters.h"
#include "runtime/base/timestamp.h"
#include "runtime/capture/live.h"
#include "runtime/database/database.h"
#include "runtime/engine/dealer.h"
#include "runtime/match/matcher.h"

namespace rpcsieve::sensor {

struct Options {
  std::vector<std::string> interfaces;
  capture::LiveOptions live;     // of each
  std::size_t threads = 1;       // that inspect, as Dealer has them
  std::int64_t interval_s = 60;  // between two statistics
  engine::Options engine;
};

// Statistics is what a sensor counted since it began.
struct Statistics {
  Timestamp time;
  Counters counters;
  alert::CoverageTable coverage;
  std::vector<alert::Interface> interfaces;
};

// Handlers take what a sensor has to tell, one at a time, from whatever thread.
struct Handlers {
  engine::Dealer::Sink record;
  std::function<void(const Statistics&)> statistics;
  std::function<void(const std::string&)> complaint;
};

// Sensor inspects the packets of network interfaces: the calling thread reads all of them in turn,
// and deals them to the threads that inspect. Time goes on without packets, so that a call which is
// never answered is told all the same.
class Sensor {
 public:
  // open returns nullptr and says why in `error` if an interface cannot be captured. Database and
  // matcher must outlive the sensor.
  static std::unique_ptr<Sensor> open(const database::Database& database,
                                      const match::Matcher& matcher, const Options& options,
                                      Handlers handlers, std::string& error);
  ~Sensor();

  // run captures until `stopped` says so, then tells what is under way and the last statistics.
  // False: all interfaces failed before; each was complained of.
  bool run(const std::function<bool()>& stopped);

 private:
  struct State;
  explicit Sensor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rpcsieve::sensor

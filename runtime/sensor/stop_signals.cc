#include "runtime/sensor/stop_signals.h"

#include <csignal>

namespace rpcsieve::sensor {
namespace {

std::atomic<bool> stopped = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal may set it");

void stop(int signal) {
  stopped = true;
  std::signal(signal, SIG_DFL);
}

}  // namespace

const std::atomic<bool>& stop_signals() {
  std::signal(SIGINT, stop);
  std::signal(SIGTERM, stop);
  return stopped;
}

}  // namespace rpcsieve::sensor

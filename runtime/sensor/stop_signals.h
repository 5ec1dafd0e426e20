#pragma once

#include <atomic>

namespace rpcsieve::sensor {

// stop_signals has SIGINT and SIGTERM set what it gives, in place of ending the program. A second
// one ends it.
const std::atomic<bool>& stop_signals();

}  // namespace rpcsieve::sensor

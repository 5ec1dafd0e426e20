#include "runtime/base/timestamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace rpcsieve {
namespace {

constexpr std::int64_t kFirstUs = -62'135'596'800'000'000;  // 0001-01-01T00:00:00
constexpr std::int64_t kLastUs = 253'402'300'799'999'999;   // 9999-12-31T23:59:59.999999

}  // namespace

std::string print(Timestamp time) {
  using namespace std::chrono;
  const sys_time<microseconds> at{microseconds{std::clamp(time.us, kFirstUs, kLastUs)}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{at - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}+0000",
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

}  // namespace rpcsieve

#include "runtime/base/timestamp.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace rpcsieve {
namespace {

constexpr std::int64_t kFirstUs = -62'135'596'800'000'000;  // 0001-01-01T00:00:00
constexpr std::int64_t kLastUs = 253'402'300'799'999'999;   // 9999-12-31T23:59:59.999999

// put writes a number as so many digits, and returns the place behind them.
char* put(char* to, std::uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
  return to + digits;
}

// put_pairs writes numbers of two digits, each behind its mark.
template <class... Numbers>
char* put_pairs(char* to, char mark, Numbers... numbers) {
  ((*to++ = mark, to = put(to, static_cast<std::uint64_t>(numbers), 2)), ...);
  return to;
}

}  // namespace

// Every record has a time, so this is done without a format's interpreter.
std::string print(Timestamp time) {
  using namespace std::chrono;
  const sys_time<microseconds> at{microseconds{std::clamp(time.us, kFirstUs, kLastUs)}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{at - day};
  std::string text = "0000-00-00T00:00:00.000000+0000";
  char* to = put(text.data(), static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  to = put_pairs(to, '-', static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  to = put_pairs(to, 'T', clock.hours().count());
  to = put_pairs(to, ':', clock.minutes().count(), clock.seconds().count());
  put(to + 1, static_cast<std::uint64_t>(clock.subseconds().count()), 6);
  return text;
}

}  // namespace rpcsieve

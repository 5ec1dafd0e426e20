// A service that had to go never comes back: all those that are kept come before it, and of them
// none goes but for one that comes earlier still. So each is counted either alone or with the
// others, never in part.
#include "runtime/alert/coverage.h"

#include <algorithm>
#include <iterator>

namespace rpcsieve::alert {
namespace {

// share gives n of `all` in percent, rounded down: 100 only if it is all, or there is nothing.
unsigned share(std::uint64_t n, std::uint64_t all) {
  if (n >= all) return 100;
  const double part = static_cast<double>(n) / static_cast<double>(all);
  return std::min(99U, static_cast<unsigned>(100 * part));
}

}  // namespace

const std::array<CoverageField, 12> kCoverageFields = {{
    {"calls", &Coverage::calls},
    {"calls_read", &Coverage::calls_read},
    {"calls_sealed", &Coverage::calls_sealed},
    {"calls_sealed_watched", &Coverage::calls_sealed_watched},
    {"calls_cut", &Coverage::calls_cut},
    {"messages", &Coverage::messages},
    {"messages_encrypted", &Coverage::messages_encrypted},
    {"messages_compressed", &Coverage::messages_compressed},
    {"bytes", &Coverage::bytes},
    {"bytes_encrypted", &Coverage::bytes_encrypted},
    {"bytes_compressed", &Coverage::bytes_compressed},
    {"bytes_lost", &Coverage::bytes_lost},
}};

Coverage& Coverage::operator+=(const Coverage& other) {
  for (const CoverageField& field : kCoverageFields) this->*field.value += other.*field.value;
  return *this;
}

unsigned inspectable(const Coverage& coverage) {
  // The length of a message is its header's word, which may promise more than came.
  const std::uint64_t hidden =
      std::min(coverage.bytes, coverage.bytes_encrypted + coverage.bytes_compressed);
  return std::min(share(coverage.bytes - hidden, coverage.bytes + coverage.bytes_lost),
                  share(coverage.calls_read, coverage.calls));
}

void CoverageTable::add(const Service& service, const Coverage& coverage) {
  if (const auto at = services_.find(service); at != services_.end()) {
    at->second += coverage;
  } else if (services_.size() < limit_ || (limit_ > 0 && service < services_.rbegin()->first)) {
    services_.emplace(service, coverage);
    make_room();
  } else {
    others_ += coverage;
  }
}

void CoverageTable::add(const CoverageTable& other) {
  for (const auto& [service, coverage] : other.services_) add(service, coverage);
  others_ += other.others_;
}

void CoverageTable::make_room() {
  if (services_.size() <= limit_) return;
  const auto last = std::prev(services_.end());
  others_ += last->second;
  services_.erase(last);
}

Coverage CoverageTable::total() const {
  Coverage sum = others_;
  for (const auto& [service, coverage] : services_) sum += coverage;
  return sum;
}

}  // namespace rpcsieve::alert

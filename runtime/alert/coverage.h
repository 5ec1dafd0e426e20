#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

#include "runtime/base/endpoint.h"
#include "runtime/match/matcher.h"

namespace rpcsieve::alert {

// Coverage is how much of some SMB and RPC traffic could be inspected.
struct Coverage {
  std::uint64_t calls = 0;
  std::uint64_t calls_read = 0;            // their stubs could be read whole
  std::uint64_t calls_sealed = 0;          // ... are encrypted
  std::uint64_t calls_sealed_watched = 0;  // ... and a detection has conditions on them
  std::uint64_t calls_cut = 0;             // ... are not sealed, but bytes are missing
  std::uint64_t messages = 0;              // of SMB; each of the two below among them
  std::uint64_t messages_encrypted = 0;
  std::uint64_t messages_compressed = 0;  // and not decompressed
  std::uint64_t bytes = 0;                // of the connections, as captured
  std::uint64_t bytes_encrypted = 0;      // of messages that are encrypted
  std::uint64_t bytes_compressed = 0;
  std::uint64_t bytes_lost = 0;  // that were sent, but not captured

  bool operator==(const Coverage&) const = default;
  Coverage& operator+=(const Coverage& other);
};

// kCoverageFields gives each number of a Coverage its name in records, in their order.
struct CoverageField {
  std::string_view name;
  std::uint64_t Coverage::*value;
};
extern const std::array<CoverageField, 12> kCoverageFields;

// inspectable gives the percentage of the traffic that could be inspected, rounded down: the
// smaller of two shares. One is that of the bytes that are in clear, of those that were sent. The
// other is that of the calls whose stub could be read whole, of those that were seen: calls within
// bytes that cannot be read are not seen, so neither share alone would do. 100 where nothing was
// hidden, 0 where everything was.
unsigned inspectable(const Coverage& coverage);

// Service is what calls go to: a server's port, and how it is spoken to.
struct Service {
  Endpoint server;
  match::Transport transport = match::Transport::kSmb;

  auto operator<=>(const Service&) const = default;
};

// CoverageTable adds coverage up by service. Beyond its limit it keeps the services that come first
// in their own order, and the sum of the others: so the outcome is the same in whatever order they
// come, and however they were dealt to several tables that are then joined.
class CoverageTable {
 public:
  explicit CoverageTable(std::size_t limit) : limit_(limit) {}

  void add(const Service& service, const Coverage& coverage);
  void add(const CoverageTable& other);

  [[nodiscard]] const std::map<Service, Coverage>& services() const { return services_; }
  // others is the sum of the services that the table had no room for.
  [[nodiscard]] const Coverage& others() const { return others_; }
  [[nodiscard]] Coverage total() const;

 private:
  void make_room();

  std::size_t limit_;
  std::map<Service, Coverage> services_;
  Coverage others_;
};

}  // namespace rpcsieve::alert

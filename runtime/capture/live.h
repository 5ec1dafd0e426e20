#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "runtime/base/captured.h"

namespace rpcsieve::capture {

// LiveOptions say what is captured of an interface.
struct LiveOptions {
  std::string filter;         // of libpcap's language; empty: everything
  std::size_t ring_mib = 64;  // what the kernel holds until it is read, in MiB, below 2048
};

// Live reads the packets of a network interface through libpcap: from the ring that the kernel
// shares with it (TPACKET_V3), without a system call per packet.
class Live {
 public:
  // open returns nullptr and says why in `error` if the interface cannot be captured.
  static std::unique_ptr<Live> open(const std::string& interface, const LiveOptions& options,
                                    std::string& error);
  ~Live();

  [[nodiscard]] const std::string& interface() const;
  // link_type is the interface's link layer as libpcap numbers it (DLT_).
  [[nodiscard]] int link_type() const;
  // descriptor can be waited for with poll: packets are there.
  [[nodiscard]] int descriptor() const;

  // read hands out the packets that are there, some hundreds at most, without waiting; each lives
  // until `take` returns. It gives their number. After a failure, which failure() tells, it gives
  // 0.
  using Take = std::function<void(const Captured&)>;
  std::size_t read(const Take& take);
  [[nodiscard]] const std::string& failure() const;

  // Statistics count packets since it was opened: those that passed the filter, and of these those
  // that nobody read in time, or that the interface itself dropped.
  struct Statistics {
    std::uint64_t received = 0, dropped = 0, interface_dropped = 0;
  };
  [[nodiscard]] Statistics statistics();

 private:
  struct State;
  explicit Live(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rpcsieve::capture

// libpcap's live side. Its counters are of 32 bits and wrap, so what they grew by is added up.
#include "runtime/capture/live.h"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <limits>

namespace rpcsieve::capture {
namespace {

// How long the kernel may collect packets before it hands out a part of the ring that is not full.
constexpr int kCollectMs = 50;

// Bytes of a packet that are captured: what offloading makes of several may be this long.
constexpr int kSnaplen = 256 << 10;

// Packets that one read takes at most, so that other interfaces get their turn.
constexpr int kPacketsPerRead = 1024;

struct ClosePcap {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};
using Handle = std::unique_ptr<pcap_t, ClosePcap>;

// set_up prepares a handle; false: what pcap_geterr says.
bool set_up(pcap_t* handle, const LiveOptions& options) {
  constexpr std::size_t kMostMib = std::numeric_limits<int>::max() >> 20;
  const auto ring = static_cast<int>(std::min(options.ring_mib, kMostMib) << 20);
  return pcap_set_snaplen(handle, kSnaplen) == 0 && pcap_set_promisc(handle, 1) == 0 &&
         pcap_set_timeout(handle, kCollectMs) == 0 && pcap_set_buffer_size(handle, ring) == 0;
}

// activate opens the interface. A positive status is a warning: it is captured all the same.
bool activate(pcap_t* handle, std::string& error) {
  const int status = pcap_activate(handle);
  if (status >= 0) return true;
  const std::string detail = pcap_geterr(handle);
  error = detail.empty() ? pcap_statustostr(status) : detail;
  return false;
}

bool set_filter(pcap_t* handle, const std::string& filter, std::string& error) {
  if (filter.empty()) return true;
  bpf_program program{};
  if (pcap_compile(handle, &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    error = fmt::format("filter '{}': {}", filter, pcap_geterr(handle));
    return false;
  }
  const bool set = pcap_setfilter(handle, &program) == 0;
  pcap_freecode(&program);
  if (!set) error = pcap_geterr(handle);
  return set;
}

Captured captured(const pcap_pkthdr& header, const u_char* bytes) {
  const std::int64_t us = std::int64_t{header.ts.tv_sec} * 1'000'000 + header.ts.tv_usec;
  return {{us}, header.len, Bytes(bytes, header.caplen)};
}

}  // namespace

struct Live::State {
  std::string interface;
  Handle handle;
  std::string failure;
  Statistics sum;
  pcap_stat last{};
};

std::unique_ptr<Live> Live::open(const std::string& interface, const LiveOptions& options,
                                 std::string& error) {
  std::array<char, PCAP_ERRBUF_SIZE> message{};
  auto state = std::make_unique<State>();
  state->interface = interface;
  state->handle.reset(pcap_create(interface.c_str(), message.data()));
  pcap_t* handle = state->handle.get();
  if (handle == nullptr || !set_up(handle, options)) {
    error = handle == nullptr ? message.data() : pcap_geterr(handle);
    return nullptr;
  }
  if (!activate(handle, error) || !set_filter(handle, options.filter, error)) return nullptr;
  if (pcap_setnonblock(handle, 1, message.data()) != 0) {
    error = message.data();
    return nullptr;
  }
  return std::unique_ptr<Live>(new Live(std::move(state)));
}

Live::Live(std::unique_ptr<State> state) : state_(std::move(state)) {}
Live::~Live() = default;

const std::string& Live::interface() const { return state_->interface; }

int Live::link_type() const { return pcap_datalink(state_->handle.get()); }

int Live::descriptor() const { return pcap_get_selectable_fd(state_->handle.get()); }

std::size_t Live::read(const Take& take) {
  if (!state_->failure.empty()) return 0;
  const auto give = [](u_char* to, const pcap_pkthdr* header, const u_char* bytes) {
    (*reinterpret_cast<const Take*>(to))(captured(*header, bytes));
  };
  auto* to = reinterpret_cast<u_char*>(const_cast<Take*>(&take));
  const int got = pcap_dispatch(state_->handle.get(), kPacketsPerRead, give, to);
  if (got < 0) state_->failure = pcap_geterr(state_->handle.get());
  return got < 0 ? 0 : static_cast<std::size_t>(got);
}

const std::string& Live::failure() const { return state_->failure; }

Live::Statistics Live::statistics() {
  pcap_stat now{};
  if (pcap_stats(state_->handle.get(), &now) != 0) return state_->sum;
  const pcap_stat& last = state_->last;
  state_->sum.received += now.ps_recv - last.ps_recv;
  state_->sum.dropped += now.ps_drop - last.ps_drop;
  state_->sum.interface_dropped += now.ps_ifdrop - last.ps_ifdrop;
  state_->last = now;
  return state_->sum;
}

}  // namespace rpcsieve::capture

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/base/memory.h"

namespace rpcsieve {

// Counter names everything that the engine counts, above all each way in which the wire can be
// wrong. The order is that of the pipeline. `scan --stats` and the EVE stats event print all of
// them under these names.
// clang-format off
#define RPCSIEVE_COUNTERS(X)                                                                \
  X(packets) X(bytes)                                                                       \
  X(packet_truncated) X(packet_not_ip) X(packet_bad_ip) X(packet_ip_fragment)               \
  X(packet_other_protocol) X(packet_bad_tcp) X(packet_bad_udp) X(datagrams)                 \
  X(packet_esp) X(packet_too_deep) X(packet_reassembled) X(packet_fragments_unfinished)     \
  X(packet_fragments_evicted)                                                               \
  X(flows) X(flows_evicted) X(flows_ignored) X(conversations) X(conversations_evicted)      \
  X(stream_bytes) X(stream_early_segments) X(stream_repeated_bytes) X(stream_gaps)          \
  X(stream_lost_bytes) X(stream_blocks_exhausted) X(stream_cut_segments)                    \
  X(nbss_foreign) X(nbss_resynchronised)                                                    \
  X(smb1_messages) X(smb2_messages) X(smb_malformed) X(smb_encrypted) X(smb_compressed)     \
  X(smb_requests_dropped) X(smb_trees_dropped) X(smb_handles_dropped) X(smb_pipes_dropped)  \
  X(smb_orphan_answers) X(smb_lost_bytes) X(smb_unsupported) X(smb_decompressed)            \
  X(smb_parts_dropped) X(smb_shared_dropped) X(smb_users_dropped)                           \
  X(smb_file_opens) X(smb_paths_cut)                                                        \
  X(dcerpc_pdus) X(dcerpc_malformed) X(dcerpc_foreign) X(dcerpc_resynchronised)             \
  X(dcerpc_contexts_dropped) X(dcerpc_calls_dropped) X(dcerpc_orphan_fragments)             \
  X(dcerpc_orphan_answers) X(dcerpc_stub_truncated) X(dcerpc_auth_contexts_dropped)         \
  X(datagram_pdus) X(datagram_repeats) X(datagram_calls_dropped)                            \
  X(calls) X(calls_sealed) X(calls_incomplete) X(calls_unknown_interface)                   \
  X(calls_unanswered) X(calls_late_answer) X(calls_not_awaited)                             \
  X(endpoints_read) X(endpoints_dropped)                                                    \
  X(stubs_scanned) X(stub_bytes_scanned) X(stubs_unread) X(alerts)                          \
  X(stubs_sealed) X(stubs_cut)                                                              \
  X(history_events_hurried) X(history_keys_dropped)
// clang-format on

enum class Counter : std::size_t {
#define RPCSIEVE_NAME(name) name,
  RPCSIEVE_COUNTERS(RPCSIEVE_NAME)
#undef RPCSIEVE_NAME
      kCount
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Counter::kCount)>
    kCounterNames = {
#define RPCSIEVE_NAME(name) #name,
        RPCSIEVE_COUNTERS(RPCSIEVE_NAME)
#undef RPCSIEVE_NAME
};

// Counters holds one number per Counter, and the account of the memory that is held. One per
// thread; add() merges the numbers at the end.
class Counters {
 public:
  void count(Counter counter, std::uint64_t n = 1) {
    values_[static_cast<std::size_t>(counter)] += n;
  }
  [[nodiscard]] std::uint64_t operator[](Counter counter) const {
    return values_[static_cast<std::size_t>(counter)];
  }
  [[nodiscard]] Memory& memory() { return memory_; }
  void add(const Counters& other) {
    for (std::size_t i = 0; i < values_.size(); ++i) values_[i] += other.values_[i];
  }

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(Counter::kCount)> values_{};
  Memory memory_;
};

}  // namespace rpcsieve

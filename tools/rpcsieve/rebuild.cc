// What was kept of a connection is said anew, packet by packet, on a connection of the forge's: its
// sequence numbers are counted from what is said, so holes close.
#include "tools/rpcsieve/rebuild.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <utility>
#include <vector>

#include "runtime/base/counters.h"
#include "runtime/base/limits.h"
#include "runtime/capture/reader.h"
#include "runtime/packet/decoder.h"
#include "tools/forge/ip_packet.h"
#include "tools/forge/story.h"
#include "tools/forge/tcp_session.h"
#include "tools/forge/tunnel.h"

namespace rpcsieve::cli {
namespace {

using forge::Side;
using packet::Segment;

// Connection is what was kept of one, said anew. Its client is who sent the SYN; without one, who
// has the higher port.
class Connection {
 public:
  Connection(const Segment& first, Timestamp time)
      : client_(is_from_client(first) ? first.source : first.destination),
        session_(ends_of(first)),
        now_us_(kBeginUs) {
    wait_until(time);
    session_.open();
  }

  void add(const Segment& segment, Timestamp time) {
    const Side side = segment.source == client_ ? Side::kClient : Side::kServer;
    auto& next = next_[side == Side::kClient ? 0 : 1];
    const auto seen = next ? static_cast<std::int32_t>(*next - segment.sequence) : 0;
    const std::size_t skip = static_cast<std::size_t>(std::max(seen, 0));
    if (segment.payload.size() <= skip) return;
    const Bytes fresh = segment.payload.subspan(skip);
    next = segment.sequence + static_cast<std::uint32_t>(segment.payload.size());
    wait_until(time);
    session_.say(side, forge::Buffer(fresh.begin(), fresh.end()));
    session_.ack(side == Side::kClient ? Side::kServer : Side::kClient);
  }

  void finish(std::vector<forge::Frame>& frames) {
    for (const forge::Sent& sent : session_.finish().capture())
      frames.push_back({sent.time, forge::ethernet(sent.packet.ip())});
  }

 private:
  static constexpr std::int64_t kBeginUs = 1'000'000;  // when a TcpSession begins

  static bool is_from_client(const Segment& first) {
    if (first.syn) return !first.ack;
    return first.source.port > first.destination.port;
  }

  static forge::Ends ends_of(const Segment& first) {
    const bool forth = is_from_client(first);
    const Endpoint& client = forth ? first.source : first.destination;
    const Endpoint& server = forth ? first.destination : first.source;
    return {print(client.address), client.port, print(server.address), server.port};
  }

  void wait_until(Timestamp time) {
    if (!session_.capture().empty()) now_us_ = session_.capture().back().time.us;
    if (time.us > now_us_) session_.pause(time.us - now_us_);
  }

  Endpoint client_;
  forge::TcpSession session_;
  std::int64_t now_us_;
  std::optional<std::uint32_t> next_[2];  // sequence numbers of the capture, by side
};

// Rebuilder takes the packets of a capture.
class Rebuilder {
 public:
  void add(const packet::Packet& packet) {
    const Segment& segment = packet.segment;
    if (packet.verdict == packet::Verdict::kUdp) {
      const forge::Buffer payload(segment.payload.begin(), segment.payload.end());
      frames_.push_back({packet.time, forge::ethernet(forge::udp(
                                          print(segment.source.address), segment.source.port,
                                          print(segment.destination.address),
                                          segment.destination.port, payload))});
    }
    if (packet.verdict != packet::Verdict::kTcp) return;
    const auto ends = std::minmax(segment.source, segment.destination);
    const auto known = connections_.try_emplace({ends.first, ends.second}, segment, packet.time);
    known.first->second.add(segment, packet.time);
  }

  std::vector<forge::Frame> finish() {
    for (auto& [ends, connection] : connections_) connection.finish(frames_);
    std::stable_sort(
        frames_.begin(), frames_.end(),
        [](const forge::Frame& a, const forge::Frame& b) { return a.time.us < b.time.us; });
    return std::move(frames_);
  }

 private:
  std::map<std::pair<Endpoint, Endpoint>, Connection> connections_;
  std::vector<forge::Frame> frames_;
};

}  // namespace

bool rebuild(const std::string& capture, const std::string& path, std::string& error) {
  const auto reader = capture::Reader::open(capture, error);
  if (!reader) return false;
  const auto link = static_cast<packet::LinkType>(reader->link_type());
  Counters counters;
  packet::Decoder decoder(Limits{}, counters);
  Rebuilder rebuilder;
  const auto drain = [&] {
    while (const packet::Packet* packet = decoder.next()) rebuilder.add(*packet);
  };
  for (auto run = reader->next(); !run.empty(); run = reader->next()) {
    for (const Captured& frame : run) {
      decoder.push(link, frame.bytes, frame.wire_len, frame.time);
      drain();
    }
  }
  decoder.flush();
  drain();
  const forge::Buffer file = forge::pcap_of(rebuilder.finish());
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  error = out.flush() ? reader->damage() : path + ": cannot be written";
  return error.empty();
}

}  // namespace rpcsieve::cli

// A story is told connection by connection; the frames are then put in the order of their times. A
// connection is a list of beats: what is said, and how long both sides are silent before.
#include "tools/forge/story.h"

#include <algorithm>

#include "tools/forge/datagram_builder.h"
#include "tools/forge/datagram_talk.h"
#include "tools/forge/ip_packet.h"
#include "tools/forge/pcap_file.h"
#include "tools/forge/tcp_session.h"
#include "tools/forge/tunnel.h"

namespace rpcsieve::forge {
namespace {

constexpr std::uint16_t kFirstPort = 49152, kPorts = 16000, kRpcPort = 49664, kSmbPort = 445;
constexpr std::int64_t kBetweenDatagramsUs = 100;
constexpr std::int64_t kSessionBeginUs = 1'000'000;  // when a TcpSession begins
constexpr std::uint8_t kFile = 0x41;

struct Beat {
  std::int64_t pause_us = 0;
  Talk talk;
};
using Beats = std::vector<Beat>;

// silence is how long the client waits before an exchange: not before its bind and its first call.
std::int64_t silence(const Dealing& dealing, std::size_t exchange) {
  return exchange < 2 ? 0 : dealing.every_us;
}

Beats over_tcp(const Dealing& dealing) {
  Beats beats;
  for (const Exchange& exchange : associate(dealing))
    beats.push_back({silence(dealing, beats.size()), talk_of(exchange)});
  return beats;
}

Beats over_pipe(const Dealing& dealing, const Visit& visit) {
  SmbClient client(visit.transport);
  Beats beats = {{0, client.set_up(visit.hosts.server) + client.open(dealing.pipe, kFile)}};
  std::size_t number = 0;
  for (const Exchange& exchange : associate(dealing))
    beats.push_back({silence(dealing, number++), talk_of(exchange, client, kFile)});
  beats.push_back({0, client.close(kFile)});
  return beats;
}

Beats open_file(const Opening& opening, const Visit& visit) {
  SmbClient client(visit.transport);
  Beats beats = {{0, client.set_up(visit.hosts.server, opening.share)},
                 {0, client.open_file(opening, kFile)}};
  if (opening.status == 0) beats.push_back({0, client.close(kFile)});
  return beats;
}

Beats beats_of(const Visit& visit) {
  if (const auto* opening = std::get_if<Opening>(&visit.what)) return open_file(*opening, visit);
  const Dealing& dealing = std::get<Dealing>(visit.what);
  return is_smb(visit.transport) ? over_pipe(dealing, visit) : over_tcp(dealing);
}

Side other(Side side) { return side == Side::kClient ? Side::kServer : Side::kClient; }

void tell_connection(const Visit& visit, const Ends& ends, Timestamp begin,
                     std::vector<Frame>& frames) {
  TcpSession session(ends);
  session.pause(begin.us - kSessionBeginUs).open();
  for (const Beat& beat : beats_of(visit)) {
    session.pause(beat.pause_us);
    for (const Turn& turn : beat.talk) session.say(turn.side, turn.bytes).ack(other(turn.side));
  }
  for (const Sent& sent : session.finish().capture())
    frames.push_back({sent.time, ethernet(sent.packet.ip())});
}

void tell_datagrams(const Visit& visit, const Ends& ends, Timestamp begin,
                    std::vector<Frame>& frames) {
  const Dealing& dealing = std::get<Dealing>(visit.what);
  Uuid activity = datagram::kActivity;
  activity.bytes[0] = static_cast<std::uint8_t>(ends.client_port & 0xff);
  activity.bytes[1] = static_cast<std::uint8_t>(ends.client_port >> 8);
  Timestamp time = begin;
  for (const Talk& talk : exchange_datagrams(dealing, activity)) {
    for (const Turn& turn : talk) {
      const bool asks = turn.side == Side::kClient;
      const Buffer packet =
          asks ? udp(ends.client, ends.client_port, ends.server, ends.server_port, turn.bytes)
               : udp(ends.server, ends.server_port, ends.client, ends.client_port, turn.bytes);
      frames.push_back({time, ethernet(packet)});
      time.us += kBetweenDatagramsUs;
    }
    time.us += dealing.every_us;
  }
}

}  // namespace

std::vector<Frame> tell(const Story& story, Timestamp begin) {
  std::vector<Frame> frames;
  std::uint16_t number = 0;
  for (const Visit& visit : story) {
    const auto port = static_cast<std::uint16_t>(kFirstPort + number++ % kPorts);
    const Ends ends{visit.hosts.client, port, visit.hosts.server,
                    is_smb(visit.transport) ? kSmbPort : kRpcPort};
    const Timestamp at{begin.us + visit.at_us};
    if (visit.transport == Transport::kUdp)
      tell_datagrams(visit, ends, at, frames);
    else
      tell_connection(visit, ends, at, frames);
  }
  std::stable_sort(frames.begin(), frames.end(),
                   [](const Frame& a, const Frame& b) { return a.time.us < b.time.us; });
  return frames;
}

Buffer pcap_of(const std::vector<Frame>& frames) {
  constexpr std::int64_t kSecond = 1'000'000;
  PcapFile file;
  for (const Frame& frame : frames)
    file.packet(static_cast<std::uint32_t>(frame.time.us / kSecond),
                static_cast<std::uint32_t>(frame.time.us % kSecond), frame.bytes);
  return file.build();
}

}  // namespace rpcsieve::forge

// From a call to a capture: RPC's conversation, in SMB's messages if need be, in the packets of one
// connection, in frames. Each step takes its own evasions and leaves the others alone.
#include "tools/forge/scenario.h"

#include <cctype>
#include <utility>

#include "tools/forge/datagram_talk.h"
#include "tools/forge/ip_packet.h"
#include "tools/forge/pcap_file.h"
#include "tools/forge/smb_client.h"
#include "tools/forge/tcp_session.h"
#include "tools/forge/tunnel.h"

namespace rpcsieve::forge {
namespace {

constexpr std::uint16_t kFirstClientPort = 49152, kRpcPort = 49664, kSmbPort = 445;
constexpr std::size_t kPortsPerTransport = 64;   // more than there are evasions
constexpr std::uint32_t kEpoch = 1'700'000'000;  // seconds: when forged captures are recorded
constexpr std::size_t kEthernetSegment = 1460;
constexpr std::size_t kReorderedSegment = 64;
constexpr std::size_t kFragmentBytes = 64;
constexpr std::uint16_t kVlanTag = 0x8100;
constexpr std::uint8_t kFile = 0x41, kOtherFile = 0x42;

// Part is a run of turns that the packets treat alike.
struct Part {
  enum class Kind : std::uint8_t { kSetUp, kBind, kCall } kind;
  Talk talk;
};
using Parts = std::vector<Part>;

// Packet is an IP packet and when it is sent.
struct Packet {
  Side side;
  Buffer bytes;
  Timestamp time;
};
using Packets = std::vector<Packet>;

Part::Kind kind_of(const Exchange& exchange) {
  return exchange.phase == Exchange::Phase::kBind ? Part::Kind::kBind : Part::Kind::kCall;
}

Part over_tcp(const Exchange& exchange) { return {kind_of(exchange), talk_of(exchange)}; }

Part over_pipe(SmbClient& client, std::uint8_t file, const Exchange& exchange) {
  return {kind_of(exchange), talk_of(exchange, client, file)};
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string pipe_of(const Call& call, Evasion evasion) {
  if (evasion == Evasion::kUpperCasePipe) return upper(call.pipe);
  return evasion == Evasion::kOtherPipe ? call.other_pipe : call.pipe;
}

// Conversation is the conversation of a call on one transport, and the calls that it makes.
struct Conversation {
  Parts parts;
  std::vector<Meant> calls;
};

Conversation on_tcp(const Call& call, Evasion evasion) {
  const Association association = associate(call, evasion);
  Conversation out{{}, association.calls};
  for (const Exchange& exchange : association.exchanges) out.parts.push_back(over_tcp(exchange));
  return out;
}

// with_other_pipe puts the neighbour's exchanges between the call's: both are bound before either
// makes its call.
Parts with_other_pipe(SmbClient& client, const Call& call, const Association& association) {
  const Association other = associate_neighbour(call);
  Parts parts = {over_pipe(client, kFile, association.exchanges[0]),
                 {Part::Kind::kSetUp, client.open(call.neighbour_pipe, kOtherFile)},
                 over_pipe(client, kOtherFile, other.exchanges[0]),
                 over_pipe(client, kOtherFile, other.exchanges[1]),
                 over_pipe(client, kFile, association.exchanges[1])};
  parts.push_back({Part::Kind::kSetUp, client.close(kOtherFile)});
  return parts;
}

Conversation on_smb(const Call& call, Transport transport, Evasion evasion) {
  const std::string pipe = pipe_of(call, evasion);
  const Association association = associate(call, evasion);
  Conversation out{{}, association.calls};
  for (Meant& meant : out.calls)
    if (evasion != Evasion::kOneDirection) meant.pipe = lower(pipe);
  SmbClient client(transport);
  out.parts.push_back({Part::Kind::kSetUp, client.set_up(call.hosts.server)});
  out.parts.push_back({Part::Kind::kSetUp, client.open(pipe, kFile)});
  if (evasion == Evasion::kTwoPipes) {
    for (Part& part : with_other_pipe(client, call, association))
      out.parts.push_back(std::move(part));
    Meant neighbour = associate_neighbour(call).calls[0];
    neighbour.pipe = lower(call.neighbour_pipe);
    out.calls.insert(out.calls.begin(), neighbour);
  } else {
    for (const Exchange& exchange : association.exchanges)
      out.parts.push_back(over_pipe(client, kFile, exchange));
  }
  out.parts.push_back({Part::Kind::kSetUp, client.close(kFile)});
  return out;
}

std::size_t segment_bytes(Part::Kind kind, Evasion evasion) {
  if (kind == Part::Kind::kSetUp) return kEthernetSegment;
  switch (evasion) {
    case Evasion::kSegments1:
      return 1;
    case Evasion::kSegments5:
      return 5;
    case Evasion::kSegments7:
      return 7;
    case Evasion::kReordered:
      return kReorderedSegment;
    default:
      return kEthernetSegment;
  }
}

Packets packets_of(const Capture& capture) {
  Packets packets;
  for (const Sent& sent : capture) packets.push_back({sent.side, sent.packet.ip(), sent.time});
  return packets;
}

Side opposite(Side side) { return side == Side::kClient ? Side::kServer : Side::kClient; }

// Run is where the segments of one turn stand in a capture.
struct Run {
  std::size_t begin, end;
};

// reorder turns the segments of each turn round; the times stay in their places.
void reorder(Packets& packets, const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    for (std::size_t a = run.begin, b = run.end; a + 1 < b; ++a, --b) {
      std::swap(packets[a].side, packets[b - 1].side);
      std::swap(packets[a].bytes, packets[b - 1].bytes);
    }
  }
}

// say_all writes the parts of a conversation as a connection whose every turn is acknowledged.
Packets say_all(const Parts& parts, const Ends& ends, Evasion evasion) {
  TcpSession session(ends);
  std::vector<Run> runs;
  session.open();
  for (const Part& part : parts) {
    session.segment_bytes(segment_bytes(part.kind, evasion));
    const bool missing = evasion == Evasion::kNoBind && part.kind == Part::Kind::kBind;
    for (const Turn& turn : part.talk) {
      const std::size_t begin = session.capture().size();
      if (missing) {
        session.lose(turn.side, turn.bytes.size());
        continue;
      }
      session.say(turn.side, turn.bytes);
      runs.push_back({begin, session.capture().size()});
      session.ack(opposite(turn.side));
    }
  }
  Packets packets = packets_of(session.finish().capture());
  if (evasion == Evasion::kReordered) reorder(packets, runs);
  return packets;
}

Packets datagrams(const Talk& talk, const Ends& ends) {
  constexpr std::int64_t kBetweenUs = 100;
  Packets packets;
  Timestamp time{1'000'000};
  for (const Turn& turn : talk) {
    Buffer packet =
        turn.side == Side::kClient
            ? udp(ends.client, ends.client_port, ends.server, ends.server_port, turn.bytes)
            : udp(ends.server, ends.server_port, ends.client, ends.client_port, turn.bytes);
    packets.push_back({turn.side, std::move(packet), time});
    time.us += kBetweenUs;
  }
  return packets;
}

Packets only_client(const Packets& packets) {
  Packets kept;
  for (const Packet& packet : packets)
    if (packet.side == Side::kClient) kept.push_back(packet);
  return kept;
}

std::vector<Buffer> frames_of(const Buffer& packet, Evasion evasion, std::uint16_t id) {
  if (evasion == Evasion::kVlan) return {ethernet(packet, {kVlanTag})};
  if (evasion == Evasion::kVxlan) return {ethernet(vxlan(ethernet(packet)))};
  if (evasion == Evasion::kDuplicated) return {ethernet(packet), ethernet(packet)};
  if (evasion != Evasion::kIpFragments) return {ethernet(packet)};
  std::vector<Buffer> frames;
  for (const Buffer& fragment : fragments(packet, kFragmentBytes, id))
    frames.push_back(ethernet(fragment));
  return frames;
}

Buffer capture_of(const Packets& packets, Evasion evasion) {
  constexpr std::int64_t kSecond = 1'000'000;
  PcapFile file;
  std::uint16_t id = 1;
  for (const Packet& packet : packets) {
    const auto seconds = static_cast<std::uint32_t>(packet.time.us / kSecond);
    const auto fraction = static_cast<std::uint32_t>(packet.time.us % kSecond);
    for (const Buffer& frame : frames_of(packet.bytes, evasion, id++))
      file.packet(kEpoch + seconds, fraction, frame);
  }
  return file.build();
}

Scenario forge_datagrams(const Call& call, const Ends& ends, Evasion evasion) {
  Datagrams conversation = exchange_datagrams(call, evasion);
  Packets packets = datagrams(conversation.talk, ends);
  if (evasion == Evasion::kOneDirection) packets = only_client(packets);
  return {capture_of(packets, evasion), std::move(conversation.calls), call.hosts};
}

// client_port gives each cell of the matrix a port of its own, so that captures can be merged.
std::uint16_t client_port(Transport transport, Evasion evasion) {
  return static_cast<std::uint16_t>(kFirstClientPort +
                                    static_cast<std::size_t>(transport) * kPortsPerTransport +
                                    static_cast<std::size_t>(evasion));
}

}  // namespace

std::string_view unforgeable(const Call& call, Transport transport, Evasion evasion) {
  if (evasion == Evasion::kIpv6 && !call.hosts6) return "no IPv6 address fits";
  return senseless(transport, evasion);
}

Scenario forge(const Call& asked, Transport transport, Evasion evasion) {
  Call call = asked;
  if (evasion == Evasion::kIpv6) call.hosts = call.hosts6.value();
  const Ends ends{call.hosts.client, client_port(transport, evasion), call.hosts.server,
                  is_smb(transport) ? kSmbPort : kRpcPort};
  if (transport == Transport::kUdp) return forge_datagrams(call, ends, evasion);
  Conversation conversation =
      is_smb(transport) ? on_smb(call, transport, evasion) : on_tcp(call, evasion);
  Packets packets = say_all(conversation.parts, ends, evasion);
  if (evasion == Evasion::kOneDirection) packets = only_client(packets);
  return {capture_of(packets, evasion), std::move(conversation.calls), call.hosts,
          evasion == Evasion::kNoBind};
}

}  // namespace rpcsieve::forge

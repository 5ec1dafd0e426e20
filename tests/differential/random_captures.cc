// A capture nearly fits: all that a detection asks for is taken from it, and then a few things are
// thrown anew. Each capture is between hosts of its own, so that many can be one file for one run.
#include "tests/differential/random_captures.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/cursor.h"
#include "tools/forge/pcap_file.h"

namespace rpcsieve::test {

using forge::Evasion;
using forge::Transport;

namespace {

constexpr std::size_t kFileHeader = 24, kPacketHeader = 16;
constexpr std::size_t kDatagram = 14 + 20 + 8;  // Ethernet, IPv4, UDP
constexpr std::size_t kDatagramHeader = 80;
// What a datagram claims about the bytes behind its header: their number, and a verifier.
constexpr std::size_t kClaims[] = {74, 75, 78};
constexpr std::uint32_t kSecondsApart = 100;

struct Frame {
  std::uint32_t seconds, fraction;
  Bytes bytes;
};

std::vector<Frame> frames_of(const forge::Buffer& pcap) {
  std::vector<Frame> frames;
  Cursor cursor(Bytes(pcap).subspan(kFileHeader), Endian::kLittle);
  while (!cursor.done() && cursor.ok()) {
    Frame frame{cursor.u32(), cursor.u32(), {}};
    const std::size_t size = cursor.u32();
    cursor.skip(4);
    frame.bytes = cursor.take(size);
    frames.push_back(frame);
  }
  return frames;
}

// spoil makes one byte of the header of the first datagram anything, but for its claims: that rules
// do not compare them is said for all detections in docs/FIDELITY.md.
void spoil(forge::Buffer& pcap, Dice& dice) {
  const std::size_t at = dice.below(kDatagramHeader);
  if (std::find(std::begin(kClaims), std::end(kClaims), at) != std::end(kClaims)) return;
  auto& byte = pcap[kFileHeader + kPacketHeader + kDatagram + at];
  const auto bit = static_cast<std::uint8_t>(1U << dice.below(8));
  byte = dice.one_in(3) ? static_cast<std::uint8_t>(dice.below(256)) : byte ^ bit;
}

// turn puts the answer to a datagram before it.
forge::Buffer turn(const forge::Buffer& pcap) {
  std::vector<Frame> frames = frames_of(pcap);
  std::swap(frames.front().bytes, frames.back().bytes);
  forge::PcapFile file;
  for (const Frame& frame : frames) file.packet(frame.seconds, frame.fraction, frame.bytes);
  return file.build();
}

// literals gives what the conditions ask for, as far as it is literal.
forge::Buffer literals(const compiler::Ir& ir, const compiler::CallCondition& condition,
                       Dice& dice) {
  forge::Buffer stub(dice.below(4));
  for (const compiler::Clause& clause : condition.stub) {
    const compiler::Term term = dice.one_of(clause.any);
    const compiler::Pattern& pattern = ir.patterns[term.pattern];
    if (term.negated) continue;
    if (pattern.kind == compiler::Pattern::Kind::kRegex)
      stub = stub + forge::Wire().text("AbcaBackupKeyabca").build();
    else
      stub = stub + pattern.bytes;
  }
  return stub;
}

std::uint16_t within(std::uint16_t first, std::uint16_t last, Dice& dice) {
  const std::size_t most = last == 0xffff ? 2 : last - first;  // of a range without end the begin
  return static_cast<std::uint16_t>(first + dice.below(most + 1));
}

std::string address(Dice& dice) {
  constexpr std::string_view kNets[] = {"10.0.0.", "10.0.0.", "10.0.1.", "192.0.2."};
  if (dice.one_in(4)) return "10.0.0.2";
  return fmt::format("{}{}", dice.one_of(kNets), 1 + dice.below(250));
}

std::string address6(Dice& dice) {
  return fmt::format("{}::{:x}", dice.one_in(2) ? "2001:db8" : "fd00", 1 + dice.below(0xffff));
}

}  // namespace

Ends ends_of(const IpAddress& one, const IpAddress& other) {
  return one < other ? Ends{one, other} : Ends{other, one};
}

bool CaptureMaker::take(const forge::Hosts& hosts) {
  if (hosts.client == hosts.server) return false;
  return taken_
      .insert(ends_of(parse_address(hosts.client).value(), parse_address(hosts.server).value()))
      .second;
}

forge::Hosts CaptureMaker::hosts() {
  for (;;)
    if (forge::Hosts one{address(dice_), address(dice_)}; take(one)) return one;
}

forge::Hosts CaptureMaker::hosts6() {
  for (;;)
    if (forge::Hosts one{address6(dice_), address6(dice_)}; take(one)) return one;
}

Transport CaptureMaker::transport_for(const compiler::CallCondition& condition) {
  for (int tries = 0; tries < 20; ++tries) {
    const auto transport = dice_.one_of(forge::transports());
    const std::uint8_t bit = transport == Transport::kTcp   ? compiler::kTcp
                             : transport == Transport::kUdp ? compiler::kUdp
                                                            : compiler::kSmb;
    if ((condition.transports & bit) != 0 || dice_.one_in(12)) return transport;
  }
  return Transport::kUdp;
}

forge::Call CaptureMaker::random_call_for(const compiler::Ir& ir,
                                          const compiler::CallCondition& condition) {
  constexpr std::size_t kRare = 8;
  const CallBuilder other = random_call(dice_);
  forge::Call call;
  const auto range = dice_.one_of(condition.opnums);
  call.operation.interface = {
      condition.interface,
      within(condition.version_major_first, condition.version_major_last, dice_), 0};
  call.operation.opnum = within(range.first, range.last, dice_);
  call.stub = literals(ir, condition, dice_);
  call.object = condition.object;
  call.pipe = condition.pipes.empty() ? "lsarpc" : condition.pipes.front();
  if (dice_.one_in(2)) call.neighbour = {call.operation.interface, other.call().opnum};
  if (dice_.one_in(kRare)) call.operation.interface.uuid = other.call().interface.uuid;
  if (dice_.one_in(kRare)) call.operation.interface.major = other.call().interface.version_major;
  if (dice_.one_in(kRare)) call.operation.opnum = other.call().opnum;
  if (dice_.one_in(kRare))
    call.stub.assign(other.subject().stub.begin(), other.subject().stub.end());
  if (dice_.one_in(kRare)) call.object.reset();
  if (dice_.one_in(kRare) && other.call().has_object) call.object = other.call().object;
  if (dice_.one_in(kRare)) call.pipe = "svcctl";
  return call;
}

RandomCapture CaptureMaker::make(const compiler::Ir& ir, const compiler::Detection& detection) {
  const auto& condition = dice_.one_of(detection.steps.front().calls);
  const Transport transport = transport_for(condition);
  forge::Call call = random_call_for(ir, condition);
  Evasion evasion = dice_.one_of(forge::evasions());
  if (!forge::unforgeable(call, transport, evasion).empty()) evasion = Evasion::kNone;
  if (evasion == Evasion::kIpv6)
    call.hosts6 = hosts6();
  else
    call.hosts = hosts();
  forge::Scenario scenario = forge::forge(call, transport, evasion);
  RandomCapture made{ends_of(parse_address(scenario.hosts.client).value(),
                             parse_address(scenario.hosts.server).value()),
                     fmt::format("{} {}", name(transport), name(evasion)),
                     std::move(scenario.capture)};
  if (transport != Transport::kUdp || evasion != Evasion::kNone) return made;
  const std::size_t oddity = dice_.below(8);
  if (oddity == 0) {
    made.pcap = turn(made.pcap);
    made.what += " answer first";
  } else if (oddity > 3) {
    spoil(made.pcap, dice_);
    made.what += " odd byte";
  }
  return made;
}

forge::Buffer merged(const std::vector<RandomCapture>& captures) {
  forge::PcapFile file;
  std::uint32_t later = 0;
  for (const RandomCapture& capture : captures) {
    for (const Frame& frame : frames_of(capture.pcap))
      file.packet(frame.seconds + later, frame.fraction, frame.bytes);
    later += kSecondsApart;
  }
  return file.build();
}

}  // namespace rpcsieve::test

// The matrix: the names of its rows and columns, and the cells that it does not have.
#include "tools/forge/evasion.h"

#include <array>

namespace rpcsieve::forge {
namespace {

constexpr std::array kTransports = {
    Transport::kTcp,       Transport::kUdp,           Transport::kSmb1Trans, Transport::kSmb1Write,
    Transport::kSmb2Ioctl, Transport::kSmb2WriteRead, Transport::kSmb311};
constexpr std::array<std::string_view, 7> kTransportNames = {
    "tcp", "udp", "smb1-trans", "smb1-write", "smb2-ioctl", "smb2-write-read", "smb311"};

// Row is an evasion with its name, and why it means nothing on some transports (empty: it does).
struct Row {
  Evasion evasion;
  std::string_view name;
  std::string_view not_on_tcp = {};
  std::string_view not_on_udp = {};
};

constexpr std::string_view kNoStream = "datagrams are no stream";
constexpr std::string_view kNoAssociation = "connectionless RPC has no bind";
constexpr std::string_view kOnePdu = "a datagram holds one PDU";
constexpr std::string_view kNoPipe = "only SMB has pipes";

constexpr Row kRows[] = {
    {Evasion::kNone, "none"},
    {Evasion::kSegments1, "segments-1", {}, kNoStream},
    {Evasion::kSegments5, "segments-5", {}, kNoStream},
    {Evasion::kSegments7, "segments-7", {}, kNoStream},
    {Evasion::kCoalesced, "coalesced", {}, kOnePdu},
    {Evasion::kFragments, "fragments"},
    {Evasion::kSplitWrites, "split-writes", "on TCP these are segments", kNoStream},
    {Evasion::kTwoPipes, "two-pipes", kNoPipe, kNoPipe},
    {Evasion::kAlterContext, "alter-context", {}, kNoAssociation},
    {Evasion::kRejectedContext, "rejected-context", {}, kNoAssociation},
    {Evasion::kRejected, "rejected", {}, kNoAssociation},
    {Evasion::kOtherContext, "other-context", {}, kNoAssociation},
    {Evasion::kBigEndian, "big-endian"},
    {Evasion::kObject, "object"},
    {Evasion::kVerifier, "verifier"},
    {Evasion::kSealed, "sealed"},
    {Evasion::kAuth3, "auth3", {}, kNoAssociation},
    {Evasion::kCancel, "cancel"},
    {Evasion::kFaultFirst, "fault-first"},
    {Evasion::kUpperCasePipe, "upper-case-pipe", kNoPipe, kNoPipe},
    {Evasion::kOtherPipe, "other-pipe", kNoPipe, kNoPipe},
    {Evasion::kNoBind, "no-bind", {}, kNoAssociation},
    {Evasion::kOneDirection, "one-direction"},
    {Evasion::kReordered, "reordered", {}, "one call is one datagram"},
    {Evasion::kDuplicated, "duplicated"},
    {Evasion::kIpv6, "ipv6"},
    {Evasion::kVlan, "vlan"},
    {Evasion::kVxlan, "vxlan"},
    {Evasion::kIpFragments, "ip-fragments"},
};

constexpr auto kEvasions = [] {
  std::array<Evasion, std::size(kRows)> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = kRows[i].evasion;
  return all;
}();

const Row& row(Evasion evasion) { return kRows[static_cast<std::size_t>(evasion)]; }

}  // namespace

std::span<const Transport> transports() { return kTransports; }
std::span<const Evasion> evasions() { return kEvasions; }

std::string_view name(Transport transport) {
  return kTransportNames[static_cast<std::size_t>(transport)];
}

std::string_view name(Evasion evasion) { return row(evasion).name; }

std::optional<Transport> find_transport(std::string_view wanted) {
  for (const Transport transport : kTransports)
    if (name(transport) == wanted) return transport;
  return std::nullopt;
}

std::optional<Evasion> find_evasion(std::string_view wanted) {
  for (const Evasion evasion : kEvasions)
    if (name(evasion) == wanted) return evasion;
  return std::nullopt;
}

bool is_smb(Transport transport) {
  return transport != Transport::kTcp && transport != Transport::kUdp;
}

std::string_view senseless(Transport transport, Evasion evasion) {
  if (transport == Transport::kTcp) return row(evasion).not_on_tcp;
  if (transport == Transport::kUdp) return row(evasion).not_on_udp;
  return {};
}

}  // namespace rpcsieve::forge

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rpcsieve::forge {

// Transport says what carries a call's PDUs.
enum class Transport : std::uint8_t {
  kTcp,
  kUdp,
  kSmb1Trans,      // transactions on a pipe
  kSmb1Write,      // writes and reads
  kSmb2Ioctl,      // FSCTL_PIPE_TRANSCEIVE
  kSmb2WriteRead,  // writes and reads
  kSmb311,         // as kSmb2Ioctl, behind a negotiation of SMB 3.1.1
};

// Evasion says what is odd about a conversation; a reader must not care.
enum class Evasion : std::uint8_t {
  kNone,
  kSegments1,        // TCP segments of one byte
  kSegments5,        // ... of five
  kSegments7,        // ... of seven
  kCoalesced,        // two requests in one piece, two answers in one
  kFragments,        // the request in three RPC fragments
  kSplitWrites,      // a request cut by three writes
  kTwoPipes,         // another pipe of the session is bound and used in between
  kAlterContext,     // the interface comes with an alter_context
  kRejectedContext,  // the interface is offered twice, its first context refused
  kRejected,         // the interface is refused, the request comes all the same: no alert
  kOtherContext,     // context 7, beside another interface's context 0
  kBigEndian,        // of a big-endian client
  kObject,           // with an object UUID
  kVerifier,         // signed (integrity), after an NTLM handshake
  kSealed,           // encrypted (privacy), after an NTLM handshake
  kAuth3,            // an AUTH3 before the request (connect level)
  kCancel,           // a cancel before the request
  kFaultFirst,       // another call before it ends with a fault
  kUpperCasePipe,    // the pipe's name in capitals
  kOtherPipe,        // another pipe's name
  kNoBind,           // bind and answer are not in the capture
  kOneDirection,     // the server's packets are not in the capture
  kReordered,        // segments come in the wrong order
  kDuplicated,       // every packet comes twice
  kIpv6,
  kVlan,
  kVxlan,
  kIpFragments,
};

std::span<const Transport> transports();
std::span<const Evasion> evasions();

// name gives the word of the command line and of file names: "smb2-write-read", "other-context".
std::string_view name(Transport transport);
std::string_view name(Evasion evasion);
std::optional<Transport> find_transport(std::string_view name);
std::optional<Evasion> find_evasion(std::string_view name);

bool is_smb(Transport transport);

// senseless says why an evasion means nothing on a transport; empty if it means something.
std::string_view senseless(Transport transport, Evasion evasion);

}  // namespace rpcsieve::forge

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/endpoint.h"
#include "runtime/base/uuid.h"
#include "runtime/dcerpc/association.h"
#include "runtime/dcerpc/call.h"

namespace rpcsieve::dcerpc {

// The endpoint mapper's interface, version 3.0, and those of its operations that name endpoints
// [C706 appendix O, MS-RPCE §2.2.1.2].
inline constexpr Uuid kEndpointMapper = {{0xe1, 0xaf, 0x83, 0x08, 0x5d, 0x1f, 0x11, 0xc9, 0x91,
                                          0xa4, 0x08, 0x00, 0x2b, 0x14, 0xa0, 0xfa}};
inline constexpr std::uint16_t kEptLookup = 2;
inline constexpr std::uint16_t kEptMap = 3;

// MappedEndpoint is where a server serves an interface. Its views lie in the stub.
struct MappedEndpoint {
  enum class Protocol : std::uint8_t { kTcp, kUdp, kPipe };
  Protocol protocol = Protocol::kTcp;
  InterfaceId interface;
  std::uint16_t port = 0;            // not of a pipe
  std::optional<IpAddress> address;  // nullopt: of the server that answers; not of a pipe
  std::string_view pipe, host;       // as sent: "\PIPE\lsass", "\\DC"
  Uuid object;                       // nil: any; of ept_lookup
  std::string_view annotation;       // of ept_lookup
};

// read_endpoints reads the response to ept_lookup or ept_map, and appends the endpoints that can be
// reached over a network by RPC over TCP, UDP or named pipes. False, and nothing is appended, if it
// is not such a response to its last byte. One of an unknown transfer syntax is read as NDR, then
// as NDR64.
bool read_endpoints(std::uint16_t opnum, const Response& response,
                    std::vector<MappedEndpoint>& out);

}  // namespace rpcsieve::dcerpc

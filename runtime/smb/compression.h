#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "runtime/smb/operation.h"

namespace rpcsieve::smb::compression {

// Transform is what stands before a compressed message, in either form.
struct Transform {
  std::uint64_t plain_bytes = 0;  // length of the message once it is decompressed
  bool chained = false;           // segments follow, each with a header of its own
  std::uint16_t algorithm = 0;    // ... else: of the one compressed segment
  std::uint32_t offset = 0;       // ... and how many bytes lie before it as they are
  Part rest;                      // what follows
};

// parse reads a compression transform header [MS-SMB2 §2.2.42]. nullopt if bytes are short. The
// message begins with its ProtocolId.
std::optional<Transform> parse(const Part& message);

// decode writes the leading bytes of the plain message into `room` and returns how many there are:
// fewer than fit only if the message is cut. nullopt: it is damaged, or its algorithm is not known.
std::optional<std::size_t> decode(const Transform& transform, std::span<std::uint8_t> room);

}  // namespace rpcsieve::smb::compression

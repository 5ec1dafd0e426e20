#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "runtime/base/timestamp.h"
#include "tools/forge/association.h"
#include "tools/forge/evasion.h"
#include "tools/forge/smb_client.h"

namespace rpcsieve::forge {

// Visit is one connection of a client with a server, and what the client does there. Files need a
// transport of SMB; over UDP a dealing has no bind.
struct Visit {
  Transport transport = Transport::kTcp;
  Hosts hosts;
  std::int64_t at_us = 0;  // since the story began
  std::variant<Dealing, Opening> what;
};
using Story = std::vector<Visit>;

// Frame is an Ethernet frame as a capture has it.
struct Frame {
  Timestamp time;
  Buffer bytes;
};

// tell gives the frames of a story that begins at some time, in the order of their times. Each
// visit has a port of its own, so the same story at another time or between other hosts is another
// one.
std::vector<Frame> tell(const Story& story, Timestamp begin);

// pcap_of gives frames as a capture file.
Buffer pcap_of(const std::vector<Frame>& frames);

}  // namespace rpcsieve::forge

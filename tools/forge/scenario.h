#pragma once

#include "tools/forge/association.h"
#include "tools/forge/evasion.h"

namespace rpcsieve::forge {

// Scenario is a forged capture and what it means.
struct Scenario {
  Buffer capture;            // a pcap file of Ethernet frames
  std::vector<Meant> calls;  // in the order of their requests; one of them is not the neighbour
  Hosts hosts;               // between whom
  bool incomplete = false;   // bytes that both ends had are not in the capture
};

// unforgeable says why a call cannot be forged that way; empty if it can.
std::string_view unforgeable(const Call& call, Transport transport, Evasion evasion);

// forge makes the capture of a call on a transport with an evasion, which must be forgeable. The
// same input gives the same bytes. Packets are complete, and their checksums right.
Scenario forge(const Call& call, Transport transport, Evasion evasion);

}  // namespace rpcsieve::forge

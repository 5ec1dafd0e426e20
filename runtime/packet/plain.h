#pragma once

#include <cstdint>

#include "runtime/packet/packet.h"

namespace rpcsieve::packet {

// read_plain reads what nearly every Ethernet frame is, at one go: TCP in IPv4, without options of
// IP, tags, tunnels or fragments, its headers captured whole. Any other frame, and any that is odd,
// it leaves to descend (layers.h), which says the same of these: then `segment` is as it was.
bool read_plain(Bytes frame, Segment& segment);

}  // namespace rpcsieve::packet

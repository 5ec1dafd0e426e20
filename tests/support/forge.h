#pragma once

#include "tools/forge/auth_builder.h"
#include "tools/forge/compression.h"
#include "tools/forge/datagram_builder.h"
#include "tools/forge/dcerpc_builder.h"
#include "tools/forge/endpoint_map_builder.h"
#include "tools/forge/ip_packet.h"
#include "tools/forge/packet_builder.h"
#include "tools/forge/pcap_file.h"
#include "tools/forge/smb_builder.h"
#include "tools/forge/tcp_session.h"
#include "tools/forge/tunnel.h"
#include "tools/forge/wire.h"

namespace rpcsieve::test {

// Tests are written in the forge's words.
using namespace forge;
using forge::operator+;

}  // namespace rpcsieve::test

#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "compiler/backend/backend.h"
#include "tests/differential/random_captures.h"

namespace rpcsieve::test {

// Fired is who alerted: the ends of the conversation, and the detection's place in the Ir.
using Fired = std::set<std::pair<Ends, std::size_t>>;

// run_native gives the alerts of rpcsieve's own engine on a capture file.
Fired run_native(const compiler::Ir& ir, const forge::Buffer& pcap);

// suricata_is_there says whether the Suricata that the rules are made for is installed.
bool suricata_is_there();
// run_suricata gives the alerts of rules that were compiled from the Ir. It throws if Suricata says
// a word about them.
Fired run_suricata(const compiler::Ir& ir, const std::string& rules, const forge::Buffer& pcap);

}  // namespace rpcsieve::test

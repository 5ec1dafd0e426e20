#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/page/event.h"

namespace rpcsieve::page {

// Facts are what a list of alerts shows of each, whichever program wrote the event; empty where the
// event does not tell.
struct Facts {
  std::string severity;   // critical, high, medium, low, informational
  std::string detection;  // name, or a rule's message
  std::string title;      // the rule's message
  std::string client;
  std::string server;
  std::string user;       // DOMAIN\name
  std::string interface;  // name, or else UUID
  std::string call;       // "drsuapi IDL_DRSGetNCChanges (3)"
  std::string outcome;
  std::string confidence;
  std::vector<std::string> techniques;  // ATT&CK ids, "T1003.006"
  std::string tactic;                   // "credential-access"
};

// find_facts reads an alert: rpcsieve's own, or another program's by what EVE has in common.
Facts find_facts(const Event& event);

// Ends are who asked and who answered. Suricata's src is whoever sent the packet.
struct Ends {
  std::string_view client;
  std::string_view server;
};
Ends find_ends(const Event& event);

// parse_time reads EVE's "2026-11-22T08:46:10.000000+0100" as microseconds since 1970 UTC.
std::optional<std::int64_t> parse_time(std::string_view text);

// is_technique says whether a text is an ATT&CK id: T1003 or T1003.006.
bool is_technique(std::string_view text);

}  // namespace rpcsieve::page

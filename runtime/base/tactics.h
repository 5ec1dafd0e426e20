#pragma once

#include <array>
#include <string_view>

namespace rpcsieve {

// kTactics are those of ATT&CK's enterprise matrix, in its order and by its short names
// (attack.mitre.org/tactics/enterprise).
inline constexpr std::array<std::string_view, 14> kTactics = {
    "reconnaissance",  "resource-development",
    "initial-access",  "execution",
    "persistence",     "privilege-escalation",
    "defense-evasion", "credential-access",
    "discovery",       "lateral-movement",
    "collection",      "command-and-control",
    "exfiltration",    "impact"};

}  // namespace rpcsieve

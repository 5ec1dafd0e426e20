#pragma once

#include <string_view>

#include "runtime/database/format.h"

namespace rpcsieve::compiler {

// Classtype is an entry of Suricata's and Snort's classification.config: its short name, which
// rules give, and its description, which alerts carry as `category`.
struct Classtype {
  std::string_view name, description;
};

// classtype gives the entry that a severity stands for; Debian's classification.config has all of
// them, with priorities 1 (critical, high), 2 (medium) and 3.
Classtype classtype(database::Severity severity);

// priority gives the number that rules carry, that of EVE alerts: 1 (critical, high) to 4.
int priority(database::Severity severity);

}  // namespace rpcsieve::compiler

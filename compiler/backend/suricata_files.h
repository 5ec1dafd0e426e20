#pragma once

#include <string>

namespace rpcsieve::compiler {

// suricata_classification_config gives a classification.config with the classtypes that generated
// rules use, worded as Debian's has them: for a sensor that lacks them.
std::string suricata_classification_config();

// suricata_reference_config gives the reference.config that goes with it.
std::string suricata_reference_config();

}  // namespace rpcsieve::compiler

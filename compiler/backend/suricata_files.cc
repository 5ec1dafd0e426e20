// A sensor of Debian's has all of this already; one that was set up by hand may not.
#include "compiler/backend/suricata_files.h"

#include <fmt/format.h>

#include "compiler/backend/classtype.h"

namespace rpcsieve::compiler {
namespace {

std::string line(database::Severity severity, int priority) {
  const Classtype type = classtype(severity);
  return fmt::format("config classification: {},{},{}\n", type.name, type.description, priority);
}

}  // namespace

std::string suricata_classification_config() {
  using database::Severity;
  return line(Severity::kHigh, 1) + line(Severity::kMedium, 2) + line(Severity::kLow, 3) +
         line(Severity::kInformational, 3);
}

std::string suricata_reference_config() {
  return "config reference: url http://\n"
         "config reference: cve http://cve.mitre.org/cgi-bin/cvename.cgi?name=\n";
}

}  // namespace rpcsieve::compiler

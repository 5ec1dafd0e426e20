// Severity is what a detection says about itself; the engines know only classtypes, so each
// severity has one, and alerts of every engine fall into the same categories.
#include "compiler/backend/classtype.h"

namespace rpcsieve::compiler {

Classtype classtype(database::Severity severity) {
  switch (severity) {
    case database::Severity::kCritical:
    case database::Severity::kHigh:
      return {"attempted-admin", "Attempted Administrator Privilege Gain"};
    case database::Severity::kMedium:
      return {"bad-unknown", "Potentially Bad Traffic"};
    case database::Severity::kLow:
      return {"misc-activity", "Misc activity"};
    case database::Severity::kInformational:
      break;
  }
  return {"not-suspicious", "Not Suspicious Traffic"};
}

int priority(database::Severity severity) {
  switch (severity) {
    case database::Severity::kCritical:
    case database::Severity::kHigh:
      return 1;
    case database::Severity::kMedium:
      return 2;
    case database::Severity::kLow:
      return 3;
    case database::Severity::kInformational:
      break;
  }
  return 4;
}

}  // namespace rpcsieve::compiler

// The names of things that all backends speak of.
#include "compiler/backend/backend.h"

namespace rpcsieve::compiler {

std::string_view name(Fidelity fidelity) {
  switch (fidelity) {
    case Fidelity::kExact:
      return "exact";
    case Fidelity::kWider:
      return "wider";
    case Fidelity::kNarrower:
      return "narrower";
    case Fidelity::kRefused:
      break;
  }
  return "refused";
}

}  // namespace rpcsieve::compiler

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/diagnostic.h"
#include "compiler/ir/ir.h"

namespace rpcsieve::compiler {

// Sid is a rule's number and revision.
struct Sid {
  std::uint32_t sid = 0;
  std::uint32_t rev = 1;
};

// Sids maps (detection id, form) to its number: those of sids.lock, and for the others free ones
// from 9,400,000 up in order of (id, form) (DESIGN section 2). Which forms there are is fixed
// (kForms), so a detection has the same numbers whatever target is compiled.
class Sids {
 public:
  // assign numbers every form of every detection.
  static Sids assign(const Ir& ir, const Source* lock, Diagnostics& out);
  [[nodiscard]] Sid of(const Uuid& id, std::string_view form) const;

 private:
  std::map<std::pair<Uuid, std::string>, Sid, std::less<>> sids_;
};

}  // namespace rpcsieve::compiler

#pragma once

#include <cstddef>
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

  bool operator==(const Sid&) const = default;
};

// kFirstFreeSid is where the numbers begin that nobody locked (DESIGN section 2).
inline constexpr std::uint32_t kFirstFreeSid = 9'400'000;

// kMaxLockBytes bounds a sids.lock: about half a million numbers, 10,000 detections with all their
// forms several times over.
inline constexpr std::size_t kMaxLockBytes = 64 << 20;

// Sids maps (detection id, form) to its number: those of sids.lock, and for the others free ones
// from kFirstFreeSid up in order of (id, form).
//
// A sids.lock is text. Each line names one number, `ID FORM SID REV MEANING`, separated by blanks;
// `#` begins a comment. MEANING, which may be missing, is what the detection meant when the line
// was written (meaning_of, in hex): if that is no longer so, the rev is one more than the line
// says. Entries of detections that are gone stay in it: their sids are never reused.
class Sids {
 public:
  using Key = std::pair<Uuid, std::string>;

  // Entry is a number, and the meaning of its detection; 0 if that is not known.
  struct Entry {
    Sid sid;
    std::uint64_t meaning = 0;

    bool operator==(const Entry&) const = default;
  };

  // assign numbers every form of every alternative of every detection (forms.h). `lock` is the text
  // of sids.lock, or nullptr. A line that cannot be read (E050), a sid that stands twice (E051), a
  // form that is numbered twice (E052) and an unfinished merge (E054) are errors; an unknown form
  // is a warning (W050), its sid stays reserved.
  static Sids assign(const Ir& ir, const Source* lock, Diagnostics& out);
  // of gives the number of a form (form_name) of a detection that assign knew.
  [[nodiscard]] Sid of(const Uuid& id, std::string_view form) const;

  // all gives every number by (id, form), those that only the lock has too.
  [[nodiscard]] const std::map<Key, Entry>& all() const { return entries_; }

 private:
  std::map<Key, Entry> entries_;
};

// print gives the text of a sids.lock that fixes every number.
std::string print(const Sids& sids);

}  // namespace rpcsieve::compiler

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostic.h"
#include "runtime/base/endpoint.h"
#include "runtime/base/uuid.h"
#include "runtime/database/format.h"

namespace rpcsieve::compiler {

// OpnumRange is a run of operation numbers, both ends included.
struct OpnumRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0xffff;

  bool operator==(const OpnumRange&) const = default;
};

// Cidr is a run of addresses with a common prefix; an IPv4 prefix counts from the v4 part.
struct Cidr {
  IpAddress address;  // bits behind the prefix are zero
  std::uint8_t prefix = 0;

  auto operator<=>(const Cidr&) const = default;
};

// AddressSet: everyone (no nets, negated), nobody (no nets), the nets, or all but the nets.
struct AddressSet {
  std::vector<Cidr> nets;  // sorted, none inside another
  bool negated = true;

  [[nodiscard]] bool everyone() const { return nets.empty() && negated; }
  [[nodiscard]] bool nobody() const { return nets.empty() && !negated; }
};

// Pattern is one thing to look for in a stub: bytes, or a regular expression over bytes.
struct Pattern {
  enum class Kind : std::uint8_t { kLiteral, kRegex };
  Kind kind = Kind::kLiteral;
  std::vector<std::uint8_t> bytes;  // kLiteral; utf16 text is expanded, little-endian
  std::string regex;    // kRegex: as written; ^ and $ are the stub's ends, dot matches all
  bool nocase = false;  // ASCII letters match in either case
  bool utf16 = false;   // kLiteral: was given as utf16 (for the printer and the lints)

  bool operator==(const Pattern&) const = default;
};

// Term and Clause are the stub conditions in conjunctive form: every clause must hold, a clause
// holds if one of its terms does.
struct Term {
  std::uint32_t pattern = 0;  // index of Ir::patterns
  bool negated = false;
  Span span = {};  // of the pattern, for what its compiler has to say
};
struct Clause {
  std::vector<Term> any;
};

// Transport bits, as in the database and the matcher.
inline constexpr std::uint8_t kSmb = 1, kTcp = 2, kUdp = 4, kEveryTransport = 7;

// CallCondition is one kind of call that fits a detection.
struct CallCondition {
  Uuid interface;
  std::string interface_name;  // empty if the catalogue lacks it
  std::uint16_t version_major_first = 0, version_major_last = 0xffff;  // any, unless given
  std::vector<OpnumRange> opnums;  // sorted, not touching; {0, 0xffff}: every operation
  std::uint8_t transports = kEveryTransport;
  bool transports_given = false;   // the author named them (UDP forms of rules)
  std::vector<std::string> pipes;  // lower case, sorted; empty: every pipe
  std::optional<Uuid> object;
  std::vector<Clause> stub;
};

// Detection is one rule in normal form.
struct Detection {
  std::string name;
  Uuid id;
  std::string title, description, status;
  database::Severity severity = database::Severity::kMedium;
  std::vector<std::string> attack, references, falsepositives;
  std::vector<CallCondition> calls;  // one of them must fit
  AddressSet from, to;
  database::Sealed sealed = database::Sealed::kAlert;
  Span span;  // of its name
};

// Ir is a rule set in normal form: what every backend starts from. lower() (lower.h) makes it.
struct Ir {
  std::vector<Pattern> patterns;      // each once
  std::vector<Detection> detections;  // by name
};

// is_inferable says whether a condition may alert without a known interface: one of its clauses has
// a single positive term whose literal is at least 8 bytes that are not all equal (DESIGN section
// 4).
bool is_inferable(const Ir& ir, const CallCondition& condition);
bool is_inferable(const std::vector<Pattern>& patterns, const CallCondition& condition);

// print gives the whole Ir as text, one line per fact, for tests and `compile -t ir`.
std::string print(const Ir& ir);

}  // namespace rpcsieve::compiler

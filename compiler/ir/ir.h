#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/spec/node.h"
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

// Bits of results, 1 << database::Result. A file is taken for opened unless its server says that
// it is not.
constexpr std::uint8_t bit(database::Result result) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(result));
}
inline constexpr std::uint8_t kEveryOutcome = 0x3f;
inline constexpr std::uint8_t kOpened = bit(database::Result::kSuccess) |
                                        bit(database::Result::kAnswered) |
                                        bit(database::Result::kUnanswered);

// Bits of authentication levels, 1 << level [MS-RPCE §2.2.1.1.8]: 0 where there is no verifier, 6
// for privacy.
inline constexpr std::uint8_t kEveryLevel = 0x7f;

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
  std::uint8_t outcomes = kEveryOutcome;
  std::vector<std::uint8_t>
      auth_types;  // numbers of [MS-RPCE §2.2.1.1.7], sorted; empty: every one
  std::uint8_t auth_levels = kEveryLevel;
};

// BindResult is the server's answer to the offer of an interface.
enum class BindResult : std::uint8_t { kAny, kAccepted, kRejected };

// BindCondition is one kind of offer of an interface, in a bind or alter_context, that fits a
// detection.
struct BindCondition {
  Uuid interface;
  std::string interface_name;  // empty if the catalogue lacks it
  std::uint16_t version_major_first = 0, version_major_last = 0xffff;
  std::uint8_t transports = kEveryTransport;
  bool transports_given = false;
  std::vector<std::string> pipes;  // lower case, sorted; empty: every pipe
  BindResult result = BindResult::kAny;
};

// Bits of what a file is opened for.
inline constexpr std::uint8_t kRead = 1, kWrite = 2, kEveryAccess = 3;

// FileCondition is one kind of SMB create or open that fits a detection. Globs are lower case: `*`
// stands for any run of characters, `?` for one.
struct FileCondition {
  std::string name;         // glob of the last path component
  bool whole_path = false;  // `name` is the glob of the whole path, with backslashes
  std::string share;        // glob of the share's last component; empty: every share
  std::uint8_t access = kEveryAccess;
  std::uint8_t outcomes = kOpened;
};

// Step is one event that a detection waits for. Exactly one of the three is not empty, and one of
// its entries must fit. (After a mistake in the spec all may be empty.)
struct Step {
  std::vector<CallCondition> calls;
  std::vector<BindCondition> binds;
  std::vector<FileCondition> files;
};

// Bits of what the events of a sequence or a count must have in common; none: nothing.
inline constexpr std::uint8_t kByClient = 1, kByServer = 2;

// Count is a threshold: so many of what the steps give, within a window that slides over the
// capture's time.
struct Count {
  std::uint32_t at_least = 1;
  std::int64_t within_us = 0;
  std::uint8_t by = 0;
};

// Detection is one rule in normal form.
struct Detection {
  std::string name;
  Uuid id;
  std::string title, description, status;
  database::Severity severity = database::Severity::kMedium;
  database::Profile profile = database::Profile::kHunt;
  std::string tactic;  // of ATT&CK, "credential-access"; empty: not given
  std::vector<std::string> attack, references, falsepositives;
  std::vector<Step> steps;     // one; several are a sequence, in order
  std::int64_t within_us = 0;  // of the sequence
  std::uint8_t by = 0;         // of the sequence: kByClient | kByServer
  std::optional<Count> count;  // of what `steps` give
  AddressSet from, to;
  database::Sealed sealed = database::Sealed::kAlert;
  std::vector<YamlNode> sigma;  // companions: host-side Sigma rules, each a map, as written
  Span span;                    // of its name
};

// Ir is a rule set in normal form: what every backend starts from. lower() (lower.h) makes it.
struct Ir {
  std::vector<Pattern> patterns;      // each once
  std::vector<Detection> detections;  // by name
};

// keep leaves the detections of one profile, and the patterns that they need.
void keep(database::Profile profile, Ir& ir);

// is_inferable says whether a condition may alert without a known interface: one of its clauses has
// a single positive term whose literal is at least 8 bytes that are not all equal (DESIGN section
// 4).
bool is_inferable(const Ir& ir, const CallCondition& condition);
bool is_inferable(const std::vector<Pattern>& patterns, const CallCondition& condition);

// beyond_calls names the first thing that a detection asks for and that takes more than one call
// and its request: "sequence", "count", "bind", "file", "outcome", "auth"; "" if there is none. A
// backend that can express no more refuses the others by this name.
std::string_view beyond_calls(const Detection& detection);

// print gives the whole Ir as text, one line per fact, for tests and `compile -t ir`.
std::string print(const Ir& ir);
// print gives one of its detections.
std::string print(const Detection& detection, const Ir& ir);

}  // namespace rpcsieve::compiler

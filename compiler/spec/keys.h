#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rpcsieve::compiler {

// What every map of a spec may hold, in one table: the parser takes keys by it, diagnostics suggest
// from it, rules/schema.json is made of it, and docs/RULES.md shows an example of each.

using Words = std::span<const std::string_view>;

// The words that some values are. The numbers of the enumerations and bits that they stand for
// follow their order.
inline constexpr std::string_view kSeverityWords[] = {"informational", "low", "medium", "high",
                                                      "critical"};
inline constexpr std::string_view kStatusWords[] = {"experimental", "test", "stable", "deprecated"};
inline constexpr std::string_view kProfileWords[] = {"hunt", "core"};
inline constexpr std::string_view kSealedWords[] = {"alert", "ignore"};
inline constexpr std::string_view kTransportWords[] = {"smb", "tcp", "udp"};
inline constexpr std::string_view kOutcomeWords[] = {"success",  "denied",     "failed", "fault",
                                                     "answered", "unanswered", "any"};
inline constexpr std::string_view kBindResultWords[] = {"any", "accepted", "rejected"};
inline constexpr std::string_view kAccessWords[] = {"any", "read", "write"};
inline constexpr std::string_view kByWords[] = {"client", "server"};
inline constexpr std::string_view kAuthTypeWords[] = {"none",     "spnego",   "ntlm",
                                                      "schannel", "kerberos", "netlogon"};
inline constexpr std::string_view kAuthLevelWords[] = {"none",   "connect",   "call",
                                                       "packet", "integrity", "privacy"};

struct Shape;

// Key is one key that a map may hold.
struct Key {
  // What its value is. One of a list may always stand alone.
  enum class Kind : std::uint8_t {
    kText,      // a scalar of one line
    kProse,     // a scalar of any number of lines
    kTexts,     // scalars of one line
    kNotes,     // the same, or an empty list
    kFlag,      // true or false
    kNumber,    // a decimal number
    kChoice,    // scalars, or {not: scalars}
    kMap,       // a map of `shape`
    kMaps,      // maps of `shape`, or of `other`
    kAnything,  // not this program's business
  };
  enum class Need : std::uint8_t {
    kOptional,
    kRequired,
    kOne,   // exactly one of the keys that say so must be there
    kSome,  // at least one of them must
  };

  std::string_view name;
  Kind kind;
  Need need;
  std::string_view description;       // for editors
  Words words = {};                   // kText, kTexts: all that a value may be; else any
  std::string_view pattern = {};      // of such a value, as ECMA-262 writes it, for the schema
  std::size_t longest = 0;            // characters of such a value; 0: the usual number
  std::uint32_t least = 0, most = 0;  // kNumber
  const Shape* shape = nullptr;
  const Shape* other = nullptr;
};

// Shape is one kind of map.
struct Shape {
  std::string_view name;  // in the schema
  std::string_view what;  // in diagnostics: "the detection"
  std::span<const Key> keys;
  bool open = false;  // it may hold other keys too
};

extern const Shape kFileShape;  // of the file's top
extern const Shape kDetectionShape;
extern const Shape kWhenShape;
extern const Shape kCallShape;
extern const Shape kAlternativeShape;  // of `call: {any: […]}`
extern const Shape kBindShape;
extern const Shape kFileConditionShape;
extern const Shape kSequenceShape;
extern const Shape kStepShape;
extern const Shape kCountShape;
extern const Shape kAuthShape;
extern const Shape kTermShape;   // of stub conditions
extern const Shape kGroupShape;  // {any: […]} of them
extern const Shape kCompanionsShape;
extern const Shape kSigmaShape;
extern const Shape kExpectationShape;
extern const Shape kNotShape;        // {not: …}
extern const Shape kVariablesShape;  // of the top of variables.yaml

// A sensor's rule holds the name in its metadata and the title in its message, and Suricata refuses
// rules of more than 8 KiB; whoever reads alerts wants both on one line.
inline constexpr std::size_t kLongestName = 100, kLongestTitle = 200, kLongestText = 500;

// find_key gives the key of that name; nullptr if the shape has none.
const Key* find_key(const Shape& shape, std::string_view name);

// The most alerts that a detection may expect.
inline constexpr std::uint32_t kMostAlerts = 1'000'000;

// longest_of gives how many characters the value of a key may have.
constexpr std::size_t longest_of(const Key& key) {
  return key.longest > 0 ? key.longest : kLongestText;
}

}  // namespace rpcsieve::compiler

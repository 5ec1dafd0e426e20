#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "runtime/base/rule_limits.h"
#include "runtime/base/uuid.h"

// The layout of a database file, version 2. The reader owns it; the compiler is a client that
// writes it (compiler/backend/database.cc). docs/DATABASE.md shows one annotated.
//
// A file is a Header, then the sections in the order of their table, each beginning at a multiple
// of kAlignment, padded with zeros. Numbers are little-endian. Two checksums cover every byte:
// `header_checksum` the header (taken with itself as zero), `body_checksum` everything behind it.
namespace rpcsieve::database {

inline constexpr std::array<char, 8> kMagic = {'R', 'P', 'C', 'S', 'I', 'E', 'V', 'E'};
inline constexpr std::uint32_t kFormatVersion = 2;
inline constexpr std::size_t kAlignment = 64;

// The processor features that the Hyperscan database inside was built for.
enum class Platform : std::uint32_t { kGeneric = 0, kAvx2 = 1, kAvx512 = 2 };

enum class Section : std::uint32_t {
  kText,            // bytes that Text points into
  kInterfaces,      // InterfaceRow, sorted by UUID, then version
  kOperations,      // OperationRow, sorted by number within each interface
  kPipes,           // PipeRow, sorted by name
  kDetections,      // DetectionRow, in the order of the rules
  kTags,            // Text: ATT&CK ids, pointed at by DetectionRow
  kConditions,      // ConditionRow
  kWatched,         // WatchRow: which conditions an (interface, opnum) may fit
  kInferred,        // WatchRow, sorted by opnum: which an opnum of an unknown interface may fit
  kCandidates,      // uint32: index of a condition
  kConditionPipes,  // Text: pipe names that a condition accepts
  kAddresses,       // AddressRow
  kClauses,         // ClauseRow: all of a condition's must hold
  kTerms,           // TermRow: one of a clause's must hold
  kAuthTypes,       // uint8: authentication types that a condition accepts
  kBinds,           // BindRow, sorted by interface, then detection
  kFiles,           // FileRow, sorted by detection
  kHistories,       // HistoryRow: what a detection asks of several events
  kPatterns,        // PatternRow: what the Hyperscan database was compiled from; id is the index
  kHyperscan,       // the serialized Hyperscan database; empty if there are no patterns
  kCount
};
inline constexpr std::size_t kSections = static_cast<std::size_t>(Section::kCount);

struct SectionRow {
  std::uint64_t offset;  // from the file's beginning
  std::uint64_t length;  // in bytes, without padding
};

struct Header {
  std::array<char, 8> magic;
  std::uint32_t format_version;
  std::uint32_t platform;  // Platform
  std::uint64_t file_length;
  std::uint64_t header_checksum;  // XXH3 64
  std::uint64_t body_checksum;    // XXH3 64
  std::array<SectionRow, kSections> sections;
};

// Text is a run of bytes of section kText.
struct Text {
  std::uint32_t offset, length;
};

// Range is a run of rows of another section.
struct Range {
  std::uint32_t begin, count;
};

// Returns says what the last four bytes of a response's stub are.
enum class Returns : std::uint8_t { kUnknown, kNothing, kNtStatus, kWin32, kHresult };

struct InterfaceRow {
  Uuid uuid;
  std::uint16_t version_major, version_minor;
  Text name;         // empty if the catalogue does not know it
  Range operations;  // kOperations
  Range watched;     // kWatched
};

struct OperationRow {
  std::uint16_t number;
  Returns returns;
  std::uint8_t reserved;
  Text name;
};

struct PipeRow {
  Text name;                // lower case
  std::uint32_t interface;  // kInterfaces: the one interface that the name implies
};

// WatchRow covers a run of operation numbers; rows of one interface do not overlap and are sorted.
struct WatchRow {
  std::uint16_t first, last;
  Range candidates;  // kCandidates
};

enum class Sealed : std::uint8_t { kAlert, kIgnore };
enum class Profile : std::uint8_t { kHunt, kCore };
enum class Severity : std::uint8_t { kInformational, kLow, kMedium, kHigh, kCritical };

// Result is what came of a call or of the opening of a file, as conditions ask for it.
enum class Result : std::uint8_t { kSuccess, kDenied, kFailed, kFault, kAnswered, kUnanswered };

struct DetectionRow {
  std::array<std::uint8_t, 16> id;
  Text name, title, category;
  Range attack;  // kTags, all of ATT&CK: a tactic's id and name, if it is known, and techniques
  std::uint32_t sid, rev;
  Severity severity;
  Sealed sealed;
  std::uint8_t steps;  // events that it waits for, in order: 1 to kMaxSteps
  Profile profile;
  Range history;  // kHistories: one if it has more steps or counts, else none
};

// Bits of what the events of a sequence or a count have in common; none: nothing.
inline constexpr std::uint8_t kByClient = 1, kByServer = 2;

// HistoryRow joins events over capture time: those of a detection's steps in their order to a
// sequence, those (or the sequences) to a count. A window of 0 stands for: there is none.
struct HistoryRow {
  std::int64_t sequence_us;  // the window of the sequence, if there are several steps
  std::int64_t count_us;     // the window of the count
  std::uint32_t at_least;    // how many in that window; 0: they are not counted
  std::uint8_t sequence_by, count_by;
  std::uint16_t reserved;
};

// AddressSet: `everyone`, or the addresses of `ranges` (`negated`: all but these).
struct AddressSet {
  Range ranges;  // kAddresses, sorted, not overlapping
  std::uint8_t everyone, negated;
  std::uint16_t reserved;
};

// ConditionRow is one alternative of a detection: a call of the right interface and opnum fits it
// if everything here holds.
struct ConditionRow {
  std::uint32_t detection;                                // kDetections
  std::uint16_t version_major_first, version_major_last;  // accepted interface versions
  std::uint8_t transports;                                // bits of match::Transport
  std::uint8_t has_object;
  std::uint8_t inferable;  // a positive literal of >= 8 bytes, not all equal, is among its terms
  std::uint8_t step;       // of its detection, from 0
  Uuid interface;
  Uuid object;
  Range pipes;  // kConditionPipes; none: every pipe
  AddressSet from, to;
  Range clauses;             // kClauses
  Range auth_types;          // kAuthTypes; none: every type
  std::uint8_t outcomes;     // bits 1 << Result
  std::uint8_t auth_levels;  // bits 1 << level, 0 without a verifier [MS-RPCE §2.2.1.1.8]
  std::uint16_t reserved;
};

inline constexpr std::uint8_t kEveryOutcome = 0x3f;
inline constexpr std::uint8_t kEveryLevel = 0x7f;

// Bits of what came of the offer of an interface.
inline constexpr std::uint8_t kAccepted = 1, kRejected = 2, kNotAnswered = 4;

// BindRow is one alternative of a detection: the offer of an interface in a bind or alter_context.
struct BindRow {
  std::uint32_t detection;                                // kDetections
  std::uint16_t version_major_first, version_major_last;  // of the interface as it is offered
  Uuid interface;
  std::uint8_t transports;
  std::uint8_t results;  // bits, as above
  std::uint8_t step;
  std::uint8_t reserved;
  Range pipes;  // kConditionPipes; none: every pipe
  AddressSet from, to;
};

// Bits of what a file is opened for.
inline constexpr std::uint8_t kRead = 1, kWrite = 2, kEveryAccess = 3;

// FileRow is one alternative of a detection: the opening of a file over SMB.
struct FileRow {
  std::uint32_t detection;  // kDetections
  Text name;                // a glob in lower case: of the path's last component, or ...
  Text share;               // a glob of the share's last component; empty: every share
  std::uint8_t whole_path;  // ... of the whole path
  std::uint8_t access;      // bits, one of which is asked for; kEveryAccess: also none
  std::uint8_t outcomes;    // bits 1 << Result
  std::uint8_t step;
  AddressSet from, to;
};

struct AddressRow {
  std::array<std::uint8_t, 16> first, last;
};

struct ClauseRow {
  Range terms;
};

struct TermRow {
  std::uint32_t pattern;  // kPatterns
  std::uint32_t negated;
};

struct PatternRow {
  Text expression;       // Hyperscan's syntax
  std::uint32_t flags;   // HS_FLAG_*
  std::uint32_t at_end;  // 1: it may match only because the stub ends, so a cut stub cannot tell
};

// What is written is what is read: no padding that nobody set, and one byte order.
template <class Row>
inline constexpr bool kIsRow =
    std::is_trivially_copyable_v<Row>&& std::has_unique_object_representations_v<Row>;
static_assert(kIsRow<Header> && kIsRow<InterfaceRow> && kIsRow<OperationRow> && kIsRow<PipeRow> &&
              kIsRow<WatchRow> && kIsRow<DetectionRow> && kIsRow<ConditionRow> &&
              kIsRow<AddressRow> && kIsRow<ClauseRow> && kIsRow<TermRow> && kIsRow<BindRow> &&
              kIsRow<FileRow> && kIsRow<HistoryRow> && kIsRow<PatternRow>);

}  // namespace rpcsieve::database

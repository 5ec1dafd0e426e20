// The table of keys. Their order is that of DESIGN's example, of the hints that list them, and of
// what an editor offers.
#include "compiler/spec/keys.h"

#include "runtime/base/rule_limits.h"
#include "runtime/base/tactics.h"

namespace rpcsieve::compiler {
namespace {

using enum Key::Kind;
using enum Key::Need;

constexpr std::string_view kUuidPattern =
    "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";
constexpr std::string_view kDurationPattern = "^[1-9][0-9]*(ms|s|m|h)$";
constexpr std::string_view kGlobPattern = "^.*[^\\\\]$";
constexpr std::string_view kVersionPattern = "^[0-9]+(\\.[0-9]+)?$";

constexpr Key kFormat = {.name = "rpcsieve",
                         .kind = kNumber,
                         .need = kRequired,
                         .description = "The version of this format: 1.",
                         .least = 1,
                         .most = 1};

constexpr Key kFileKeys[] = {
    kFormat,
    {.name = "detections",
     .kind = kMaps,
     .need = kRequired,
     .description = "The detections of this file.",
     .shape = &kDetectionShape},
};

constexpr Key kVariablesKeys[] = {
    kFormat,
    {"variables", kAnything, kRequired, "Names of roles, and the addresses that have them."},
};

constexpr Key kDetectionKeys[] = {
    {.name = "name",
     .kind = kText,
     .need = kRequired,
     .description = "What alerts are called: lower-case words with hyphens, unique.",
     .pattern = "^[a-z0-9]+(-[a-z0-9]+)*$",
     .longest = kLongestName},
    {.name = "id",
     .kind = kText,
     .need = kRequired,
     .description = "A UUID of its own, which never changes.",
     .pattern = kUuidPattern},
    {.name = "title",
     .kind = kText,
     .need = kRequired,
     .description = "What was seen, on one line: the alert's message.",
     .longest = kLongestTitle},
    {"description", kProse, kRequired, "What the attacker gains, and what to look at next."},
    {"status", kText, kRequired, "How far it may be relied on.", kStatusWords},
    {"severity", kText, kRequired, "How bad it is.", kSeverityWords},
    {"profile", kText, kOptional, "core: to act on each alert; hunt (the default): to look around.",
     kProfileWords},
    {"tactic", kText, kOptional, "The ATT&CK tactic.", kTactics},
    {"attack", kNotes, kOptional, "ATT&CK techniques.", {}, "^T[0-9]{4}(\\.[0-9]{3})?$"},
    {"references", kNotes, kOptional, "Addresses of what it relies on."},
    {"falsepositives", kNotes, kOptional, "Who does this without malice."},
    {.name = "when",
     .kind = kMap,
     .need = kRequired,
     .description = "What to look for.",
     .shape = &kWhenShape},
    {"sealed", kText, kOptional, "What to do where stub conditions cannot be read.", kSealedWords},
    {.name = "count",
     .kind = kMap,
     .need = kOptional,
     .description = "A threshold: alert only when it happens often enough.",
     .shape = &kCountShape},
    {.name = "companions",
     .kind = kMap,
     .need = kOptional,
     .description = "Rules for other logs, carried along.",
     .shape = &kCompanionsShape},
    {.name = "expect",
     .kind = kMaps,
     .need = kOptional,
     .description = "Regression tests of its own.",
     .shape = &kExpectationShape},
};

constexpr Key kWhenKeys[] = {
    {.name = "call",
     .kind = kMap,
     .need = kOne,
     .description = "An RPC call.",
     .shape = &kCallShape},
    {.name = "bind",
     .kind = kMap,
     .need = kOne,
     .description = "The offer of an interface, before any call of it.",
     .shape = &kBindShape},
    {.name = "file",
     .kind = kMap,
     .need = kOne,
     .description = "The creation or opening of a file over SMB.",
     .shape = &kFileConditionShape},
    {.name = "sequence",
     .kind = kMap,
     .need = kOne,
     .description = "Several of these, in order, on any connections.",
     .shape = &kSequenceShape},
    {"from", kChoice, kOptional, "The client: addresses, networks, $VARIABLEs, or all but these."},
    {"to", kChoice, kOptional, "The server: addresses, networks, $VARIABLEs, or all but these."},
};

// The keys of a call condition and of an alternative of it; only what they need differs.
constexpr Key interface_key(Key::Need need) {
  return {"interface", kTexts, need, "Names of the catalogue, or UUIDs."};
}
constexpr Key kVersion = {"version", kText,
                          kOptional, "The interface's major version; a minor one is not compared.",
                          {},        kVersionPattern};
constexpr Key kOperation = {"operation", kChoice, kOptional,
                            "Names, numbers and ranges of operations, or all but these."};
constexpr Key kTransport = {"transport", kTexts, kOptional, "How the call travels.",
                            kTransportWords};
constexpr Key kPipe = {"pipe", kTexts, kOptional,
                       "Names of pipes, for calls over SMB; others pass."};
constexpr Key kObject = {"object", kText,       kOptional, "The object UUID of the call.",
                         {},       kUuidPattern};
constexpr Key kAuth = {.name = "auth",
                       .kind = kMap,
                       .need = kOptional,
                       .description = "How RPC itself authenticates the call.",
                       .shape = &kAuthShape};
constexpr Key kStub = {.name = "stub",
                       .kind = kMaps,
                       .need = kOptional,
                       .description = "What must be in the parameters: all items must hold.",
                       .shape = &kTermShape,
                       .other = &kGroupShape};
constexpr Key kOutcome = {"outcome", kTexts, kOptional, "What came of it.", kOutcomeWords};

constexpr Key kAlternativeKeys[] = {interface_key(kOptional),
                                    kVersion,
                                    kOperation,
                                    kTransport,
                                    kPipe,
                                    kObject,
                                    kAuth,
                                    kStub,
                                    kOutcome};
constexpr Key kCallKeys[] = {interface_key(kSome),
                             kVersion,
                             kOperation,
                             kTransport,
                             kPipe,
                             kObject,
                             kAuth,
                             kStub,
                             kOutcome,
                             {.name = "any",
                              .kind = kMaps,
                              .need = kSome,
                              .description = "Alternatives: one of them must fit.",
                              .shape = &kAlternativeShape}};

constexpr Key kBindKeys[] = {
    interface_key(kRequired),
    kVersion,
    kTransport,
    kPipe,
    {"result", kText, kOptional, "The server's answer to the offer.", kBindResultWords}};

constexpr Key kFileConditionKeys[] = {
    {.name = "name",
     .kind = kTexts,
     .need = kRequired,
     .description = "Globs (* and ?) of the file's name; of its whole path where there is a "
                    "backslash.",
     .pattern = kGlobPattern,
     .longest = kMaxGlobCharacters},
    {.name = "share",
     .kind = kTexts,
     .need = kOptional,
     .description = "Globs (* and ?) of the share's name.",
     .pattern = kGlobPattern,
     .longest = kMaxGlobCharacters},
    {"access", kText, kOptional, "What it is opened for.", kAccessWords},
    {"outcome", kTexts, kOptional, "What came of it; left out: it was opened, or nobody knows.",
     kOutcomeWords}};

constexpr Key kStepKeys[] = {kWhenKeys[0], kWhenKeys[1], kWhenKeys[2]};

constexpr Key kWithin = {"within",  kText,
                         kRequired, "The window of time: a number and ms, s, m or h.",
                         {},        kDurationPattern};
constexpr Key kBy = {"by", kTexts, kOptional, "What they must have in common; left out: nothing.",
                     kByWords};

constexpr Key kSequenceKeys[] = {kWithin,
                                 kBy,
                                 {.name = "steps",
                                  .kind = kMaps,
                                  .need = kRequired,
                                  .description = "What must happen, in order.",
                                  .shape = &kStepShape}};

constexpr Key kCountKeys[] = {{.name = "at_least",
                               .kind = kNumber,
                               .need = kRequired,
                               .description = "How often.",
                               .least = 1,
                               .most = kMaxCount},
                              kWithin,
                              kBy};

constexpr Key kAuthKeys[] = {
    {.name = "type",
     .kind = kTexts,
     .need = kSome,
     .description = "Security providers, by name or number.",
     .pattern = "^(none|spnego|ntlm|schannel|kerberos|netlogon|[0-9]{1,3})$"},
    {"level", kTexts, kSome, "How much is protected.", kAuthLevelWords}};

constexpr Key kTermKeys[] = {
    {"utf16", kProse, kOne, "Text as Windows sends it: two bytes a character."},
    {"text", kProse, kOne, "Text of one byte a character (UTF-8)."},
    {"hex", kProse, kOne, "Bytes: \"05 00 0b\".", {}, "^([0-9a-fA-F]{2} *)+$"},
    {"regex", kProse, kOne, "A regular expression over bytes, of Hyperscan's subset of PCRE."},
    {"nocase", kFlag, kOptional, "ASCII letters match in either case."},
    {"not", kFlag, kOptional, "It must not be there."}};

constexpr Key kGroupKeys[] = {{.name = "any",
                               .kind = kMaps,
                               .need = kRequired,
                               .description = "One of these must hold.",
                               .shape = &kTermShape}};

constexpr Key kCompanionsKeys[] = {{.name = "sigma",
                                    .kind = kMaps,
                                    .need = kRequired,
                                    .description = "Sigma rules for the host's logs.",
                                    .shape = &kSigmaShape}};

constexpr Key kSigmaKeys[] = {{"title", kAnything, kRequired, "As Sigma has it."},
                              {"logsource", kAnything, kRequired, "As Sigma has it."},
                              {"detection", kAnything, kRequired, "As Sigma has it."}};

constexpr Key kExpectationKeys[] = {
    {"capture", kText, kRequired, "A capture, relative to where rpcsieve runs."},
    {.name = "alerts",
     .kind = kNumber,
     .need = kRequired,
     .description = "How many alerts this detection raises on it.",
     .most = kMostAlerts}};

constexpr Key kNotKeys[] = {{"not", kTexts, kRequired, "All but these."}};

}  // namespace

const Shape kFileShape = {"file", "the file", kFileKeys};
const Shape kVariablesShape = {"variables", "the file", kVariablesKeys};
const Shape kDetectionShape = {"detection", "the detection", kDetectionKeys};
const Shape kWhenShape = {"when", "'when'", kWhenKeys};
const Shape kCallShape = {"call", "the call", kCallKeys};
const Shape kAlternativeShape = {"alternative", "the call", kAlternativeKeys};
const Shape kBindShape = {"bind", "the bind", kBindKeys};
const Shape kFileConditionShape = {"file_condition", "the file condition", kFileConditionKeys};
const Shape kSequenceShape = {"sequence", "the sequence", kSequenceKeys};
const Shape kStepShape = {"step", "the step", kStepKeys};
const Shape kCountShape = {"count", "'count'", kCountKeys};
const Shape kAuthShape = {"auth", "'auth'", kAuthKeys};
const Shape kTermShape = {"stub_condition", "the stub condition", kTermKeys};
const Shape kGroupShape = {"stub_group", "the group of stub conditions", kGroupKeys};
const Shape kCompanionsShape = {"companions", "'companions'", kCompanionsKeys};
const Shape kSigmaShape = {"sigma_rule", "the Sigma rule", kSigmaKeys, true};
const Shape kExpectationShape = {"expectation", "the expectation", kExpectationKeys};
const Shape kNotShape = {"not", "the list", kNotKeys};

const Key* find_key(const Shape& shape, std::string_view name) {
  for (const Key& key : shape.keys)
    if (key.name == name) return &key;
  return nullptr;
}

}  // namespace rpcsieve::compiler

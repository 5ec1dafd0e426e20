// Three answers are possible where bytes are missing: yes, no, and nobody knows. Here they are
// found by asking twice, once in favour of the rule and once against it: what may be is true if
// every doubt is resolved for the rule, what must be if every doubt is resolved against it.
#include "tests/support/oracle.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <string>
#include <utility>

namespace rpcsieve::test {
namespace {

using compiler::CallCondition;
using compiler::Clause;
using compiler::Ir;
using compiler::Pattern;
using compiler::Term;
using dcerpc::KnownBy;
using match::StubMatch;
using match::Subject;

bool same_byte(std::uint8_t a, std::uint8_t b, bool nocase) {
  return nocase ? std::tolower(a) == std::tolower(b) : a == b;
}

bool holds_literal(Bytes stub, const Pattern& pattern) {
  return std::search(stub.begin(), stub.end(), pattern.bytes.begin(), pattern.bytes.end(),
                     [&](std::uint8_t a, std::uint8_t b) {
                       return same_byte(a, b, pattern.nocase);
                     }) != stub.end();
}

// A random test asks for the same few expressions again and again.
const std::regex& expression(const Pattern& pattern) {
  static std::map<std::pair<std::string, bool>, std::regex> known;
  const auto [at, is_new] = known.try_emplace({pattern.regex, pattern.nocase});
  if (is_new)
    at->second.assign(pattern.regex, pattern.nocase ? std::regex::ECMAScript | std::regex::icase
                                                    : std::regex::ECMAScript);
  return at->second;
}

bool holds_regex(Bytes stub, const Pattern& pattern, bool end_is_known) {
  const std::string text(stub.begin(), stub.end());
  return std::regex_search(
      text, expression(pattern),
      end_is_known ? std::regex_constants::match_default : std::regex_constants::match_not_eol);
}

// Reader answers for the bytes that are there.
struct Reader {
  Bytes stub;
  bool whole;

  [[nodiscard]] bool surely_holds(const Pattern& pattern) const {
    return pattern.kind == Pattern::Kind::kLiteral ? holds_literal(stub, pattern)
                                                   : holds_regex(stub, pattern, whole);
  }
  [[nodiscard]] bool surely_lacks(const Pattern& pattern) const {
    return whole && !surely_holds(pattern);
  }

  // term, clause and condition say whether they must hold, or (`maybe`) may.
  [[nodiscard]] bool term(const Ir& ir, const Term& term, bool maybe) const {
    const Pattern& pattern = ir.patterns[term.pattern];
    if (term.negated) return maybe ? !surely_holds(pattern) : surely_lacks(pattern);
    return maybe ? !surely_lacks(pattern) : surely_holds(pattern);
  }
  [[nodiscard]] bool clause(const Ir& ir, const Clause& clause, bool maybe) const {
    return std::any_of(clause.any.begin(), clause.any.end(),
                       [&](const Term& one) { return term(ir, one, maybe); });
  }
  [[nodiscard]] bool condition(const Ir& ir, const CallCondition& condition, bool maybe) const {
    return std::all_of(condition.stub.begin(), condition.stub.end(),
                       [&](const Clause& one) { return clause(ir, one, maybe); });
  }
};

bool in(const IpAddress& address, const compiler::Cidr& net) {
  const unsigned bits = net.address.is_v4() ? 96U + net.prefix : net.prefix;
  for (unsigned bit = 0; bit < bits; ++bit) {
    const unsigned mask = 0x80U >> bit % 8;
    if (((address.bytes[bit / 8] ^ net.address.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

bool fits_interface(const CallCondition& condition, const dcerpc::Call& call) {
  return call.interface.uuid == condition.interface &&
         call.interface.version_major >= condition.version_major_first &&
         call.interface.version_major <= condition.version_major_last;
}

bool fits_auth(const CallCondition& condition, const dcerpc::Auth& auth) {
  const auto& types = condition.auth_types;
  if (!types.empty() &&
      std::count(types.begin(), types.end(), static_cast<std::uint8_t>(auth.type)) == 0)
    return false;
  if (condition.auth_levels == compiler::kEveryLevel) return true;
  constexpr int kLevels[] = {2, 0, 2, 3, 4, 5, 6};  // default is connect, none is no verifier
  const auto level = static_cast<std::size_t>(auth.level);
  return level < std::size(kLevels) && (condition.auth_levels >> kLevels[level] & 1) != 0;
}

bool fits_around(const CallCondition& condition, const Subject& subject) {
  const bool opnum = std::any_of(
      condition.opnums.begin(), condition.opnums.end(), [&](const compiler::OpnumRange& range) {
        return subject.call.opnum >= range.first && subject.call.opnum <= range.last;
      });
  const bool pipe = fits_pipe(condition.pipes, subject.transport, subject.pipe);
  const bool object =
      !condition.object || (subject.call.has_object && subject.call.object == *condition.object);
  return opnum && pipe && object && fits_auth(condition, subject.call.auth) &&
         (condition.transports & static_cast<std::uint8_t>(subject.transport)) != 0;
}

int rank(StubMatch match) {
  constexpr int kRanks[] = {2, 3, 1};
  return kRanks[static_cast<std::size_t>(match)];
}

}  // namespace

bool contains(const compiler::AddressSet& set, const IpAddress& address) {
  const bool listed = std::any_of(set.nets.begin(), set.nets.end(),
                                  [&](const auto& net) { return in(address, net); });
  return listed != set.negated;
}

bool fits_pipe(const std::vector<std::string>& pipes, match::Transport transport,
               std::string_view pipe) {
  return pipes.empty() || transport != match::Transport::kSmb || pipe.empty() ||
         std::count(pipes.begin(), pipes.end(), pipe) > 0;
}

std::optional<StubMatch> fits(const Ir& ir, const compiler::Detection& detection,
                              const CallCondition& condition, const Subject& subject) {
  const dcerpc::Call& call = subject.call;
  const bool unknown = call.known_by == KnownBy::kUnknown;
  if (!contains(detection.from, subject.client) || !contains(detection.to, subject.server))
    return std::nullopt;
  if (call.known_by == KnownBy::kRejected || !fits_around(condition, subject)) return std::nullopt;
  if (unknown ? !is_inferable(ir, condition) : !fits_interface(condition, call))
    return std::nullopt;
  if (condition.stub.empty()) return StubMatch::kNone;
  const Reader reader{call.sealed ? Bytes() : subject.stub, !call.sealed && call.complete};
  if (reader.condition(ir, condition, false)) return StubMatch::kMatched;
  const bool tell = !unknown && detection.sealed == database::Sealed::kAlert;
  if (tell && reader.condition(ir, condition, true)) return StubMatch::kUnread;
  return std::nullopt;
}

bool is_better(StubMatch a, StubMatch b) { return rank(a) > rank(b); }

std::vector<match::Hit> oracle(const Ir& ir, const Subject& subject) {
  const bool unknown = subject.call.known_by == KnownBy::kUnknown;
  std::vector<match::Hit> hits;
  std::uint32_t condition = 0;  // a database numbers them in this order
  for (std::uint32_t i = 0; i < ir.detections.size(); ++i) {
    std::optional<match::Hit> best;
    for (const CallCondition& call : ir.detections[i].steps.front().calls) {
      const auto match = fits(ir, ir.detections[i], call, subject);
      if (match && (!best || is_better(*match, best->stub_match)))
        best = match::Hit{i, condition, *match, unknown};
      ++condition;
    }
    if (best) hits.push_back(*best);
  }
  return hits;
}

}  // namespace rpcsieve::test

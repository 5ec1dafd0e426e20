// A call is judged in three steps. The tables give the conditions that may fit its interface and
// opnum; what can be refused by a comparison is refused (transport, version, object, pipe,
// addresses); and only if a condition with patterns still stands is the stub scanned, once for all
// of them. A stub that is sealed or cut may leave a condition undecided: that is an answer of its
// own, neither yes nor no.
#include "runtime/match/matcher.h"

#include <algorithm>
#include <optional>

#include "runtime/match/conditions.h"
#include "runtime/match/scan.h"

namespace rpcsieve::match {
namespace {

using database::ConditionRow;
using database::Database;
using dcerpc::KnownBy;

std::span<const std::uint32_t> find_candidates(const Database& database, const dcerpc::Call& call) {
  if (call.known_by == KnownBy::kRejected) return {};
  if (call.known_by == KnownBy::kUnknown) return database.find_inferred(call.opnum);
  const auto* interface =
      database.find_interface(call.interface.uuid, call.interface.version_major);
  if (interface == nullptr) return {};
  return database.find_watched(*interface, call.opnum);
}

bool fits_interface(const ConditionRow& condition, const dcerpc::Call& call) {
  if (call.known_by == KnownBy::kUnknown) return condition.inferable != 0;
  const std::uint16_t version = call.interface.version_major;
  return version >= condition.version_major_first && version <= condition.version_major_last;
}

// fits says whether everything but the stub fits.
bool fits(const Database& database, const ConditionRow& condition, const Subject& subject) {
  return (condition.transports & static_cast<std::uint8_t>(subject.transport)) != 0 &&
         fits_interface(condition, subject.call) && fits_object(condition, subject.call) &&
         fits_auth(database, condition, subject.call.auth) &&
         fits_pipe(database, condition.pipes, subject.transport, subject.pipe) &&
         contains(database, condition.from, subject.client) &&
         contains(database, condition.to, subject.server);
}

bool is_better(StubMatch a, StubMatch b) {
  const auto rank = [](StubMatch match) {
    return match == StubMatch::kMatched ? 2 : match == StubMatch::kNone ? 1 : 0;
  };
  return rank(a) > rank(b);
}

bool same_step(const Hit& a, const Hit& b) {
  return a.detection == b.detection && a.step == b.step;
}

// Hits appends the hits of one call, whose conditions come in the order of the detections.
class Hits {
 public:
  Hits(const Database& database, std::vector<Hit>& out, bool inferred)
      : database_(database), out_(out), first_(out.size()), inferred_(inferred) {}

  void add(std::uint32_t index, StubMatch stub_match) {
    const ConditionRow& condition = database_.conditions()[index];
    const Hit hit{condition.detection, index, stub_match, inferred_, condition.step};
    if (out_.size() == first_ || !rivals(out_.back(), hit))
      out_.push_back(hit);
    else if (is_better(stub_match, out_.back().stub_match))
      out_.back() = hit;
  }

 private:
  // rivals: of alternatives that take different outcomes either may fall away later.
  [[nodiscard]] bool rivals(const Hit& a, const Hit& b) const {
    const auto conditions = database_.conditions();
    return same_step(a, b) && conditions[a.condition].outcomes == conditions[b.condition].outcomes;
  }

  const Database& database_;
  std::vector<Hit>& out_;
  std::size_t first_;
  bool inferred_;
};

}  // namespace

void keep_best(std::vector<Hit>& hits) {
  std::size_t kept = 0;
  for (const Hit& hit : hits) {
    if (kept == 0 || !same_step(hits[kept - 1], hit))
      hits[kept++] = hit;
    else if (is_better(hit.stub_match, hits[kept - 1].stub_match))
      hits[kept - 1] = hit;
  }
  hits.resize(kept);
}

struct Scratch::State {
  HyperscanScratch hyperscan;
  Findings findings;
  std::vector<std::uint32_t> standing;  // conditions that nothing but the stub can refuse
};

Scratch::Scratch(std::unique_ptr<State> state) : state_(std::move(state)) {}
Scratch::~Scratch() = default;

struct Matcher::State {
  const Database& database;
  std::unique_ptr<Scanner> scanner;

  // stand collects the conditions that everything but the stub fits; true: one has patterns.
  bool stand(const Subject& subject, std::vector<std::uint32_t>& standing) const {
    bool has_patterns = false;
    standing.clear();
    for (const std::uint32_t index : find_candidates(database, subject.call)) {
      const ConditionRow& condition = database.conditions()[index];
      if (!fits(database, condition, subject)) continue;
      standing.push_back(index);
      has_patterns = has_patterns || condition.clauses.count > 0;
    }
    return has_patterns;
  }

  // read finds what the stub holds, as far as it can be read.
  void read(const Subject& subject, Scratch::State& scratch, Counters& counters) const {
    const bool sealed = subject.call.sealed;
    scratch.findings.start({sealed ? Bytes() : subject.stub, !sealed && subject.call.complete});
    const std::size_t length = scratch.findings.stub().bytes.size();
    if (length == 0) return;
    scanner->scan(scratch.hyperscan.get(), scratch.findings);
    counters.count(Counter::stubs_scanned);
    counters.count(Counter::stub_bytes_scanned, length);
  }

  // judge_stub says how a standing condition ends: nullopt if its stub conditions do not hold.
  std::optional<StubMatch> judge_stub(const ConditionRow& condition, const Findings& findings,
                                      bool inferred, bool& unread) const {
    if (condition.clauses.count == 0) return StubMatch::kNone;
    const Truth truth = judge(database, condition, findings);
    if (truth == Truth::kTrue) return StubMatch::kMatched;
    if (truth == Truth::kFalse || inferred) return std::nullopt;
    unread = true;
    const auto& detection = database.detections()[condition.detection];
    if (detection.sealed == database::Sealed::kIgnore) return std::nullopt;
    return StubMatch::kUnread;
  }
};

Matcher::Matcher(std::unique_ptr<State> state) : state_(std::move(state)) {}
Matcher::~Matcher() = default;

std::unique_ptr<Matcher> Matcher::create(const Database& database, std::string& error) {
  auto scanner = Scanner::open(database, error);
  if (!scanner) return nullptr;
  std::unique_ptr<State> state(new State{database, std::move(scanner)});
  return std::unique_ptr<Matcher>(new Matcher(std::move(state)));
}

std::unique_ptr<Scratch> Matcher::make_scratch() const {
  const Database& database = state_->database;
  std::unique_ptr<Scratch::State> state(
      new Scratch::State{state_->scanner->make_scratch(), Findings(database.patterns()), {}});
  if (!state->hyperscan && !database.patterns().empty()) return nullptr;
  state->standing.reserve(database.conditions().size());
  return std::unique_ptr<Scratch>(new Scratch(std::move(state)));
}

bool Matcher::watches(const dcerpc::Call& call) const {
  return !find_candidates(state_->database, call).empty();
}

bool Matcher::match(const Subject& subject, Scratch& scratch, Counters& counters,
                    std::vector<Hit>& hits) const {
  Scratch::State& own = *scratch.state_;
  if (state_->stand(subject, own.standing)) state_->read(subject, own, counters);
  const bool inferred = subject.call.known_by == KnownBy::kUnknown;
  bool unread = false;
  Hits found(state_->database, hits, inferred);
  for (const std::uint32_t index : own.standing) {
    const ConditionRow& condition = state_->database.conditions()[index];
    if (const auto end = state_->judge_stub(condition, own.findings, inferred, unread))
      found.add(index, *end);
  }
  if (unread) counters.count(Counter::stubs_unread);
  return unread;
}

}  // namespace rpcsieve::match

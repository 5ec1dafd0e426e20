// The matcher finds the few conditions that may fit by its tables; here every condition is asked,
// so that the first one that fails can be named. Both ask with the same functions, and a test holds
// them to the same answers.
#include "runtime/match/explain.h"

#include <algorithm>
#include <utility>

#include "runtime/match/conditions.h"

namespace rpcsieve::match {
namespace {

using database::ConditionRow;
using database::Database;
using database::WatchRow;
using dcerpc::KnownBy;

void add_watched(const Database& database, const database::InterfaceRow& interface,
                 std::vector<Operations>& out) {
  for (const WatchRow& row : database.watched(interface)) {
    for (const std::uint32_t condition : database.candidates(row))
      out[condition].push_back({row.first, row.last, {}});
  }
}

constexpr std::uint32_t kNobody = ~0U;

// joined sorts runs and joins those that touch.
Operations joined(Operations runs) {
  std::sort(runs.begin(), runs.end(),
            [](const WatchRow& a, const WatchRow& b) { return a.first < b.first; });
  Operations out;
  for (const WatchRow& run : runs) {
    if (!out.empty() && run.first <= out.back().last + 1)
      out.back().last = std::max(out.back().last, run.last);
    else
      out.push_back(run);
  }
  return out;
}

// is_nearer says which of two misses says more.
bool is_nearer(const Miss& a, const Miss& b) {
  return std::pair(a.step, a.stub_holds) > std::pair(b.step, b.stub_holds);
}

}  // namespace

Explainer::Explainer(const Database& database)
    : database_(database),
      findings_(database.patterns()),
      operations_(database.conditions().size()) {
  for (const auto& interface : database.interfaces()) add_watched(database, interface, operations_);
  for (Operations& runs : operations_) runs = joined(std::move(runs));
}

std::unique_ptr<Explainer> Explainer::create(const Database& database, std::string& error) {
  std::unique_ptr<Explainer> explainer(new Explainer(database));
  explainer->scanner_ = Scanner::open(database, error);
  if (!explainer->scanner_) return nullptr;
  explainer->scratch_ = explainer->scanner_->make_scratch();
  if (explainer->scratch_ || database.patterns().empty()) return explainer;
  error = "there is no memory for it";
  return nullptr;
}

const std::vector<Miss>& Explainer::explain(const Subject& subject) {
  misses_.clear();
  fitting_.clear();
  read(subject);
  std::uint32_t fits = kNobody;  // the detection that it fits last
  for (std::uint32_t i = 0; i < database_.conditions().size(); ++i) {
    Miss miss{database_.conditions()[i].detection, i};
    if (!fails(i, subject, miss)) {
      fitting_.push_back(i);
      fits = take_back(miss.detection);
    } else if (miss.detection != fits) {
      keep(miss);
    }
  }
  return misses_;
}

const std::vector<Miss>& Explainer::explain(const Offer& offer, std::uint8_t result) {
  misses_.clear();
  std::uint32_t fits = kNobody;
  const auto first = database_.binds().data();
  for (const database::BindRow& row : database_.find_binds(offer.interface.uuid)) {
    Miss miss{row.detection, static_cast<std::uint32_t>(&row - first)};
    miss.kind = Kind::kBind;
    const std::uint16_t version = offer.interface.version_major;
    if (version < row.version_major_first || version > row.version_major_last)
      miss.step = Step::kVersion;
    else if ((row.transports & static_cast<std::uint8_t>(offer.transport)) == 0)
      miss.step = Step::kTransport;
    else if (!fits_pipe(database_, row.pipes, offer.transport, offer.pipe))
      miss.step = Step::kPipe;
    else if (!contains(database_, row.from, offer.client))
      miss.step = Step::kClient;
    else if (!contains(database_, row.to, offer.server))
      miss.step = Step::kServer;
    else if ((row.results & result) == 0)
      miss.step = Step::kOutcome;
    else
      fits = take_back(miss.detection);
    if (miss.detection != fits) keep(miss);
  }
  return misses_;
}

const std::vector<Miss>& Explainer::explain(const File& file) {
  misses_.clear();
  std::uint32_t fits = kNobody;
  for (std::uint32_t i = 0; i < database_.files().size(); ++i) {
    const database::FileRow& row = database_.files()[i];
    if (!fits_name(database_, row, file)) continue;
    Miss miss{row.detection, i};
    miss.kind = Kind::kFile;
    if (!fits_share(database_, row, file))
      miss.step = Step::kShare;
    else if (!fits_access(row, file))
      miss.step = Step::kAccess;
    else if (!contains(database_, row.from, file.client))
      miss.step = Step::kClient;
    else if (!contains(database_, row.to, file.server))
      miss.step = Step::kServer;
    else if ((row.outcomes & 1U << static_cast<unsigned>(file.result)) == 0)
      miss.step = Step::kOutcome;
    else
      fits = take_back(miss.detection);
    if (miss.detection != fits) keep(miss);
  }
  return misses_;
}

// keep notes a miss, of each detection the nearest.
void Explainer::keep(const Miss& miss) {
  if (misses_.empty() || misses_.back().detection != miss.detection)
    misses_.push_back(miss);
  else if (is_nearer(miss, misses_.back()))
    misses_.back() = miss;
}

// take_back forgets the misses of a detection of which another alternative fits.
std::uint32_t Explainer::take_back(std::uint32_t detection) {
  if (!misses_.empty() && misses_.back().detection == detection) misses_.pop_back();
  return detection;
}

// read scans the stub, even if nothing but the stub fits: that is worth knowing as well.
void Explainer::read(const Subject& subject) {
  const bool sealed = subject.call.sealed;
  findings_.start({sealed ? Bytes() : subject.stub, !sealed && subject.call.complete});
  if (scratch_) scanner_->scan(scratch_.get(), findings_);
}

bool Explainer::fits_operation(std::uint32_t condition, std::uint16_t opnum) const {
  const Operations& runs = operations_[condition];
  return std::any_of(runs.begin(), runs.end(),
                     [&](const WatchRow& run) { return opnum >= run.first && opnum <= run.last; });
}

// holds_something says whether the stub has what the condition looks for: that others are not there
// is true of most stubs.
bool Explainer::holds_something(const ConditionRow& condition) const {
  if (judge(database_, condition, findings_) != Truth::kTrue) return false;
  for (const auto& clause : database_.clauses(condition.clauses)) {
    for (const auto& term : database_.terms(clause.terms))
      if (term.negated == 0 && findings_.holds(term.pattern) == Truth::kTrue) return true;
  }
  return false;
}

// fails says whether the call fails the condition, and then where.
bool Explainer::fails(std::uint32_t condition, const Subject& subject, Miss& miss) const {
  const ConditionRow& row = database_.conditions()[condition];
  const dcerpc::Call& call = subject.call;
  const bool known = call.known_by != KnownBy::kUnknown;
  miss.stub_holds = holds_something(row);
  const bool operation = fits_operation(condition, call.opnum);
  const std::uint16_t version = call.interface.version_major;
  if (known ? call.interface.uuid != row.interface : !operation)
    miss.step = Step::kInterface;
  else if (known && (version < row.version_major_first || version > row.version_major_last))
    miss.step = Step::kVersion;
  else if (!operation)
    miss.step = Step::kOperation;
  else if (call.known_by == KnownBy::kRejected)
    miss.step = Step::kRejected;
  else if (!known && row.inferable == 0)
    miss.step = Step::kUninferable;
  else
    return fails_around(row, subject, miss.step) || fails_stub(row, subject, miss);
  return true;
}

bool Explainer::fails_around(const ConditionRow& row, const Subject& subject, Step& step) const {
  if ((row.transports & static_cast<std::uint8_t>(subject.transport)) == 0)
    step = Step::kTransport;
  else if (!fits_pipe(database_, row.pipes, subject.transport, subject.pipe))
    step = Step::kPipe;
  else if (!fits_object(row, subject.call))
    step = Step::kObject;
  else if (!fits_auth(database_, row, subject.call.auth))
    step = Step::kAuth;
  else if (!contains(database_, row.from, subject.client))
    step = Step::kClient;
  else if (!contains(database_, row.to, subject.server))
    step = Step::kServer;
  else
    return false;
  return true;
}

bool Explainer::fails_stub(const ConditionRow& row, const Subject& subject, Miss& miss) const {
  const Truth truth = judge(database_, row, findings_);
  const bool unread_will_do =
      subject.call.known_by != KnownBy::kUnknown &&
      database_.detections()[row.detection].sealed == database::Sealed::kAlert;
  if (truth == Truth::kTrue || (truth == Truth::kUndecided && unread_will_do)) return false;
  miss.step = truth == Truth::kFalse ? Step::kStub : Step::kUnread;
  const auto clauses = database_.clauses(row.clauses);
  while (judge(database_, clauses[miss.clause], findings_) != truth) ++miss.clause;
  return true;
}

}  // namespace rpcsieve::match

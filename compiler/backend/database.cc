// From the Ir to the tables of a database file. What the matcher asks in turn decides their shape:
// an interface, then the run of operation numbers, then the conditions that claim it. Each
// alternative of a detection becomes a condition of its own, in the detections' order.
//
// Names come from the whole catalogue, whatever the rules mention, because calls are printed with
// names even where no rule watches them.
#include "runtime/database/database.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "compiler/backend/addresses.h"
#include "compiler/backend/backend.h"
#include "compiler/backend/classtype.h"
#include "compiler/backend/database_file.h"
#include "compiler/backend/patterns.h"
#include "compiler/backend/watch.h"
#include "compiler/ir/words.h"

namespace rpcsieve::compiler {
namespace {

using database::Range;
using database::Section;

// A database never holds more candidates than this (64 MB): many detections whose operation numbers
// overlap in ever different ways would multiply without it.
constexpr std::size_t kCandidatesLimit = 1 << 24;

std::vector<std::string> attack_tags(const Detection& detection) {
  std::vector<std::string> tags = detection.attack;
  if (!detection.tactic.empty())
    tags.insert(tags.begin(),
                {std::string(tactic_id(detection.tactic)), tactic_name(detection.tactic)});
  return tags;
}

class Emitter {
 public:
  Emitter(const Ir& ir, const Sids& sids, const Catalog& catalog)
      : ir_(ir), sids_(sids), catalog_(catalog) {}

  // emit gives the file; nullopt if there would be too many candidates.
  std::optional<std::vector<std::uint8_t>> emit(const CompiledPatterns& patterns) {
    for (const CompiledPattern& pattern : patterns.patterns) add_pattern(pattern);
    for (const std::uint8_t byte : patterns.hyperscan) file_.add(Section::kHyperscan, byte);
    for (const Detection& detection : ir_.detections) add_detection(detection);
    add_binds();
    for (const auto& [uuid, watches] : watches_)
      watched_.emplace(uuid, add_watches(Section::kWatched, watches));
    add_watches(Section::kInferred, inferred_);
    add_interfaces();
    add_pipes();
    if (too_many_) return std::nullopt;
    return file_.build(patterns.platform);
  }

 private:
  void add_pattern(const CompiledPattern& pattern) {
    file_.add(Section::kPatterns, database::PatternRow{file_.text(pattern.expression),
                                                       pattern.flags, pattern.at_end ? 1U : 0U});
  }

  void add_detection(const Detection& detection) {
    const Sid sid = sids_.of(detection.id, "native");
    database::DetectionRow row{};
    row.id = detection.id.bytes;
    row.name = file_.text(detection.name);
    row.title = file_.text(detection.title);
    row.category = file_.text(classtype(detection.severity).description);
    row.attack = file_.add_all(Section::kTags, texts(attack_tags(detection)));
    row.sid = sid.sid;
    row.rev = sid.rev;
    row.severity = detection.severity;
    row.sealed = detection.sealed;
    row.profile = detection.profile;
    row.steps = small(detection.steps.size());
    row.history = add_history(detection);
    const std::uint32_t index = file_.add(Section::kDetections, row);
    for (std::size_t i = 0; i < detection.steps.size(); ++i) {
      const Step& step = detection.steps[i];
      for (const CallCondition& call : step.calls) add_condition(index, small(i), detection, call);
      for (const BindCondition& bind : step.binds) add_bind(index, small(i), detection, bind);
      for (const FileCondition& file : step.files) add_file(index, small(i), detection, file);
    }
  }

  // small: a number of steps that is too large for its place is one that the reader refuses.
  static std::uint8_t small(std::size_t n) {
    return static_cast<std::uint8_t>(std::min<std::size_t>(n, 0xff));
  }

  Range add_history(const Detection& detection) {
    if (detection.steps.size() <= 1 && !detection.count) return {};
    database::HistoryRow row{};
    if (detection.steps.size() > 1) {
      row.sequence_us = detection.within_us;
      row.sequence_by = detection.by;
    }
    if (detection.count) {
      row.count_us = detection.count->within_us;
      row.at_least = detection.count->at_least;
      row.count_by = detection.count->by;
    }
    return {file_.add(Section::kHistories, row), 1};
  }

  void add_condition(std::uint32_t detection, std::uint8_t step, const Detection& rule,
                     const CallCondition& call) {
    database::ConditionRow row{};
    row.detection = detection;
    row.step = step;
    row.version_major_first = call.version_major_first;
    row.version_major_last = call.version_major_last;
    row.transports = call.transports;
    row.has_object = call.object ? 1 : 0;
    row.interface = call.interface;
    row.object = call.object.value_or(Uuid{});
    row.inferable = is_inferable(ir_, call) ? 1 : 0;
    row.pipes = pipes(call.pipes);
    row.from = addresses(rule.from);
    row.to = addresses(rule.to);
    row.clauses = add_clauses(call.stub);
    row.auth_types = file_.add_all(Section::kAuthTypes, call.auth_types);
    row.auth_levels = call.auth_levels;
    row.outcomes = call.outcomes;
    const std::uint32_t index = file_.add(Section::kConditions, row);
    for (const OpnumRange& opnums : call.opnums) {
      watches_[call.interface].push_back({opnums, index});
      if (row.inferable != 0) inferred_.push_back({opnums, index});
    }
  }

  void add_bind(std::uint32_t detection, std::uint8_t step, const Detection& rule,
                const BindCondition& bind) {
    database::BindRow row{};
    row.detection = detection;
    row.version_major_first = bind.version_major_first;
    row.version_major_last = bind.version_major_last;
    row.interface = bind.interface;
    row.transports = bind.transports;
    row.results = bind_results(bind.result);
    row.step = step;
    row.pipes = pipes(bind.pipes);
    row.from = addresses(rule.from);
    row.to = addresses(rule.to);
    binds_.push_back(row);
  }

  static std::uint8_t bind_results(BindResult result) {
    if (result == BindResult::kAccepted) return database::kAccepted;
    if (result == BindResult::kRejected) return database::kRejected;
    return database::kAccepted | database::kRejected | database::kNotAnswered;
  }

  void add_file(std::uint32_t detection, std::uint8_t step, const Detection& rule,
                const FileCondition& file) {
    database::FileRow row{};
    row.detection = detection;
    row.name = file_.text(file.name);
    row.share = file_.text(file.share);
    row.whole_path = file.whole_path ? 1 : 0;
    row.access = file.access;
    row.outcomes = file.outcomes;
    row.step = step;
    row.from = addresses(rule.from);
    row.to = addresses(rule.to);
    file_.add(Section::kFiles, row);
  }

  // add_binds puts them in the order in which they are looked up.
  void add_binds() {
    std::stable_sort(binds_.begin(), binds_.end(),
                     [](const auto& a, const auto& b) { return a.interface < b.interface; });
    file_.add_all(Section::kBinds, binds_);
  }

  Range add_clauses(const std::vector<Clause>& clauses) {
    std::vector<database::ClauseRow> rows;
    for (const Clause& clause : clauses) {
      std::vector<database::TermRow> terms;
      for (const Term& term : clause.any) terms.push_back({term.pattern, term.negated ? 1U : 0U});
      rows.push_back({file_.add_all(Section::kTerms, terms)});
    }
    return file_.add_all(Section::kClauses, rows);
  }

  std::vector<database::Text> texts(const std::vector<std::string>& strings) {
    std::vector<database::Text> rows;
    for (const std::string& string : strings) rows.push_back(file_.text(string));
    return rows;
  }

  // Many detections name the same pipes and the same variables, so each list is stored once.
  Range pipes(const std::vector<std::string>& names) {
    if (names.empty()) return {};
    const auto [known, is_new] = pipe_lists_.try_emplace(names);
    if (is_new) known->second = file_.add_all(Section::kConditionPipes, texts(names));
    return known->second;
  }

  database::AddressSet addresses(const AddressSet& set) {
    database::AddressSet row{};
    row.everyone = set.everyone() ? 1 : 0;
    row.negated = set.negated ? 1 : 0;
    if (set.nets.empty()) return row;
    const auto [known, is_new] = net_lists_.try_emplace(set.nets);
    if (is_new) known->second = file_.add_all(Section::kAddresses, address_ranges(set.nets));
    row.ranges = known->second;
    return row;
  }

  Range add_watches(Section section, const std::vector<Watch>& watches) {
    const auto runs = split_watches(watches, candidates_left_);
    if (!runs) {
      too_many_ = true;
      return {};
    }
    std::vector<database::WatchRow> rows;
    for (const WatchRun& run : *runs) {
      candidates_left_ -= run.conditions.size();
      rows.push_back(
          {run.opnums.first, run.opnums.last, file_.add_all(Section::kCandidates, run.conditions)});
    }
    return file_.add_all(section, rows);
  }

  // add_interfaces merges the catalogue's, in its order, with those that only rules mention.
  void add_interfaces() {
    std::map<std::tuple<Uuid, std::uint16_t, std::uint16_t>, const Interface*> all;
    for (const Interface& known : catalog_.interfaces())
      all.emplace(std::tuple(known.uuid, known.version_major, known.version_minor), &known);
    for (const auto& [uuid, range] : watched_)
      if (catalog_.find(uuid) == nullptr) all.emplace(std::tuple(uuid, 0, 0), nullptr);
    for (const auto& [key, known] : all) add_interface(key, known);
  }

  void add_interface(const std::tuple<Uuid, std::uint16_t, std::uint16_t>& key,
                     const Interface* known) {
    const auto& [uuid, version_major, version_minor] = key;
    database::InterfaceRow row{uuid, version_major, version_minor, {}, {}, {}};
    if (const auto watched = watched_.find(uuid); watched != watched_.end())
      row.watched = watched->second;
    if (known != nullptr) {
      row.name = file_.text(known->name);
      row.operations = add_operations(*known);
    }
    const std::uint32_t index = file_.add(Section::kInterfaces, row);
    if (known != nullptr) rows_.emplace(known, index);
  }

  Range add_operations(const Interface& interface) {
    std::vector<database::OperationRow> rows;
    for (const Operation& operation : interface.operations)
      rows.push_back({operation.number, operation.returns, 0, file_.text(operation.name)});
    return file_.add_all(Section::kOperations, rows);
  }

  void add_pipes() {
    std::map<std::string_view, std::uint32_t> all;
    for (const ImpliedPipe& implied : catalog_.implied_pipes())
      all.emplace(implied.pipe, rows_.at(implied.interface));
    for (const auto& [pipe, interface] : all)
      file_.add(Section::kPipes, database::PipeRow{file_.text(pipe), interface});
  }

  const Ir& ir_;
  const Sids& sids_;
  const Catalog& catalog_;
  DatabaseFile file_;
  std::map<Uuid, std::vector<Watch>> watches_;
  std::vector<Watch> inferred_;
  std::vector<database::BindRow> binds_;
  std::map<Uuid, Range> watched_;
  std::map<const Interface*, std::uint32_t> rows_;
  std::map<std::vector<std::string>, Range> pipe_lists_;
  std::map<std::vector<Cidr>, Range> net_lists_;
  std::size_t candidates_left_ = kCandidatesLimit;
  bool too_many_ = false;
};

// first_place is where a mistake of the rule set as a whole is shown.
Span first_place(const Ir& ir) {
  return ir.detections.empty() ? Span{} : ir.detections.front().span;
}

}  // namespace

std::optional<std::vector<std::uint8_t>> emit_database(const Ir& ir, const Sids& sids,
                                                       const Catalog& catalog,
                                                       const DatabaseOptions& options,
                                                       Diagnostics& out) {
  const auto patterns = compile_patterns(ir, options.for_this_host, out);
  if (!patterns) return std::nullopt;
  auto file = Emitter(ir, sids, catalog).emit(*patterns);
  if (!file) {
    out.error("E044", first_place(ir), "the operation numbers overlap in too many ways",
              "split the rules over several databases");
    return std::nullopt;
  }
  // The reader has the last word on what may be written, such as text that is not UTF-8.
  std::string fault;
  if (!database::Database::load(*file, fault)) {
    out.error("E045", first_place(ir), fmt::format("the database would be refused: {}", fault),
              "this is a fault of the rules' text, or of rpcsieve");
    return std::nullopt;
  }
  return file;
}

}  // namespace rpcsieve::compiler

// Ten thousand calls that miss by the same condition are one line with a number; a few of them
// stand below it as examples. The nearest misses come first.
#include "tools/rpcsieve/near_misses.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "runtime/engine/tracker.h"
#include "runtime/match/conditions.h"
#include "tools/rpcsieve/condition_words.h"
#include "tools/rpcsieve/console.h"

namespace rpcsieve::cli {
namespace {

using match::Miss;
using match::Step;
using match::Subject;

constexpr std::size_t kExamples = 3;  // of each reason
constexpr std::size_t kInstead = 64;  // different things that calls had instead are counted
constexpr std::size_t kTold = 5;      // ... and told

// is_near says whether a miss is worth telling: the interface fits, or the stub does.
bool is_near(const Miss& miss) { return miss.step != Step::kInterface || miss.stub_holds; }

std::string count_words(std::uint64_t calls) {
  return calls == 1 ? "1 call" : fmt::format("{} calls", calls);
}

std::string transports_words(std::uint8_t bits) {
  std::string out;
  for (const auto transport :
       {match::Transport::kSmb, match::Transport::kTcp, match::Transport::kUdp}) {
    if ((bits & static_cast<std::uint8_t>(transport)) == 0) continue;
    out += (out.empty() ? "" : ", ") + std::string(alert::name(transport));
  }
  return out;
}

// most gives the commonest of what was counted: "samr 12, netlogon 3, and 2 more".
std::string most(const std::map<std::string, std::uint64_t>& counts, std::uint64_t others) {
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i < kTold)
      out += fmt::format("{}{} {}", i == 0 ? "" : ", ", sorted[i].first, sorted[i].second);
    else
      others += sorted[i].second;
  }
  return others == 0 ? out : fmt::format("{}, and others {}", out, others);
}

std::string_view key(Step step) {
  constexpr std::string_view kKeys[] = {
      "interface", "version", "operation",  "rejected", "interface_unknown",
      "transport", "pipe",    "object",     "auth",     "from",
      "to",        "stub",    "stub_unread"};
  return kKeys[static_cast<std::size_t>(step)];
}

}  // namespace

NearMisses::NearMisses(const database::Database& database,
                       std::unique_ptr<match::Explainer> explainer)
    : database_(database),
      explainer_(std::move(explainer)),
      stories_(database.detections().size()) {}

void NearMisses::see(const Subject& subject, const Endpoint& client, const Endpoint& server,
                     std::uint64_t number) {
  ++calls_;
  Event event{printable(print_call(subject, client, server)), "", subject.call.stub_len};
  for (const Miss& miss : explainer_->explain(subject)) {
    if (!is_near(miss)) continue;
    event.instead = instead(miss, subject);
    add(miss, event);
  }
  if (!explainer_->fitting().empty()) awaited_[number] = {explainer_->fitting(), event};
}

void NearMisses::add(const Miss& miss, const Event& event) {
  const Reason reason{miss.step, miss.kind, miss.condition, miss.clause, miss.stub_holds};
  Tally& tally = stories_[miss.detection].reasons[reason];
  ++tally.calls;
  tally.shortest = std::min(tally.shortest, event.stub_len);
  tally.longest = std::max(tally.longest, event.stub_len);
  // Of calls of another operation their operations say enough.
  const bool is_telling = miss.step != Step::kOperation || miss.stub_holds;
  if (is_telling && tally.examples.size() < kExamples) tally.examples.push_back(event.example);
  const std::string had = printable(event.instead);
  if (had.empty()) return;
  if (tally.instead.size() < kInstead || tally.instead.count(had) > 0)
    ++tally.instead[had];
  else
    ++tally.others;
}

void NearMisses::add(const alert::Record& record) {
  std::visit(
      [&](const auto& what) {
        using What = std::decay_t<decltype(what)>;
        if constexpr (!std::is_same_v<What, alert::BlindSpot> &&
                      !std::is_same_v<What, alert::EndpointRecord>)
          add(what);
      },
      record);
}

void NearMisses::add(const alert::Alert& alert) {
  Story& story = stories_[alert.hit.detection];
  const bool is_call = std::holds_alternative<alert::CallRecord>(alert.event);
  ++story.by_stub[is_call ? "stub " + std::string(alert::name(alert.hit.stub_match)) : "no call"];
  if (story.alerts++ > 0) return;
  const auto confidence = alert::confidence(alert);
  story.first_alert = fmt::format(
      "{} {} -> {}{}{}", print(alert::time_of(alert)), print_endpoint(alert::client_of(alert)),
      print_endpoint(alert::server_of(alert)), confidence.empty() ? "" : ", ", confidence);
}

// add: the outcome of a call decides among the conditions that it fits.
void NearMisses::add(const alert::CallRecord& record) {
  const auto known = awaited_.find(record.number);
  if (known == awaited_.end()) return;
  std::vector<match::Hit> hits;
  for (const std::uint32_t index : known->second.conditions) {
    const auto& row = database_.conditions()[index];
    const match::Hit hit{row.detection, index, {}, false, row.step};
    const auto outcome = record.outcome.result;
    // An inferred call's outcome is read as the detection's interface would.
    const bool unknown = record.call.known_by == dcerpc::KnownBy::kUnknown;
    if (unknown || match::fits_outcome(row.outcomes, outcome)) {
      hits.push_back(hit);
      continue;
    }
    Miss miss{row.detection, index, Step::kOutcome};
    known->second.event.instead = dcerpc::name(outcome);
    add(miss, known->second.event);
  }
  match::keep_best(hits);
  for (const match::Hit& hit : hits) ++stories_[hit.detection].steps[hit.step];
  awaited_.erase(known);
}

void NearMisses::add(const alert::BindRecord& record) {
  const match::Offer offer{record.interface, record.transport, record.pipe, record.client.address,
                           record.server.address};
  const std::uint8_t result = engine::bind_result(record.known_by);
  Event event{
      fmt::format("{} {} -> {} {} bind of {}, {}", print(record.time),
                  print_endpoint(record.client), print_endpoint(record.server),
                  alert::name(record.transport), interface_words(database_, record.interface.uuid),
                  dcerpc::name(record.known_by)),
      "", 0};
  for (const Miss& miss : explainer_->explain(offer, result)) {
    event.instead = miss.step == Step::kVersion   ? std::to_string(record.interface.version_major)
                    : miss.step == Step::kPipe    ? record.pipe
                    : miss.step == Step::kOutcome ? std::string(dcerpc::name(record.known_by))
                    : miss.step == Step::kClient  ? print(record.client.address)
                    : miss.step == Step::kServer  ? print(record.server.address)
                                                  : std::string(alert::name(record.transport));
    add(miss, event);
  }
  std::vector<match::Hit> hits;
  match::match_offer(database_, offer, hits);
  std::erase_if(hits, [&](const match::Hit& hit) {
    return (database_.binds()[hit.condition].results & result) == 0;
  });
  match::keep_best(hits);
  for (const match::Hit& hit : hits) ++stories_[hit.detection].steps[hit.step];
}

void NearMisses::add(const alert::FileOpen& open) {
  const match::File file = engine::subject_of(open);
  Event event{
      printable(fmt::format("{} {} -> {} {}\\{}, {}, {}", print(open.time),
                            print_endpoint(open.client), print_endpoint(open.server),
                            alert::share_name(open.share.value_or("")), open.path.value_or(""),
                            alert::access_name(open.access_mask), dcerpc::name(open.result))),
      "", 0};
  for (const Miss& miss : explainer_->explain(file)) {
    event.instead = miss.step == Step::kShare    ? alert::share_name(open.share.value_or("unknown"))
                    : miss.step == Step::kAccess ? alert::access_name(open.access_mask)
                    : miss.step == Step::kClient ? print(open.client.address)
                    : miss.step == Step::kServer ? print(open.server.address)
                                                 : std::string(dcerpc::name(open.result));
    add(miss, event);
  }
  std::vector<match::Hit> hits;
  match::match_file(database_, file, hits);
  for (const match::Hit& hit : hits) ++stories_[hit.detection].steps[hit.step];
}

// instead says what a call had where the detection asks for something else.
std::string NearMisses::instead(const Miss& miss, const Subject& subject) const {
  const dcerpc::Call& call = subject.call;
  switch (miss.step) {
    case Step::kInterface:
      if (call.known_by == dcerpc::KnownBy::kUnknown) return "an unknown interface";
      return fmt::format("{} {}", interface_words(database_, call.interface.uuid),
                         operation_words(database_, call.interface.uuid, call.opnum));
    case Step::kVersion:
      return fmt::format("{}.{}", call.interface.version_major, call.interface.version_minor);
    case Step::kOperation:
      return operation_words(database_, call.interface.uuid, call.opnum);
    case Step::kTransport:
      return std::string(alert::name(subject.transport));
    case Step::kPipe:
      return std::string(subject.pipe);
    case Step::kObject:
      return call.has_object ? print(call.object) : "none";
    case Step::kAuth:
      return auth_words(call.auth);
    case Step::kClient:
      return print(subject.client);
    case Step::kServer:
      return print(subject.server);
    case Step::kUnread:
      return call.sealed ? "sealed" : "cut";
    case Step::kRejected:
    case Step::kUninferable:
    case Step::kStub:
    case Step::kShare:
    case Step::kAccess:
    case Step::kOutcome:
      break;
  }
  return "";
}

// subject_words names what a condition is about: "lsarpc LsarRetrievePrivateData (43)".
std::string NearMisses::subject_words(const Reason& reason) const {
  const auto& row = database_.conditions()[reason.condition];
  const auto runs = explainer_->operations(reason.condition);
  const bool every = runs.size() == 1 && runs[0].first == 0 && runs[0].last == 0xffff;
  std::string interface = interface_words(database_, row.interface);
  if (every) return interface;
  return interface + ' ' + operations_words(database_, row.interface, runs);
}

// event_words is words() of binds and files.
std::string NearMisses::event_words(const Reason& reason, const Tally& tally) const {
  const bool is_file = reason.kind == match::Kind::kFile;
  const std::string what =
      is_file
          ? file_words(database_, database_.files()[reason.condition])
          : "binds of " + interface_words(database_, database_.binds()[reason.condition].interface);
  return fmt::format("{} of {} that fail `{}`: {}", tally.calls, what, key(reason.step),
                     most(tally.instead, tally.others));
}

// history_words says of a detection that waits for several events how many came.
std::string NearMisses::history_words(std::uint32_t detection) const {
  const auto& row = database_.detections()[detection];
  const auto* history = database_.history(row);
  if (history == nullptr) return "";
  const auto& seen = stories_[detection].steps;
  const auto count = [&](std::uint8_t step) {
    const auto known = seen.find(step);
    return known == seen.end() ? std::uint64_t{0} : known->second;
  };
  std::string out;
  for (std::uint8_t step = 0; row.steps > 1 && step < row.steps; ++step)
    out +=
        fmt::format("  step {} of {}, all within {}: {} event{}\n", step + 1, row.steps,
                    window_words(history->sequence_us), count(step), count(step) == 1 ? "" : "s");
  if (history->at_least == 0) return out;
  out += fmt::format("  at least {} within {} are asked for", history->at_least,
                     window_words(history->count_us));
  if (row.steps == 1) out += fmt::format("; {} came in all", count(0));
  return out + '\n';
}

std::string NearMisses::words(const Reason& reason, const Tally& tally) const {
  if (reason.kind != match::Kind::kCall) return event_words(reason, tally);
  const auto& row = database_.conditions()[reason.condition];
  const std::string what = subject_words(reason);
  const std::string calls = count_words(tally.calls);
  const std::string had = most(tally.instead, tally.others);
  const std::string right = reason.stub_holds ? ", though the stub conditions hold" : "";
  const auto clause = [&] {
    return clause_words(database_, database_.clauses(row.clauses)[reason.clause]);
  };
  switch (reason.step) {
    case Step::kInterface:
      return fmt::format("{} of other interfaces: {}{}", calls, had, right);
    case Step::kVersion:
      return fmt::format("{} of {} in a version outside {}-{}: {}{}", calls,
                         interface_words(database_, row.interface), row.version_major_first,
                         row.version_major_last, had, right);
    case Step::kOperation:
      return fmt::format(
          "{} of {}, of another operation than {}: {}{}", calls,
          interface_words(database_, row.interface),
          operations_words(database_, row.interface, explainer_->operations(reason.condition)), had,
          right);
    case Step::kRejected:
      return fmt::format(
          "{} of {} in a context that the server refused: it carries out no such call", calls,
          what);
    case Step::kUninferable:
      return fmt::format(
          "{} of the operation of {}, of an interface that is not known (no bind that offers its "
          "context was captured): an alert would take a text, utf16 or hex item outside of any:, "
          "of at least 8 bytes that "
          "are not all the same",
          calls, what);
    case Step::kTransport:
      return fmt::format("{} of {} over {}, not over {}{}", calls, what, had,
                         transports_words(row.transports), right);
    case Step::kPipe: {
      std::vector<std::string_view> pipes;
      for (const auto& pipe : database_.pipes(row.pipes)) pipes.push_back(database_.text(pipe));
      return fmt::format("{} of {} through another pipe than {}: {}{}", calls, what,
                         fmt::join(pipes, ", "), had, right);
    }
    case Step::kObject:
      return fmt::format("{} of {} with another object UUID than {}: {}{}", calls, what,
                         print(row.object), had, right);
    case Step::kAuth:
      return fmt::format("{} of {} with other authentication than {}: {}{}", calls, what,
                         auth_words(database_, row), had, right);
    case Step::kClient:
      return fmt::format("{} of {} from clients that from: leaves out: {}{}", calls, what, had,
                         right);
    case Step::kServer:
      return fmt::format("{} of {} to servers that to: leaves out: {}{}", calls, what, had, right);
    case Step::kStub:
      return fmt::format("{} of {} whose stub, of {} bytes, fails {}", calls, what,
                         tally.shortest == tally.longest
                             ? std::to_string(tally.shortest)
                             : fmt::format("{} to {}", tally.shortest, tally.longest),
                         clause());
    case Step::kOutcome:
      return fmt::format("{} of {} that ended otherwise than {}: {}", calls, what,
                         outcome_words(row.outcomes), had);
    case Step::kShare:
    case Step::kAccess:
      break;
    case Step::kUnread:
      return fmt::format("{} of {} whose stub cannot be read ({}), so {} is not known{}", calls,
                         what, had, clause(),
                         keeps_silent(reason) ? "; sealed: ignore keeps silent then" : "");
  }
  return "";
}

bool NearMisses::keeps_silent(const Reason& reason) const {
  const auto& condition = database_.conditions()[reason.condition];
  return database_.detections()[condition.detection].sealed == database::Sealed::kIgnore;
}

std::string NearMisses::print_call(const Subject& subject, const Endpoint& client,
                                   const Endpoint& server) const {
  const dcerpc::Call& call = subject.call;
  const bool known = call.known_by != dcerpc::KnownBy::kUnknown;
  const std::string what = known ? interface_words(database_, call.interface.uuid) + ' ' +
                                       operation_words(database_, call.interface.uuid, call.opnum)
                                 : fmt::format("unknown interface opnum {}", call.opnum);
  return fmt::format("{} {} -> {} {}{} {}, {}, stub of {} bytes{}{}", print(call.time),
                     print_endpoint(client), print_endpoint(server), alert::name(subject.transport),
                     subject.pipe.empty() ? "" : " \\" + std::string(subject.pipe), what,
                     dcerpc::name(call.known_by), call.stub_len, call.sealed ? ", sealed" : "",
                     call.complete ? "" : ", cut");
}

// nothing_near says that no call even was of the right interface.
std::string NearMisses::nothing_near(std::uint32_t detection) const {
  std::vector<std::string> names;
  for (const auto& row : database_.conditions()) {
    if (row.detection != detection) continue;
    const std::string name = interface_words(database_, row.interface);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return fmt::format("  no call of {} among {}\n", fmt::join(names, ", "), count_words(calls_));
}

std::string NearMisses::describe(std::uint32_t detection) const {
  const Story& story = stories_[detection];
  const std::string name = printable(database_.text(database_.detections()[detection].name));
  std::string out = story.alerts == 0 ? fmt::format("{}: did not fire\n", name)
                                      : fmt::format("{}: fired, {} alert{} ({}), first {}\n", name,
                                                    story.alerts, story.alerts == 1 ? "" : "s",
                                                    most(story.by_stub, 0), story.first_alert);
  out += history_words(detection);
  if (story.alerts == 0 && story.reasons.empty() && story.steps.empty())
    out += nothing_near(detection);
  for (auto at = story.reasons.rbegin(); at != story.reasons.rend(); ++at) {
    const auto& [reason, tally] = *at;
    out += "  " + printable(words(reason, tally)) + '\n';
    for (const std::string& example : tally.examples) out += "    " + example + '\n';
    const std::uint64_t more = tally.calls - tally.examples.size();
    if (more > 0 && !tally.examples.empty()) out += fmt::format("    and {} more\n", more);
  }
  return out;
}

std::string NearMisses::to_json(std::uint32_t detection) const {
  const Story& story = stories_[detection];
  nlohmann::ordered_json out;
  out["detection"] = database_.text(database_.detections()[detection].name);
  out["alerts"] = story.alerts;
  out["calls"] = calls_;
  out["near_misses"] = nlohmann::ordered_json::array();
  for (auto at = story.reasons.rbegin(); at != story.reasons.rend(); ++at) {
    const auto& [reason, tally] = *at;
    out["near_misses"].push_back({{"failed", key(reason.step)},
                                  {"calls", tally.calls},
                                  {"words", words(reason, tally)},
                                  {"instead", tally.instead},
                                  {"examples", tally.examples}});
  }
  return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace rpcsieve::cli

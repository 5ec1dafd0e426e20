// The meaning of sequences and counts as one would say it: of each event it is asked which events
// before it would complete what the detection waits for. It costs the square of the events, and
// keeps nothing but the alerts that were given.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "runtime/match/matcher.h"
#include "tests/support/events.h"
#include "tests/support/oracle.h"
#include "tests/support/rules.h"

namespace rpcsieve::test {
namespace {

using compiler::BindCondition;
using compiler::bit;
using compiler::CallCondition;
using compiler::Detection;
using compiler::FileCondition;
using compiler::Ir;
using compiler::Step;
using database::Result;
using database::Returns;
using dcerpc::Answer;
using dcerpc::KnownBy;
using match::StubMatch;

// Ends are who an event is between.
struct Ends {
  IpAddress client, server;
  auto operator<=>(const Ends&) const = default;
};

Ends ends_of(const Happening& happening) {
  if (const auto* called = std::get_if<Called>(&happening.event)) {
    const match::Subject subject = called->call.subject();
    return {subject.client, subject.server};
  }
  if (const auto* offered = std::get_if<Offered>(&happening.event))
    return {offered->client, offered->server};
  const auto& open = std::get<alert::FileOpen>(happening.event);
  return {open.client.address, open.server.address};
}

// returns_of looks an operation up in the small catalogue: the interface of this version, or else
// the first of the UUID.
Returns returns_of(const Uuid& uuid, std::uint16_t version, std::uint16_t opnum) {
  const compiler::Interface* found = nullptr;
  for (const auto& interface : small_catalog().interfaces())
    if (interface.uuid == uuid && (found == nullptr || interface.version_major == version))
      found = &interface;
  if (found == nullptr) return Returns::kUnknown;
  for (const auto& operation : found->operations)
    if (operation.number == opnum) return operation.returns;
  return Returns::kUnknown;
}

// result_of reads answers of which the codes are 0, kDenied or failures.
Result result_of(const Answer& answer, Returns returns) {
  if (answer.kind == Answer::Kind::kNone) return Result::kUnanswered;
  if (answer.kind == Answer::Kind::kFault)
    return answer.status == kDenied ? Result::kDenied : Result::kFault;
  if (returns == Returns::kNothing) return Result::kSuccess;
  if (!answer.readable || returns == Returns::kUnknown) return Result::kAnswered;
  if (answer.tail == 0) return Result::kSuccess;
  return answer.tail == kDenied ? Result::kDenied : Result::kFailed;
}

Result result_of(const Called& called, const CallCondition& condition) {
  const dcerpc::Call& call = called.call.call();
  const bool known = call.known_by != KnownBy::kUnknown;
  const Uuid& uuid = known ? call.interface.uuid : condition.interface;
  const auto version = known ? call.interface.version_major : condition.version_major_first;
  return result_of(called.answer, returns_of(uuid, version, call.opnum));
}

// Fit is how an event fits a step: by which alternative, counted over all of that kind in the Ir.
struct Fit {
  std::uint32_t condition = 0;
  StubMatch match = StubMatch::kNone;
};

bool fits_bind(const Detection& detection, const BindCondition& bind, const Offered& offered) {
  const std::uint16_t version = offered.interface.version_major;
  const bool result =
      bind.result == compiler::BindResult::kAny ||
      offered.known_by ==
          (bind.result == compiler::BindResult::kAccepted ? KnownBy::kBound : KnownBy::kRejected);
  return result && bind.interface == offered.interface.uuid &&
         version >= bind.version_major_first && version <= bind.version_major_last &&
         (bind.transports & static_cast<std::uint8_t>(offered.transport)) != 0 &&
         fits_pipe(bind.pipes, offered.transport, offered.pipe) &&
         contains(detection.from, offered.client) && contains(detection.to, offered.server);
}

// fits_text is a glob, read as its definition says.
bool fits_text(std::string_view glob, std::string_view text) {
  if (glob.empty()) return text.empty();
  if (glob[0] == '*')
    return fits_text(glob.substr(1), text) || (!text.empty() && fits_text(glob, text.substr(1)));
  if (text.empty()) return false;
  const bool same = glob[0] == '?' || glob[0] == std::tolower(static_cast<unsigned char>(text[0]));
  return same && fits_text(glob.substr(1), text.substr(1));
}

std::string last_of(const std::string& path) { return path.substr(path.rfind('\\') + 1); }

bool fits_file(const Detection& detection, const FileCondition& file, const alert::FileOpen& open) {
  constexpr Result kResults[] = {Result::kUnanswered, Result::kAnswered, Result::kSuccess,
                                 Result::kDenied,     Result::kFailed,   Result::kFault};
  const Result result = kResults[static_cast<std::size_t>(open.result)];
  const unsigned access = (open.access_mask & 1) | (open.access_mask & 2);
  if ((file.outcomes >> static_cast<unsigned>(result) & 1) == 0) return false;
  if (file.access != compiler::kEveryAccess && (file.access & access) == 0) return false;
  if (!contains(detection.from, open.client.address) ||
      !contains(detection.to, open.server.address))
    return false;
  if (!file.share.empty() && (!open.share || !fits_text(file.share, last_of(*open.share))))
    return false;
  return open.path && fits_text(file.name, file.whole_path ? *open.path : last_of(*open.path));
}

class Oracle {
 public:
  Oracle(const Ir& ir, const std::vector<Happening>& events) : ir_(ir), events_(events) {
    find_order();
  }

  std::vector<std::string> run() {
    for (std::uint32_t i = 0; i < ir_.detections.size(); ++i) {
      detection_ = &ir_.detections[i];
      find_fits();
      sequences_ = complete_sequences();
      for (const std::size_t at : order_) tell(at);
      for (const Step& step : detection_->steps) skip(step);
    }
    return std::move(alerts_);
  }

 private:
  // Completed is an event that completes a sequence, or is one itself.
  struct Completed {
    std::int64_t first = 0;
    Fit fit;
  };

  // find_order puts the events in the order in which they count.
  void find_order() {
    for (std::size_t i = 0; i < events_.size(); ++i) order_.push_back(i);
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(events_[a].time, events_[a].flow_id) <
             std::pair(events_[b].time, events_[b].flow_id);
    });
  }

  // find_fits asks every event of every step once.
  void find_fits() {
    fits_.assign(detection_->steps.size(), std::vector<std::optional<Fit>>(events_.size()));
    std::uint32_t calls = calls_, files = files_;
    for (std::size_t s = 0; s < detection_->steps.size(); ++s) {
      const Step& step = detection_->steps[s];
      for (std::size_t at = 0; at < events_.size(); ++at)
        fits_[s][at] = fit(step, events_[at], calls, files);
      calls += static_cast<std::uint32_t>(step.calls.size());
      files += static_cast<std::uint32_t>(step.files.size());
    }
  }

  std::optional<Fit> fit(const Step& step, const Happening& happening, std::uint32_t calls,
                         std::uint32_t files) const {
    std::optional<Fit> best;
    if (const auto* called = std::get_if<Called>(&happening.event)) {
      for (const CallCondition& condition : step.calls) {
        const auto match = fits(ir_, *detection_, condition, called->call.subject());
        const bool asked = (condition.outcomes & bit(result_of(*called, condition))) != 0;
        if (match && asked && (!best || is_better(*match, best->match))) best = Fit{calls, *match};
        ++calls;
      }
    } else if (const auto* offered = std::get_if<Offered>(&happening.event)) {
      for (const BindCondition& bind : step.binds)
        if (fits_bind(*detection_, bind, *offered)) best = Fit{};
    } else {
      for (const FileCondition& file : step.files) {
        if (!best && fits_file(*detection_, file, std::get<alert::FileOpen>(happening.event)))
          best = Fit{files, StubMatch::kNone};
        ++files;
      }
    }
    return best;
  }

  void skip(const Step& step) {
    calls_ += static_cast<std::uint32_t>(step.calls.size());
    files_ += static_cast<std::uint32_t>(step.files.size());
  }

  [[nodiscard]] std::int64_t time(std::size_t at) const { return events_[at].time.us; }

  [[nodiscard]] Ends key(std::size_t at, std::uint8_t by) const {
    Ends ends = ends_of(events_[at]);
    if ((by & compiler::kByClient) == 0) ends.client = {};
    if ((by & compiler::kByServer) == 0) ends.server = {};
    return ends;
  }

  // latest_begin gives when a chain of steps 0 to `step` that ends at the event in place `place` of
  // the order began: the latest of all such chains.
  std::optional<std::int64_t> latest_begin(std::size_t step, std::size_t place) {
    if (!fits_[step][order_[place]]) return std::nullopt;
    if (step == 0) return time(order_[place]);
    const auto [known, is_new] = begins_.try_emplace({step, place});
    if (!is_new) return known->second;
    std::optional<std::int64_t> latest;
    for (std::size_t before = 0; before < place; ++before) {
      if (key(order_[before], detection_->by) != key(order_[place], detection_->by)) continue;
      if (time(order_[place]) - time(order_[before]) > detection_->within_us) continue;
      const auto begin = latest_begin(step - 1, before);
      if (begin && (!latest || *begin > *latest)) latest = begin;
    }
    return begins_[{step, place}] = latest;
  }

  // complete_sequences finds the events that complete all steps, those left out that come too soon
  // after another.
  std::map<std::size_t, Completed> complete_sequences() {
    std::map<std::size_t, Completed> out;
    std::map<Ends, std::int64_t> told;
    begins_.clear();
    const std::size_t last = detection_->steps.size() - 1;
    for (std::size_t place = 0; place < order_.size(); ++place) {
      const std::size_t at = order_[place];
      const auto begin = latest_begin(last, place);
      if (!begin) continue;
      if (last > 0) {
        if (time(at) - *begin > detection_->within_us) continue;
        const auto known = told.find(key(at, detection_->by));
        if (known != told.end() && time(at) - known->second <= detection_->within_us) continue;
        told[key(at, detection_->by)] = time(at);
      }
      out[at] = {*begin, *fits_[last][at]};
    }
    return out;
  }

  void tell(std::size_t at) {
    const auto done = sequences_.find(at);
    if (done == sequences_.end()) return;
    const Fit& fit = done->second.fit;
    if (detection_->count) return tell_count(at, fit);
    if (detection_->steps.size() == 1) return add(at, fit, "");
    add(at, fit, fmt::format(" events={} first={}", detection_->steps.size(), done->second.first));
  }

  void tell_count(std::size_t at, const Fit& fit) {
    const compiler::Count& count = *detection_->count;
    std::vector<std::int64_t> times;  // of what completes sequences, up to this one
    for (const std::size_t other : order_) {
      if (sequences_.count(other) > 0 && key(other, count.by) == key(at, count.by))
        times.push_back(time(other));
      if (other == at) break;
    }
    if (times.size() < count.at_least) return;
    const std::int64_t first = times[times.size() - count.at_least];
    if (time(at) - first > count.within_us) return;
    const auto known = told_.find({detection_, key(at, count.by)});
    if (known != told_.end() && time(at) - known->second <= count.within_us) return;
    told_[{detection_, key(at, count.by)}] = time(at);
    add(at, fit, fmt::format(" events={} first={}", count.at_least, first));
  }

  void add(std::size_t at, const Fit& fit, const std::string& history) {
    const bool is_bind = std::holds_alternative<Offered>(events_[at].event);
    alerts_.push_back(fmt::format("{} @{} {}{}{}", detection_->name, at,
                                  is_bind ? "bind" : fmt::format("condition={}", fit.condition),
                                  fit.match == StubMatch::kNone      ? ""
                                  : fit.match == StubMatch::kMatched ? " matched"
                                                                     : " unread",
                                  history));
  }

  const Ir& ir_;
  const std::vector<Happening>& events_;
  std::vector<std::size_t> order_;
  const Detection* detection_ = nullptr;
  std::uint32_t calls_ = 0, files_ = 0;                // alternatives of the detections before
  std::vector<std::vector<std::optional<Fit>>> fits_;  // by step and event
  std::map<std::pair<std::size_t, std::size_t>, std::optional<std::int64_t>> begins_;
  std::map<std::size_t, Completed> sequences_;
  std::map<std::pair<const Detection*, Ends>, std::int64_t> told_;
  std::vector<std::string> alerts_;
};

}  // namespace

std::vector<std::string> events_oracle(const Ir& ir, const std::vector<Happening>& events) {
  auto alerts = Oracle(ir, events).run();
  std::sort(alerts.begin(), alerts.end());
  return alerts;
}

}  // namespace rpcsieve::test

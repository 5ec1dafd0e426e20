// Events, given to the engine where its protocol stages would give them: requests and answers in
// the order of their times, as from a wire.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "runtime/engine/correlator.h"
#include "runtime/engine/tracker.h"
#include "tests/support/events.h"

namespace rpcsieve::test {
namespace {

using dcerpc::Event;

class Player {
 public:
  explicit Player(const database::Database& database)
      : database_(database),
        matcher_(match::Matcher::create(database, error_)),
        tracker_(database, *matcher_, options_, counters_),
        correlator_(database, options_.limits, counters_) {}

  std::vector<std::string> play(const std::vector<Happening>& events) {
    for (std::size_t i = 0; i < events.size(); ++i) {
      while (!due_.empty() && due_.begin()->first <= events[i].time) answer();
      at_ = i;
      advance(events[i].time);
      origin_.flow_id = events[i].flow_id;
      std::visit([&](const auto& event) { begin(event, events[i]); }, events[i].event);
      drain();
    }
    while (!due_.empty()) answer();
    correlator_.finish();
    drain();
    std::sort(alerts_.begin(), alerts_.end());
    return std::move(alerts_);
  }

 private:
  void set_origin(match::Transport transport, std::string_view pipe, const IpAddress& client,
                  const IpAddress& server) {
    origin_.transport = transport;
    origin_.pipe = pipe;
    origin_.ends = {Endpoint{client, 0}, Endpoint{server, 0}};
    origin_.sight = &sight_;
  }

  void begin(const Called& called, const Happening& happening) {
    const match::Subject subject = called.call.subject();
    set_origin(subject.transport, subject.pipe, subject.client, subject.server);
    Event event;
    event.call = subject.call;
    event.call.time = happening.time;
    event.call.call_id = static_cast<std::uint32_t>(at_);
    // No bind was captured only where that is said: the tracker must not ask the pipe's name.
    event.call.bind_seen = true;
    event.stub = subject.stub;
    std::uint64_t mark = 0;
    bool keep_response = false;
    event.mark = &mark;
    event.keep_response = &keep_response;
    tracker_.take(event, origin_);
    event.kind = called.answer.kind == dcerpc::Answer::Kind::kNone ? Event::Kind::kDropped
                                                                   : Event::Kind::kAnswer;
    event.answer = called.answer;
    event.token = mark;
    due_.emplace(Timestamp{happening.time.us + happening.answer_us}, event);
  }

  void begin(const Offered& offered, const Happening& happening) {
    set_origin(offered.transport, offered.pipe, offered.client, offered.server);
    Event event;
    event.kind = Event::Kind::kOffered;
    event.call.time = happening.time;
    event.call.call_id = static_cast<std::uint32_t>(at_);
    event.call.interface = offered.interface;
    event.call.known_by = dcerpc::KnownBy::kOffered;
    std::uint64_t mark = 0;
    event.mark = &mark;
    tracker_.take(event, origin_);
    event.kind = Event::Kind::kOfferEnded;
    event.call.known_by = offered.known_by;
    event.token = mark;
    due_.emplace(Timestamp{happening.time.us + happening.answer_us}, event);
  }

  void begin(const alert::FileOpen& open, const Happening& happening) {
    alert::FileOpen copy = open;
    copy.time = happening.time;
    copy.flow_id = happening.flow_id;
    copy.session = at_;
    tracker_.take(std::move(copy));
  }

  // answer gives the answer that comes next.
  void answer() {
    const auto next = due_.begin();
    advance(next->first);
    tracker_.take(next->second, origin_);
    due_.erase(next);
    drain();
  }

  void advance(Timestamp now) {
    tracker_.advance(now);
    drain();
    correlator_.advance(now);
    drain();
  }

  void drain() {
    while (const alert::Record* record = tracker_.next()) {
      const auto* alert = std::get_if<alert::Alert>(record);
      if (alert == nullptr) continue;  // a blind spot
      correlator_.takes(*alert) ? correlator_.push(*alert) : add(*alert);
    }
    while (const alert::Record* record = correlator_.next()) add(std::get<alert::Alert>(*record));
  }

  void add(const alert::Alert& alert) {
    const auto& detection = database_.detections()[alert.hit.detection];
    std::string text(database_.text(detection.name));
    if (const auto* call = std::get_if<alert::CallRecord>(&alert.event))
      text += fmt::format(" @{} condition={}", call->call.call_id, alert.hit.condition);
    if (const auto* bind = std::get_if<alert::BindRecord>(&alert.event))
      text += fmt::format(" @{} bind", bind->call_id);
    if (const auto* open = std::get_if<alert::FileOpen>(&alert.event))
      text += fmt::format(" @{} condition={}", open->session, alert.hit.condition);
    if (alert.hit.stub_match != match::StubMatch::kNone)
      text += fmt::format(" {}", alert::name(alert.hit.stub_match));
    if (alert.history)
      text += fmt::format(" events={} first={}", alert.history->events, alert.history->first.us);
    alerts_.push_back(std::move(text));
  }

  const database::Database& database_;
  std::string error_;
  const engine::Options options_;
  Counters counters_;
  std::unique_ptr<match::Matcher> matcher_;
  engine::Tracker tracker_;
  engine::Correlator correlator_;
  engine::Origin origin_;
  engine::Sight sight_;
  std::size_t at_ = 0;  // the event that is played
  std::multimap<Timestamp, Event> due_;
  std::vector<std::string> alerts_;
};

}  // namespace

std::vector<std::string> play_events(const database::Database& database,
                                     const std::vector<Happening>& events) {
  return Player(database).play(events);
}

}  // namespace rpcsieve::test

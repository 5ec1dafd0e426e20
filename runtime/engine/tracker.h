#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/alert/record.h"
#include "runtime/auth/identity.h"
#include "runtime/base/counters.h"
#include "runtime/base/queue.h"
#include "runtime/database/database.h"
#include "runtime/dcerpc/association.h"
#include "runtime/engine/endpoints.h"
#include "runtime/engine/options.h"
#include "runtime/engine/sight.h"
#include "runtime/engine/told.h"
#include "runtime/match/file.h"
#include "runtime/match/matcher.h"

namespace rpcsieve::engine {

// Origin is where a call came from, as only the connection knows it.
struct Origin {
  std::uint64_t flow_id = 0;
  std::array<Endpoint, 2> ends;  // of the connection
  std::uint8_t client_side = 0;  // which of them sent the request
  bool client_certain = false;   // ... and it is known for certain
  match::Transport transport = match::Transport::kTcp;
  std::string_view pipe;
  const auth::Identity* user = nullptr;  // whose calls these are; null: nothing is known
  Sight* sight = nullptr;                // the conversation's own

  [[nodiscard]] const Endpoint& client() const { return ends[client_side]; }
  [[nodiscard]] const Endpoint& server() const { return ends[1 - client_side]; }
};

// bind_result gives what became of an offer as database::BindRow has it.
std::uint8_t bind_result(dcerpc::KnownBy known_by);
// subject_of gives a file as its conditions see it; it lives as long as the record.
match::File subject_of(const alert::FileOpen& open);

// Tracker takes calls from request to outcome: it matches each request while its stub is there,
// and gives its records out when the answer is known, or the wait for it is over. So it does with
// what is offered in binds, if a detection asks for that; a file comes with its outcome.
class Tracker {
 public:
  Tracker(const database::Database& database, const match::Matcher& matcher, const Options& options,
          Counters& counters);

  // take handles what an association reports of its calls.
  void take(dcerpc::Event& event, const Origin& origin);
  // note adds a record that is no call.
  void note(const alert::BlindSpot& spot) { records_.emplace_back(spot); }
  // take handles a file that was opened, or not.
  void take(alert::FileOpen&& open);
  // be_blind adds one unless the conversation, or without one its two addresses, told of that cause
  // before.
  void be_blind(alert::BlindSpot::Cause cause, Timestamp time, const Origin& origin);
  // see_esp takes an ESP packet [RFC 4303]: IPsec hides everything between two addresses, SMB and
  // RPC with it. Whoever sent the first packet is called the client.
  void see_esp(const IpAddress& source, const IpAddress& destination, Timestamp time);
  // cover adds how much of a conversation could be inspected.
  void cover(const alert::Service& service, const alert::Coverage& coverage) {
    coverage_.add(service, coverage);
  }
  [[nodiscard]] const alert::CoverageTable& coverage() const { return coverage_; }
  // finish says that a capture has ended: the next one begins with an empty state.
  void finish();
  // advance moves the capture's clock: calls that waited long enough are unanswered.
  void advance(Timestamp now) {
    now_ = std::max(now_, now);
    while (queue_.oldest() != kNone && waited(queue_.oldest(), now) > wait_us_) expire();
  }

  // next gives the next record, or nullptr; it lives until the following call of any member.
  const alert::Record* next() {
    if (given_records_ < records_.size()) return &records_[given_records_++];
    if (given_records_ > 0) forget_records();
    return nullptr;
  }

 private:
  static constexpr std::uint32_t kNone = Queue::kNone;

  // Waiting is a call whose outcome is awaited. Its place goes to another call when its records are
  // given out; an answer that comes later is known by its mark, which was another turn's.
  struct Waiting {
    alert::CallRecord record;  // of a bind: as much of it as a bind has
    bool is_bind = false;
    Timestamp counts_at;       // as that of its alerts
    std::uint64_t number = 0;  // ... likewise
    std::vector<match::Hit> hits;
    std::uint32_t turn = 0;  // counts the calls that had this place
    std::uint32_t next_free = kNone;
  };
  // A mark is a place and its turn. Calls that nobody waits for have none.
  static constexpr std::uint64_t kNoMark = ~std::uint64_t{0};
  [[nodiscard]] std::uint64_t mark_of(std::uint32_t index) const {
    return std::uint64_t{waiting_[index].turn} << 32 | index;
  }

  [[nodiscard]] std::int64_t waited(std::uint32_t index, Timestamp now) const {
    return now.us - waiting_[index].record.call.time.us;
  }
  void request(dcerpc::Event& event, const Origin& origin);
  void offered(dcerpc::Event& event, const Origin& origin);
  void answer(std::uint64_t mark, const dcerpc::Answer& answer);
  void end_offer(const dcerpc::Event& event);
  [[nodiscard]] bool awaits(std::uint64_t mark) const;
  void count(const dcerpc::Call& call);
  void see(const dcerpc::Call& call, bool unread, const Origin& origin);
  void imply_interface(dcerpc::Call& call, const Origin& origin) const;
  void learn(const dcerpc::Event& event, const Origin& origin);
  Waiting& wait(dcerpc::Event& event, const Origin& origin);
  std::uint32_t take_place();
  void expire();
  void settle(std::uint32_t index, const dcerpc::Answer& answer);
  void give(Waiting& waiting, const dcerpc::Answer& answer);
  void give_early(const Waiting& waiting);
  void give_alerts(const Waiting& waiting, const dcerpc::Answer& answer);
  void give_bind(const Waiting& waiting);
  void raise(alert::Alert&& alert);
  void forget_records();
  [[nodiscard]] bool is_early(const match::Hit& hit) const {
    return early_ && !needs_outcome_[hit.detection];
  }

  const database::Database& database_;
  const match::Matcher& matcher_;
  std::unique_ptr<match::Scratch> scratch_;
  Counters& counters_;
  const bool early_;
  const bool every_call_;
  const bool every_endpoint_;
  const bool every_file_;
  const bool every_bind_;
  const std::int64_t wait_us_;
  const std::int64_t slow_us_;
  const std::size_t most_waiting_;
  const Witness witness_;
  alert::CoverageTable coverage_;
  Told told_;

  Endpoints endpoints_;
  std::vector<Waiting> waiting_;
  std::uint32_t free_ = kNone;
  Queue queue_;  // those of waiting_ that are not free
  Timestamp now_;
  std::uint64_t calls_ = 0;
  std::uint64_t events_ = 0;
  std::vector<bool> needs_outcome_;  // by detection: alternatives of it ask for an outcome
  std::vector<match::Hit> hits_;     // of what was matched last
  std::vector<match::Hit> fitting_;  // ... of what is settled
  std::vector<alert::Record> records_;
  std::size_t given_records_ = 0;
};

}  // namespace rpcsieve::engine

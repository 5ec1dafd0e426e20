#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/alert/record.h"
#include "runtime/match/explain.h"

namespace rpcsieve::cli {

// NearMisses collects why calls did not fit detections, as long as they nearly did, and what fired.
// What it keeps is bounded: of each reason a few examples and what the calls had instead, the rest
// is counted.
class NearMisses {
 public:
  NearMisses(const database::Database& database, std::unique_ptr<match::Explainer> explainer);

  // see takes a call, which goes by its number until its CallRecord comes.
  void see(const match::Subject& subject, const Endpoint& client, const Endpoint& server,
           std::uint64_t number);
  // add takes a record of the engine, which gives those of every call, bind and file. Alerts count
  // as fired.
  void add(const alert::Record& record);
  // describe says of one detection what became of it, in lines.
  [[nodiscard]] std::string describe(std::uint32_t detection) const;
  // to_json gives the same as one line of JSON.
  [[nodiscard]] std::string to_json(std::uint32_t detection) const;

 private:
  // Reason is what the calls have in common that are told together.
  struct Reason {
    match::Step step = match::Step::kInterface;
    match::Kind kind = match::Kind::kCall;
    std::uint32_t condition = 0, clause = 0;
    bool stub_holds = false;

    auto operator<=>(const Reason&) const = default;
  };
  struct Tally {
    std::uint64_t calls = 0;
    std::map<std::string, std::uint64_t> instead;  // what they had instead
    std::uint64_t others = 0;                      // ... beyond those that are kept
    std::uint32_t shortest = ~0U, longest = 0;     // stubs
    std::vector<std::string> examples;
  };
  struct Story {
    std::map<Reason, Tally> reasons;
    std::uint64_t alerts = 0;
    std::map<std::string, std::uint64_t> by_stub;  // ... by how their stubs matched
    std::string first_alert;
    std::map<std::uint8_t, std::uint64_t> steps;  // events that fit each step
  };
  // Event is what is told of one that misses.
  struct Event {
    std::string example;
    std::string instead;
    std::uint32_t stub_len = 0;
  };
  // Awaited is a call that fits but for its outcome.
  struct Awaited {
    std::vector<std::uint32_t> conditions;
    Event event;
  };

  void add(const match::Miss& miss, const Event& event);
  void add(const alert::Alert& alert);
  void add(const alert::CallRecord& record);
  void add(const alert::BindRecord& record);
  void add(const alert::FileOpen& open);
  [[nodiscard]] std::string event_words(const Reason& reason, const Tally& tally) const;
  [[nodiscard]] std::string history_words(std::uint32_t detection) const;
  [[nodiscard]] std::string instead(const match::Miss& miss, const match::Subject& subject) const;
  [[nodiscard]] std::string words(const Reason& reason, const Tally& tally) const;
  [[nodiscard]] bool keeps_silent(const Reason& reason) const;
  [[nodiscard]] std::string subject_words(const Reason& reason) const;
  [[nodiscard]] std::string print_call(const match::Subject& subject, const Endpoint& client,
                                       const Endpoint& server) const;
  [[nodiscard]] std::string nothing_near(std::uint32_t detection) const;

  const database::Database& database_;
  std::unique_ptr<match::Explainer> explainer_;
  std::vector<Story> stories_;  // by detection
  std::uint64_t calls_ = 0;
  std::map<std::uint64_t, Awaited> awaited_;  // by CallRecord::number
};

}  // namespace rpcsieve::cli

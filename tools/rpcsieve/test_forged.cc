// Thousands of captures are too many to write down and to start an engine for. The own matcher
// takes them from memory, one by one; for other engines they are merged, one after the other in
// time, and whose an alert is its addresses say: no two cases of one capture share any.
#include "tools/rpcsieve/test_forged.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>

#include "runtime/base/endpoint.h"

namespace rpcsieve::cli {
namespace {

using suite::Case;
using suite::Verdict;

constexpr std::int64_t kSecond = 1'000'000;
constexpr Timestamp kEpoch{1'700'000'000 * kSecond};
constexpr std::size_t kPcapHeader = 24;

std::vector<Captured> views_of(const std::vector<forge::Frame>& frames) {
  std::vector<Captured> views;
  for (const forge::Frame& frame : frames)
    views.push_back({frame.time, static_cast<std::uint32_t>(frame.bytes.size()), frame.bytes});
  return views;
}

// calls_of counts the calls of a story: a near miss must be quiet although they are read.
std::uint32_t calls_of(const forge::Story& story) {
  std::uint32_t calls = 0;
  for (const forge::Visit& visit : story)
    if (const auto* dealing = std::get_if<forge::Dealing>(&visit.what)) calls += dealing->calls;
  return calls;
}

// expectation is a case about one detection.
Case expectation(const Case& asked, const std::string& detection, const std::string& name,
                 bool alerts) {
  Case wanted = asked;
  wanted.capture = fmt::format("{}/{}", detection, name);
  wanted.only = detection;
  wanted.alerts = {{detection, alerts ? 1U : 0U, {}}};
  return wanted;
}

bool must_alert(const Case& wanted) { return wanted.alerts.front().count > 0; }

// verdict_of starts a verdict with what became of the case's detection.
Verdict verdict_of(const Case& wanted, const std::string& engine, const suite::Fired& fired) {
  Verdict verdict{engine, wanted.capture, wanted.span, {}, {}, {}, fired};
  const bool alerted = fired.count(wanted.only) > 0;
  if (must_alert(wanted))
    verdict.wanted[wanted.only] = alerted;
  else if (alerted)
    verdict.unwanted.push_back(wanted.only);
  return verdict;
}

std::set<std::string> addresses_of(const forge::Story& story) {
  std::set<std::string> addresses;
  for (const forge::Visit& visit : story) {
    addresses.insert(visit.hosts.client);
    addresses.insert(visit.hosts.server);
  }
  return addresses;
}

// Batch is a capture of many stories, whose addresses tell them apart.
class Batch {
 public:
  explicit Batch(const std::string& path) : path_(path), out_(path, std::ios::binary) {
    const forge::Buffer header = forge::pcap_of({});
    write(header, 0);
  }

  // add appends a story of a number; false if another one has an address of it.
  bool add(const forge::Story& story, std::size_t number) {
    const auto addresses = addresses_of(story);
    for (const std::string& address : addresses)
      if (owners_.count(address) > 0) return false;
    for (const std::string& address : addresses) owners_[address] = number;
    const auto frames = forge::tell(story, now_);
    write(forge::pcap_of(frames), kPcapHeader);
    now_ = {frames.back().time.us + kSecond};
    return true;
  }

  // finish ends the file. It throws what cannot be written: a scratch file is none of the suite's.
  void finish() {
    out_.close();
    if (!out_) throw std::runtime_error(path_ + ": cannot be written");
  }

  [[nodiscard]] const std::string& path() const { return path_; }

  // owner gives the number of the story that an alert is of.
  [[nodiscard]] std::size_t owner(const suite::SensorAlert& alert) const {
    return owners_.at(print(parse_address(alert.source).value()));
  }

 private:
  void write(const forge::Buffer& bytes, std::size_t from) {
    out_.write(reinterpret_cast<const char*>(bytes.data()) + from,
               static_cast<std::streamsize>(bytes.size() - from));
  }

  std::string path_;
  std::ofstream out_;
  Timestamp now_ = kEpoch;
  std::map<std::string, std::size_t> owners_;
};

// Ran is what an engine made of a batch.
struct Ran {
  std::vector<suite::SensorAlert> alerts;
  std::string error;
};

std::vector<Ran> run_all(const suite::Suricata& sensor, const std::vector<Batch>& batches) {
  std::vector<Ran> ran(batches.size());
  std::vector<std::thread> threads;
  const std::size_t at_once = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t worker = 0; worker < std::min(at_once, batches.size()); ++worker)
    threads.emplace_back([&, worker] {
      for (std::size_t i = worker; i < batches.size(); i += at_once) {
        auto alerts = sensor.alerts(batches[i].path(), ran[i].error);
        if (alerts) ran[i].alerts = std::move(*alerts);
      }
    });
  for (std::thread& thread : threads) thread.join();
  return ran;
}

}  // namespace

ForgedTests::ForgedTests(const compiler::Ir& ir, suite::Native& native)
    : ir_(ir), native_(native), judge_(native.database(), native.matcher()), maker_(ir, judge_) {}

Status ForgedTests::add(const Case& asked) {
  const auto& names = asked.forge;
  const bool all = std::find(names.begin(), names.end(), "all") != names.end();
  std::size_t found = 0;
  for (const compiler::Detection& detection : ir_.detections) {
    if (!all && std::find(names.begin(), names.end(), detection.name) == names.end()) continue;
    ++found;
    cases::Cases made = maker_.cases_of(detection);
    for (cases::Case& one : made.all) {
      Case wanted = expectation(asked, detection.name, one.name, one.alerts);
      wanted.calls = calls_of(one.story);
      tests_.push_back({std::move(wanted), std::move(one.story)});
    }
    for (const std::string& why : made.refused)
      refusals_.push_back({expectation(asked, detection.name, "not forged", false), why});
  }
  if (all || found == names.size()) return Status::kDone;
  complain("{}:{}: forge names a detection that the rules do not have", asked.span.source->name,
           asked.span.line);
  return Status::kBad;
}

void ForgedTests::judge_native(std::vector<Verdict>& out) const {
  for (const Test& test : tests_) {
    const auto frames = forge::tell(test.story, kEpoch);
    const suite::Facts facts = native_.run(views_of(frames));
    suite::Fired fired;
    for (const auto& alert : facts.alerts)
      if (alert.at("rpcsieve").at("detection") == test.wanted.only)
        fired[test.wanted.only] = {"native"};
    out.push_back(verdict_of(test.wanted, "native", fired));
    out.back().wrong = suite::differences(test.wanted, facts);
  }
  for (const Refusal& refusal : refusals_) {
    out.push_back({"native", refusal.wanted.capture, refusal.wanted.span, {}, {}, {}, {}});
    out.back().wrong = {"cannot be forged: " + refusal.why};
  }
}

void ForgedTests::judge_sensor(const suite::Suricata& sensor, const std::string& engine,
                               std::vector<Verdict>& out) const {
  const suite::Scratch scratch;
  const std::size_t usual = std::max(1U, std::thread::hardware_concurrency());
  std::vector<Batch> batches;
  for (std::size_t i = 0; i < tests_.size(); ++i) {
    std::size_t batch = i % usual;
    while (batch < batches.size() && !batches[batch].add(tests_[i].story, i)) ++batch;
    if (batch < batches.size()) continue;
    batches.emplace_back(fmt::format("{}/{}.pcap", scratch.path(), batches.size()));
    batches.back().add(tests_[i].story, i);
  }
  for (Batch& batch : batches) batch.finish();
  std::vector<suite::Fired> fired(tests_.size());
  const auto ran = run_all(sensor, batches);
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (!ran[i].error.empty()) complain("{}", ran[i].error);
    for (const suite::SensorAlert& alert : ran[i].alerts) {
      const std::size_t owner = batches[i].owner(alert);
      if (alert.detection == tests_[owner].wanted.only)
        fired[owner][alert.detection].insert(alert.form);
    }
  }
  for (std::size_t i = 0; i < tests_.size(); ++i) {
    const Case& wanted = tests_[i].wanted;
    if (sensor.refused().count(wanted.only) > 0) continue;
    out.push_back(verdict_of(wanted, engine, fired[i]));
    const bool excused =
        must_alert(wanted) ? sensor.may_miss(wanted.only) : sensor.may_add(wanted.only);
    if (!excused) out.back().wrong = suite::judge(wanted, engine, fired[i]).wrong;
  }
}

}  // namespace rpcsieve::cli

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
#include "tools/suite/process.h"

namespace rpcsieve::cli {
namespace {

using suite::Case;
using suite::Verdict;

constexpr std::int64_t kSecond = 1'000'000;
constexpr Timestamp kEpoch{1'700'000'000 * kSecond};
constexpr std::size_t kPcapHeader = 24;
constexpr std::size_t kFew = 16;  // detections

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

std::set<std::string> addresses_of(const forge::Story& story) {
  std::set<std::string> addresses;
  for (const forge::Visit& visit : story) {
    addresses.insert(visit.hosts.client);
    addresses.insert(visit.hosts.server);
  }
  return addresses;
}

}  // namespace

// Batch is a capture of many stories, whose addresses tell them apart. Its kind says which stories
// it is for.
class ForgedTests::Batch {
 public:
  Batch(const std::string& path, std::size_t kind)
      : path_(path), kind_(kind), out_(path, std::ios::binary) {
    const forge::Buffer header = forge::pcap_of({});
    write(header, 0);
  }

  // add appends a story of a number, for a detection; false if another one has an address of it.
  bool add(const forge::Story& story, std::size_t number, const std::string& detection) {
    const auto addresses = addresses_of(story);
    for (const std::string& address : addresses)
      if (owners_.count(address) > 0) return false;
    for (const std::string& address : addresses) owners_[address] = number;
    about_.insert(detection);
    stories_.push_back(number);
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
  [[nodiscard]] std::size_t kind() const { return kind_; }
  [[nodiscard]] const std::set<std::string>& about() const { return about_; }
  [[nodiscard]] const std::vector<std::size_t>& stories() const { return stories_; }

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
  std::size_t kind_;
  std::ofstream out_;
  Timestamp now_ = kEpoch;
  std::set<std::string> about_;
  std::vector<std::size_t> stories_;
  std::map<std::string, std::size_t> owners_;
};

// Ran is what an engine made of a batch.
struct ForgedTests::Ran {
  std::vector<suite::SensorAlert> alerts;
  std::string error;
};

std::vector<ForgedTests::Ran> ForgedTests::run_all(const suite::Sensor& sensor,
                                                   const std::vector<Batch>& batches) {
  std::vector<Ran> ran(batches.size());
  std::vector<std::thread> threads;
  const std::size_t at_once = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t worker = 0; worker < std::min(at_once, batches.size()); ++worker)
    threads.emplace_back([&, worker] {
      for (std::size_t i = worker; i < batches.size(); i += at_once) {
        auto alerts = sensor.alerts(batches[i].path(), batches[i].about(), ran[i].error);
        if (alerts) ran[i].alerts = std::move(*alerts);
      }
    });
  for (std::thread& thread : threads) thread.join();
  return ran;
}

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
    out.push_back(suite::judge(test.wanted, "native", fired));
    out.back().wrong = suite::differences(test.wanted, facts);
  }
  for (const Refusal& refusal : refusals_) {
    out.push_back({"native", refusal.wanted.capture, refusal.wanted.span, {}, {}, {}, {}});
    out.back().wrong = {"cannot be forged: " + refusal.why};
  }
}

void ForgedTests::judge_sensor(const suite::Sensor& sensor, std::vector<Verdict>& out) const {
  const suite::Scratch scratch;
  const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
  std::vector<Batch> batches;
  std::set<std::string> detections;
  for (std::size_t i = 0; i < tests_.size(); ++i) {
    const auto& [wanted, story] = tests_[i];
    if (sensor.claims().refused().count(wanted.only) > 0) continue;
    detections.insert(wanted.only);
    const std::size_t kind = sensor.asks_few() ? detections.size() / kFew : i % processors;
    const bool placed = std::any_of(batches.begin(), batches.end(), [&](Batch& batch) {
      return batch.kind() == kind && batch.add(tests_[i].story, i, tests_[i].wanted.only);
    });
    if (placed) continue;
    batches.emplace_back(fmt::format("{}/{}.pcap", scratch.path(), batches.size()), kind);
    batches.back().add(story, i, wanted.only);
  }
  for (Batch& batch : batches) batch.finish();
  const auto ran = run_all(sensor, batches);
  for (std::size_t i = 0; i < batches.size(); ++i) judge_batch(sensor, batches[i], ran[i], out);
}

void ForgedTests::judge_batch(const suite::Sensor& sensor, const Batch& batch, const Ran& ran,
                              std::vector<Verdict>& out) const {
  std::map<std::size_t, suite::Fired> fired;  // by story
  for (const suite::SensorAlert& alert : ran.alerts) {
    const std::size_t owner = batch.owner(alert);
    if (alert.detection == tests_[owner].wanted.only)
      fired[owner][alert.detection].insert(alert.form);
  }
  for (const std::size_t story : batch.stories()) {
    out.push_back(
        suite::judge(tests_[story].wanted, sensor.engine(), fired[story], sensor.claims(), true));
    if (!ran.error.empty()) out.back().wrong = {ran.error};
  }
}

}  // namespace rpcsieve::cli

// rpcsieve test: regression suites of detections, in every engine that is installed.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "compiler/spec/spec.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/rebuild.h"
#include "tools/rpcsieve/rules.h"
#include "tools/rpcsieve/test_forged.h"
#include "tools/suite/matrix.h"
#include "tools/suite/native.h"
#include "tools/suite/process.h"
#include "tools/suite/suricata.h"
#include "tools/suite/tshark.h"
#include "tools/suite/update.h"

namespace rpcsieve::cli {
namespace {

namespace fs = std::filesystem;
using suite::Case;
using suite::Verdict;

struct TestOptions {
  RuleOptions suites;  // the paths are suites; the variables go to their rules
  std::vector<std::string> suricata = {"suricata"};
  std::string tshark;  // empty: not asked for
  bool only_native = false;
  bool update = false;
  std::string junit, html;
};

using SourcePtr = std::shared_ptr<const compiler::Source>;

// is_yaml leaves out the variables of rules, which are no detections.
bool is_yaml(const fs::path& path) {
  return (path.extension() == ".yaml" || path.extension() == ".yml") &&
         path.filename() != "variables.yaml";
}

// find_suites follows the arguments: in folders, every suite and file of detections below them.
std::vector<SourcePtr> find_suites(const std::vector<std::string>& arguments, Status& status) {
  std::vector<SourcePtr> suites;
  const auto add = [&](const fs::path& path) {
    std::string error;
    auto text = read_file(path.string(), error);
    if (!text) {
      complain("{}: {}", path.string(), error);
      status = Status::kFailed;
      return;
    }
    suites.push_back(std::make_shared<compiler::Source>(compiler::Source{path.string(), *text}));
  };
  for (const std::string& argument : arguments) {
    std::error_code error;
    if (!fs::is_directory(argument, error)) {
      add(argument);
      continue;
    }
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator at(argument, error), end; !error && at != end;
         at.increment(error))
      if (is_yaml(at->path())) files.push_back(at->path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) add(file);
    if (!error && !files.empty()) continue;
    complain("{}: {}", argument, error ? error.message() : "there is no *.yaml in it");
    status = Status::kFailed;
  }
  return suites;
}

// Group is the cases that run the same rules, which are then compiled once.
struct Group {
  std::vector<std::string> rules, variables;
  std::vector<Case> cases, forged;  // with captures, and without
};

std::vector<Group> group(std::vector<Case> cases) {
  std::map<std::pair<std::vector<std::string>, std::vector<std::string>>, std::size_t> known;
  std::vector<Group> groups;
  for (Case& one : cases) {
    const auto [at, is_new] = known.try_emplace({one.rules, one.variables}, groups.size());
    if (is_new) groups.push_back({one.rules, one.variables, {}, {}});
    Group& its = groups[at->second];
    (one.forge.empty() ? its.cases : its.forged).push_back(std::move(one));
  }
  return groups;
}

std::string detection_of(const nlohmann::json& alert) {
  return alert.at("rpcsieve").at("detection").get<std::string>();
}

Verdict judge_native(const Case& one, const suite::Facts& facts) {
  Verdict verdict{"native", one.capture, one.span, suite::differences(one, facts), {}, {}, {}};
  for (const auto& alert : facts.alerts) verdict.forms[detection_of(alert)] = {"native"};
  for (const suite::Wanted& wanted : one.alerts)
    if (wanted.count > 0)
      verdict.wanted[wanted.detection] = verdict.forms.count(wanted.detection) > 0;
  for (const auto& [detection, forms] : verdict.forms)
    if (one.only.empty() && verdict.wanted.count(detection) == 0)
      verdict.unwanted.push_back(detection);
  return verdict;
}

// Names are those of the detections that are tested; none: all are.
using Names = std::optional<std::set<std::string>>;

// leave_out takes from a case and from what was found what other detections do. Blind spots stay:
// they depend on all rules.
template <class Alerts, class NameOf>
void leave_out(const Names& names, Alerts& alerts, NameOf name_of) {
  if (names)
    std::erase_if(alerts, [&](const auto& alert) { return names->count(name_of(alert)) == 0; });
}

void leave_out(const Names& names, Case& one) {
  leave_out(names, one.alerts, [](const suite::Wanted& wanted) { return wanted.detection; });
  leave_out(names, one.divergences, [](const suite::Divergence& known) { return known.detection; });
}

void leave_out(const Names& names, suite::Facts& facts) {
  leave_out(names, facts.alerts, detection_of);
}

// keep_only leaves in the rules what is tested, and names it.
Names keep_only(const RuleOptions& options, compiler::RuleSet& rules) {
  const auto only = options.inputs().only;
  if (!only) return std::nullopt;
  keep(*only, rules.ir);
  Names names(std::in_place);
  for (const auto& detection : rules.ir.detections) names->insert(detection.name);
  return names;
}

// run_sensor runs an engine on a case's capture, or on one with its TCP rebuilt.
std::optional<suite::Fired> run_sensor(const Case& one, const suite::Sensor& sensor,
                                       std::string& error) {
  if (!one.filtered) return sensor.run(one.capture, error);
  const suite::Scratch scratch;
  const std::string rebuilt = scratch.path() + "/rebuilt.pcap";
  if (!rebuild(one.capture, rebuilt, error)) return std::nullopt;
  return sensor.run(rebuilt, error);
}

// judge_sensor: what a display filter shows is judged by what the filter claims to show, since most
// are wider or narrower; rules for sensors must do what the case says, or it says why not.
Verdict judge_sensor(const Case& one, const suite::Sensor& sensor) {
  std::string error;
  const auto fired = run_sensor(one, sensor, error);
  const bool believes = sensor.engine() == suite::kTsharkEngine;
  if (fired) return suite::judge(one, sensor.engine(), *fired, sensor.claims(), believes);
  return {sensor.engine(), one.capture, one.span, {error}, {}, {}, {}};
}

// Tester runs the cases of suites and keeps their verdicts.
class Tester {
 public:
  explicit Tester(const TestOptions& options) : options_(options) {}

  Status run(const std::vector<Group>& groups) {
    if (!options_.only_native && !options_.update) find_sensors();
    Status status = Status::kDone;
    for (const Group& group : groups) status = worse(status, run(group));
    return status;
  }
  [[nodiscard]] const std::vector<Verdict>& verdicts() const { return verdicts_; }

  // update makes the suites say what the own matcher found: it shows what changes, and then writes.
  [[nodiscard]] Status update() const {
    Status status = Status::kDone;
    for (const auto& [source, cases] : found_) {
      const auto changes = suite::changes_of(source->text, cases);
      for (const suite::Change& change : changes)
        fmt::print("{}", suite::print(source->name, change));
      const bool written =
          changes.empty() || replace_file(source->name, suite::apply(source->text, changes));
      if (!written) status = Status::kFailed;
    }
    return status;
  }

 private:
  Status run(Group group) {
    Status status = Status::kDone;
    RuleOptions rules = options_.suites;
    rules.paths = group.rules;
    rules.only.clear();
    rules.variables.insert(rules.variables.begin(), group.variables.begin(), group.variables.end());
    auto read = load_rules(rules, status);
    if (!read) return status;
    std::string error;
    const auto native = suite::Native::create(*read, error);
    if (!native) {
      complain("{}", error);
      return Status::kBad;
    }
    const Names names = keep_only(options_.suites, *read);
    for (Case& one : group.cases) {
      suite::Facts facts = native->run(one.capture);
      leave_out(names, one);
      leave_out(names, facts);
      verdicts_.push_back(judge_native(one, facts));
      if (options_.update) found_[one.span.source].emplace_back(one, std::move(facts));
    }
    ForgedTests forged(read->ir, *native);
    if (!options_.update)
      for (const Case& one : group.forged) status = worse(status, forged.add(one));
    forged.judge_native(verdicts_);
    for (const auto& sensor : sensors_for(*read, status)) run_sensor(group, forged, *sensor);
    return status;
  }

  void find_sensors() {
    for (const std::string& command : options_.suricata) {
      if (const auto found = suite::Suricata::find(command))
        suricata_.push_back(*found);
      else
        say(fmt::format("{}: not there, or not of a version that rules are compiled for: left out",
                        command));
    }
    if (options_.tshark.empty()) return;
    tshark_ = suite::Tshark::find(options_.tshark);
    if (!tshark_) say(fmt::format("{}: not there: left out", options_.tshark));
  }

  // sensors_for gives the engines with rules; one that does not take them fails the run.
  std::vector<std::unique_ptr<suite::Sensor>> sensors_for(const compiler::RuleSet& rules,
                                                          Status& status) const {
    std::vector<std::unique_ptr<suite::Sensor>> sensors;
    for (const auto& program : suricata_) {
      std::string error;
      sensors.push_back(suite::Suricata::create(program, rules, error));
      if (sensors.back() != nullptr) continue;
      sensors.pop_back();
      complain("{}", error);
      status = worse(status, Status::kBad);
    }
    if (tshark_) sensors.push_back(suite::Tshark::create(options_.tshark, rules));
    return sensors;
  }

  // run_sensor runs as many engines at once as there are processors: each takes its time to start.
  void run_sensor(const Group& group, const ForgedTests& forged, const suite::Sensor& sensor) {
    std::vector<Verdict> verdicts(group.cases.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      for (std::size_t i = next++; i < group.cases.size(); i = next++)
        verdicts[i] = judge_sensor(group.cases[i], sensor);
    };
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
      threads.emplace_back(work);
    for (std::thread& thread : threads) thread.join();
    std::move(verdicts.begin(), verdicts.end(), std::back_inserter(verdicts_));
    forged.judge_sensor(sensor, verdicts_);
  }

  const TestOptions& options_;
  std::vector<suite::Suricata::Program> suricata_;
  bool tshark_ = false;
  std::vector<Verdict> verdicts_;
  std::map<SourcePtr, std::vector<std::pair<Case, suite::Facts>>> found_;  // for update
};

// report_failures prints what is wrong, by the place of its case, and counts the verdicts that are.
std::size_t report_failures(const std::vector<Verdict>& verdicts) {
  std::size_t failed = 0;
  for (const Verdict& verdict : verdicts) {
    failed += verdict.wrong.empty() ? 0 : 1;
    for (const std::string& wrong : verdict.wrong)
      say(printable(fmt::format("{}:{}: {}: {}: {}", verdict.span.source->name, verdict.span.line,
                                verdict.engine, verdict.capture, wrong)));
  }
  return failed;
}

Status test(const TestOptions& options) {
  Status status = Status::kDone;
  compiler::Diagnostics diagnostics;
  std::vector<Case> cases;
  for (const SourcePtr& source : find_suites(options.suites.paths, status)) {
    for (Case& one : suite::parse(source, diagnostics)) cases.push_back(std::move(one));
  }
  report(diagnostics);
  if (diagnostics.has_errors()) return worse(status, Status::kBad);
  Tester tester(options);
  status = worse(status, tester.run(group(std::move(cases))));
  if (options.update) return worse(status, tester.update());
  const auto& verdicts = tester.verdicts();
  const std::size_t failed = report_failures(verdicts);
  fmt::print("{}\n{}\n{} cases, {} failed\n", print(suite::matrix_of(verdicts)),
             print(suite::forms_of(verdicts)), verdicts.size(), failed);
  if (!options.junit.empty() && !replace_file(options.junit, suite::junit(verdicts)))
    status = Status::kFailed;
  if (!options.html.empty() && !replace_file(options.html, suite::html(verdicts)))
    status = Status::kFailed;
  return failed == 0 && !verdicts.empty() ? status : worse(status, Status::kBad);
}

}  // namespace

void add_test(CLI::App& app, Status& status) {
  auto options = std::make_shared<TestOptions>();
  CLI::App* command = app.add_subcommand("test", "Run regression suites in every engine there is");
  command->add_option("SUITE", options->suites.paths, "Suites: files, or folders that hold some")
      ->required();
  command
      ->add_option("--suricata", options->suricata,
                   "The Suricata to run beside the own matcher; several may be given")
      ->type_name("COMMAND")
      ->capture_default_str();
  command
      ->add_option("--tshark", options->tshark, "The tshark to run beside it, with display filters")
      ->type_name("COMMAND");
  command->add_flag("--native", options->only_native, "Run the own matcher only");
  CLI::Option* update =
      command->add_flag("--update", options->update,
                        "Make the suites say what the own matcher finds, and show what changes");
  command->add_option("--junit", options->junit, "Write the verdicts as JUnit XML")
      ->type_name("FILE");
  command->add_option("--html", options->html, "Write the matrix as a page")->type_name("FILE");
  options->suites.add_variables(*command);
  options->suites.add_only(*command)->excludes(update);
  command->footer("Example:\n  rpcsieve test pcaps/ --junit results.xml");
  command->callback([options, &status] { status = test(*options); });
}

}  // namespace rpcsieve::cli

// rpcsieve forge: captures that each detection must fire on, and the suite that says so.
#include <algorithm>
#include <filesystem>
#include <map>

#include "runtime/alert/record.h"
#include "tools/cases/plan.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/forge_cases.h"
#include "tools/rpcsieve/output.h"
#include "tools/rpcsieve/rules.h"

namespace rpcsieve::cli {
namespace {

namespace fs = std::filesystem;
using cases::Alternative;
using cases::Expected;
using cases::Judge;
using cases::Judgement;
using cases::kMaxForgedAlternatives;
using cases::Plan;
using compiler::Detection;

// So many captures are written in one run.
constexpr std::size_t kMaxForgedCaptures = 20000;

struct ForgeOptions {
  RuleOptions rules;
  std::string folder;
  std::vector<std::string> detections, transports, evasions;  // empty: all
  bool cases = false;  // what `test` forges, in the place of the matrix
};

// Made counts what was made for one detection.
struct Made {
  std::size_t calls = 0, captures = 0, quiet = 0, refused = 0;
};

bool wants(const std::vector<std::string>& list, std::string_view name) {
  return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// Expectations are what a scan of a capture must raise: alerts, how often each, and blind spots.
struct Expectations {
  std::map<Expected, std::size_t> alerts;
  std::size_t blind_spots = 0;
};

// Forger writes captures and collects their cases.
class Forger {
 public:
  Forger(const ForgeOptions& options, const compiler::Ir& ir, const Sieve& sieve)
      : options_(options), ir_(ir), judge_(sieve.database, *sieve.matcher) {}

  Status run();

 private:
  Status forge_all(const Detection& detection);
  Status forge_matrix(const Detection& detection, const Alternative& alternative,
                      std::size_t number, Made& made);
  Status forge_one(const Detection& detection, const Alternative& alternative,
                   forge::Transport transport, forge::Evasion evasion, std::size_t number,
                   Made& made);
  Expectations expectations(const forge::Scenario& scenario, forge::Transport transport);
  [[nodiscard]] bool agrees(const Detection& detection, const Alternative& alternative,
                            const forge::Scenario& scenario, const Expectations& expected) const;
  void add_case(const std::string& path, const forge::Scenario& scenario,
                std::string_view transport, const Expectations& expected);

  const ForgeOptions& options_;
  const compiler::Ir& ir_;
  Judge judge_;
  std::string suite_ =
      "# Forged by rpcsieve forge: every alert that a scan of each capture must raise.\n";
  Table summary_ = {{"DETECTION", "CALLS", "CAPTURES", "QUIET", "REFUSED"}};
  std::size_t captures_ = 0;
};

Status Forger::run() {
  Status status = Status::kDone;
  for (const Detection& detection : ir_.detections)
    if (wants(options_.detections, detection.name)) status = worse(status, forge_all(detection));
  if (!replace_file(options_.folder + "/suite.yaml", suite_)) return Status::kFailed;
  say(print(summary_) +
      fmt::format("captures {}, suite {}/suite.yaml", captures_, options_.folder));
  return status;
}

Status Forger::forge_all(const Detection& detection) {
  const Plan planned = cases::plan(ir_, detection, judge_);
  for (const std::string& why : planned.refused)
    complain("{}: cannot be forged: {}", detection.name, why);
  if (planned.left_out > 0)
    complain("{}: {} more alternatives are left out (at most {} are forged)", detection.name,
             planned.left_out, kMaxForgedAlternatives);
  Made made;
  made.refused = planned.refused.size();
  Status status = made.refused == 0 ? Status::kDone : Status::kBad;
  for (const Alternative& alternative : planned.alternatives)
    status = worse(status, forge_matrix(detection, alternative, ++made.calls, made));
  summary_.push_back({detection.name, std::to_string(made.calls), std::to_string(made.captures),
                      std::to_string(made.quiet), std::to_string(made.refused)});
  return status;
}

// The first alternative has the whole matrix. What an evasion hides is the way to the call, which
// is the same for the others: they come plain.
Status Forger::forge_matrix(const Detection& detection, const Alternative& alternative,
                            std::size_t number, Made& made) {
  Status status = Status::kDone;
  for (const forge::Transport transport : forge::transports()) {
    const auto bit = static_cast<std::uint8_t>(cases::transport_bit(transport));
    if ((alternative.condition->transports & bit) == 0) continue;
    for (const forge::Evasion evasion : forge::evasions()) {
      if (number > 1 && evasion != forge::Evasion::kNone) continue;
      if (!wants(options_.transports, name(transport)) || !wants(options_.evasions, name(evasion)))
        continue;
      if (!unforgeable(alternative.call, transport, evasion).empty()) continue;
      status = worse(status, forge_one(detection, alternative, transport, evasion, number, made));
      if (status == Status::kFailed) return status;
    }
  }
  return status;
}

Status Forger::forge_one(const Detection& detection, const Alternative& alternative,
                         forge::Transport transport, forge::Evasion evasion, std::size_t number,
                         Made& made) {
  if (captures_ >= kMaxForgedCaptures) {
    complain("more than {} captures: choose with --detection, --transport or --evasion",
             kMaxForgedCaptures);
    return Status::kFailed;
  }
  const forge::Scenario scenario = forge::forge(alternative.call, transport, evasion);
  const auto expected = expectations(scenario, transport);
  const std::string file = fmt::format("{}-{}{}.pcap", name(transport), name(evasion),
                                       number == 1 ? std::string() : fmt::format("-{}", number));
  if (!agrees(detection, alternative, scenario, expected)) {
    complain("{}: {}: the matcher does not judge the call as its conditions say", detection.name,
             file);
    ++made.refused;
    return Status::kBad;
  }
  const std::string path = options_.folder + "/" + detection.name + "/" + file;
  std::error_code error;
  fs::create_directories(options_.folder + "/" + detection.name, error);
  if (!replace_file(path, std::string(scenario.capture.begin(), scenario.capture.end())))
    return Status::kFailed;
  add_case(path, scenario, alert::name(cases::transport_bit(transport)), expected);
  ++captures_;
  ++made.captures;
  made.quiet += expected.alerts.empty() ? 1 : 0;
  return Status::kDone;
}

Expectations Forger::expectations(const forge::Scenario& scenario, forge::Transport transport) {
  Expectations expected;
  bool blind = false;
  for (const forge::Meant& meant : scenario.calls) {
    const Judgement judgement = judge_.judge(meant, transport, scenario.hosts);
    for (const Expected& one : judgement.alerts) ++expected.alerts[one];
    blind |= judgement.blind;
  }
  expected.blind_spots = (blind ? 1U : 0U) + (scenario.incomplete ? 1U : 0U);
  return expected;
}

// agrees checks the matcher against what the detection says, which is known without it.
bool Forger::agrees(const Detection& detection, const Alternative& alternative,
                    const forge::Scenario& scenario, const Expectations& expected) const {
  std::size_t wanted = 0, found = 0;
  for (const forge::Meant& meant : scenario.calls)
    if (!meant.is_neighbour)
      wanted += cases::must_alert(ir_, detection, *alternative.condition, meant);
  for (const auto& [one, count] : expected.alerts)
    found += one.detection == detection.name ? count : 0;
  return found == wanted;
}

void Forger::add_case(const std::string& path, const forge::Scenario& scenario,
                      std::string_view transport, const Expectations& expected) {
  suite_ += fmt::format("\n- capture: {}\n  rules: {}\n  calls: {}\n", in_quotes(path),
                        in_quotes(options_.rules.paths.front()), scenario.calls.size());
  if (expected.blind_spots > 0) suite_ += fmt::format("  anomalies: {}\n", expected.blind_spots);
  suite_ += expected.alerts.empty() ? "  quiet: true\n" : "  alerts:\n";
  for (const auto& [one, count] : expected.alerts)
    suite_ += fmt::format(
        "    - {{detection: {}, count: {}, outcome: {}, confidence: {}, stub_match: {}, transport: "
        "{}, client: {}, server: {}}}\n",
        one.detection, count, one.outcome, one.confidence, one.stub_match, transport,
        in_quotes(scenario.hosts.client), in_quotes(scenario.hosts.server));
  suite_ += "  origin: rpcsieve forge\n";
}

// check_names complains of a name that nothing has: a misspelt one would forge nothing, silently.
bool check_names(const std::vector<std::string>& given, const compiler::Ir& ir) {
  for (const std::string& name : given) {
    if (std::any_of(ir.detections.begin(), ir.detections.end(),
                    [&](const Detection& detection) { return detection.name == name; }))
      continue;
    complain("no detection is called {}", name);
    return false;
  }
  return true;
}

Status forge_captures(const ForgeOptions& options) {
  Status status = Status::kDone;
  const auto rules = load_rules(options.rules, status);
  if (!rules) return status;
  if (!check_names(options.detections, rules->ir)) return Status::kFailed;
  const auto sieve = compile_sieve(*rules, status);
  if (!sieve) return status;
  std::error_code error;
  fs::create_directories(options.folder, error);
  if (options.cases)
    return write_cases(rules->ir, *sieve, options.folder, options.detections, options.transports);
  return Forger(options, rules->ir, *sieve).run();
}

template <class Values>
std::vector<std::string> names_of(const Values& values) {
  std::vector<std::string> names;
  for (const auto value : values) names.emplace_back(name(value));
  return names;
}

}  // namespace

void add_forge(CLI::App& app, Status& status) {
  auto options = std::make_shared<ForgeOptions>();
  CLI::App* command = app.add_subcommand("forge", "Write captures that each detection fires on");
  command->add_option("RULES", options->rules.paths, "Detections: a file or a folder")
      ->required()
      ->expected(1);
  command->add_option("-o,--output", options->folder, "The folder to write to")
      ->type_name("DIR")
      ->required();
  command->add_option("--detection", options->detections, "Only these detections")
      ->type_name("NAME")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--transport", options->transports, "Only these transports")
      ->check(CLI::IsMember(names_of(forge::transports())))
      ->type_name("NAME")
      ->delimiter(',')
      ->allow_extra_args(false);
  CLI::Option* evasion = command->add_option("--evasion", options->evasions, "Only these evasions")
                             ->check(CLI::IsMember(names_of(forge::evasions())))
                             ->type_name("NAME")
                             ->delimiter(',')
                             ->allow_extra_args(false);
  command
      ->add_flag("--cases", options->cases,
                 "Instead of evasions, the cases of `test`: what alerts, and near misses")
      ->excludes(evasion);
  options->rules.add_variables(*command);
  options->rules.add_only(*command);
  command->footer("Example:\n  rpcsieve forge rules/ -o forged --transport tcp,smb2-ioctl");
  command->callback([options, &status] { status = forge_captures(*options); });
}

}  // namespace rpcsieve::cli

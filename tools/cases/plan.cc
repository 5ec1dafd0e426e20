#include "tools/rpcsieve/forge_plan.h"

#include <algorithm>
#include <array>

#include "compiler/catalog/catalog.h"
#include "tools/forge/stub_maker.h"
#include "tools/rpcsieve/forge_hosts.h"

namespace rpcsieve::cli {
namespace {

using compiler::CallCondition;
using compiler::Catalog;
using compiler::Detection;
using compiler::Ir;
using compiler::Pattern;

constexpr std::string_view kPipeOfNobody = "forged";

// Neighbour is an ordinary call with a pipe of its own, whose stub may be eight zeros.
struct Neighbour {
  std::string_view uuid;
  std::uint16_t major, opnum;
  std::string_view pipe;
};
constexpr std::array kNeighbours = {
    Neighbour{"4b324fc8-1670-01d3-1278-5a47bf6ee188", 3, 28, "srvsvc"},  // NetrRemoteTOD
    Neighbour{"6bffd098-a112-3610-9833-46c3f87e345a", 1, 0, "wkssvc"},   // NetrWkstaGetInfo
    Neighbour{"338cd001-2244-31f1-aaaa-900038001003", 1, 26, "winreg"},  // BaseRegGetVersion
    Neighbour{"f0463e00-0000-4000-8000-000000000001", 1, 0, "neighbour"},
};

// set_neighbour chooses a call that the detection says nothing about.
void set_neighbour(forge::Call& call, const Detection& detection) {
  const auto& calls = detection.steps.front().calls;
  for (const Neighbour& neighbour : kNeighbours) {
    const Uuid uuid = parse_uuid(neighbour.uuid).value();
    call.neighbour = {{uuid, neighbour.major, 0}, neighbour.opnum};
    call.neighbour_pipe = neighbour.pipe;
    if (std::none_of(calls.begin(), calls.end(),
                     [&](const CallCondition& other) { return other.interface == uuid; }))
      return;
  }
}

forge::Syntax interface_of(const CallCondition& condition) {
  const auto* known = Catalog::builtin().find(condition.interface);
  const std::uint16_t usual = known == nullptr ? 1 : known->version_major;
  const std::uint16_t major =
      std::clamp(usual, condition.version_major_first, condition.version_major_last);
  const bool is_known = known != nullptr && known->version_major == major;
  return {condition.interface, major, is_known ? known->version_minor : std::uint16_t{0}};
}

// pipes_of gives the pipes to use, the best one first: those that the detection names, then those
// that the catalogue has, then one that nobody knows.
std::vector<std::string> pipes_of(const CallCondition& condition) {
  std::vector<std::string> pipes = condition.pipes;
  if (const auto* known = Catalog::builtin().find(condition.interface))
    pipes.insert(pipes.end(), known->pipes.begin(), known->pipes.end());
  pipes.emplace_back(kPipeOfNobody);
  const std::string first = pipes.front();
  pipes.erase(std::remove(pipes.begin() + 1, pipes.end(), first), pipes.end());
  return pipes.size() > 1 ? pipes : std::vector<std::string>{first, first + "2"};
}

std::string text_of(const Pattern& pattern) {
  if (pattern.kind == Pattern::Kind::kRegex) return "regex '" + pattern.regex + "'";
  return fmt::format("a literal of {} bytes", pattern.bytes.size());
}

std::vector<forge::Clause> clauses_of(const Ir& ir, const CallCondition& condition) {
  std::vector<forge::Clause> clauses;
  for (const compiler::Clause& from : condition.stub) {
    forge::Clause& clause = clauses.emplace_back();
    for (const compiler::Term& term : from.any) {
      const Pattern& pattern = ir.patterns[term.pattern];
      if (term.negated)
        clause.or_nothing = true;
      else
        clause.any.push_back({pattern.bytes, pattern.regex, text_of(pattern)});
    }
  }
  return clauses;
}

forge::Transport any_transport(const CallCondition& condition) {
  if ((condition.transports & compiler::kTcp) != 0) return forge::Transport::kTcp;
  return (condition.transports & compiler::kSmb) != 0 ? forge::Transport::kSmb2Ioctl
                                                      : forge::Transport::kUdp;
}

bool raises(const std::vector<Expected>& expected, const std::string& detection) {
  return std::any_of(expected.begin(), expected.end(),
                     [&](const Expected& one) { return one.detection == detection; });
}

// call_of makes the call of one operation; nullopt and why if its stub cannot be made.
std::optional<forge::Call> call_of(const Ir& ir, const Detection& detection,
                                   const CallCondition& condition, std::uint16_t opnum,
                                   const ForgedHosts& hosts, Judge& judge, std::string& why) {
  forge::Call call;
  call.operation = {interface_of(condition), opnum};
  call.object = condition.object;
  const auto pipes = pipes_of(condition);
  call.pipe = pipes[0];
  call.other_pipe = pipes[1];
  call.hosts = hosts.main;
  call.hosts6 = hosts.v6;
  set_neighbour(call, detection);
  const auto holds = [&](const forge::Buffer& stub) {
    forge::Meant meant{call.operation, stub, forge::KnownBy::kBound, 0, call.object};
    meant.pipe = call.pipe;
    return raises(judge.judge(meant, any_transport(condition), call.hosts).alerts, detection.name);
  };
  const auto stub = forge::make_stub(clauses_of(ir, condition), holds, why);
  if (!stub) return std::nullopt;
  call.stub = *stub;
  return call;
}

std::string label(const CallCondition& condition, std::uint16_t opnum) {
  return fmt::format(
      "{} operation {}",
      condition.interface_name.empty() ? print(condition.interface) : condition.interface_name,
      opnum);
}

// ends_of gives the operations of a range to try: the first, and the last one that is no mere end
// of all numbers.
std::vector<std::uint16_t> ends_of(const compiler::OpnumRange& range) {
  if (range.last == range.first || range.last == 0xffff) return {range.first};
  return {range.first, range.last};
}

}  // namespace

Plan plan(const Ir& ir, const Detection& detection, Judge& judge) {
  Plan out;
  if (const auto what = compiler::beyond_calls(detection); !what.empty()) {
    out.refused.push_back(fmt::format("captures for '{}' cannot be made yet", what));
    return out;
  }
  const auto hosts = choose_hosts(detection.from, detection.to);
  if (!hosts) {
    out.refused.push_back("no address fits from and to: an empty variable matches nobody");
    return out;
  }
  for (const CallCondition& condition : detection.steps.front().calls) {
    for (const compiler::OpnumRange& range : condition.opnums) {
      for (const std::uint16_t opnum : ends_of(range)) {
        if (out.alternatives.size() + out.refused.size() >= kMaxForgedAlternatives) {
          ++out.left_out;
          continue;
        }
        std::string why;
        auto call = call_of(ir, detection, condition, opnum, *hosts, judge, why);
        if (call)
          out.alternatives.push_back({std::move(*call), &condition});
        else
          out.refused.push_back(label(condition, opnum) + ": " + why);
      }
    }
  }
  return out;
}

bool must_alert(const Ir& ir, const Detection& detection, const CallCondition& condition,
                const forge::Meant& meant) {
  const bool has_stub = !condition.stub.empty();
  const bool ignored = has_stub && meant.sealed && detection.sealed == database::Sealed::kIgnore;
  const bool on_pipe = meant.pipe.empty() || condition.pipes.empty() ||
                       std::find(condition.pipes.begin(), condition.pipes.end(), meant.pipe) !=
                           condition.pipes.end();
  switch (known_by(meant)) {
    case dcerpc::KnownBy::kRejected:
      return false;
    case dcerpc::KnownBy::kUnknown:
      return compiler::is_inferable(ir, condition) && !meant.sealed && on_pipe;
    case dcerpc::KnownBy::kPipe: {
      const auto* known = Catalog::builtin().find(condition.interface);
      return known != nullptr && !known->pipes.empty() && known->pipes.front() == meant.pipe &&
             on_pipe && !ignored;
    }
    default:
      return on_pipe && !ignored;
  }
}

}  // namespace rpcsieve::cli

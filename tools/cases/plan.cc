#include "tools/cases/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/catalog/catalog.h"
#include "tools/cases/call_parts.h"
#include "tools/cases/hosts.h"

namespace rpcsieve::cases {
namespace {

using compiler::CallCondition;
using compiler::Catalog;
using compiler::Detection;
using compiler::Ir;

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
  call.operation = {interface_of(condition.interface, condition.version_major_first,
                                 condition.version_major_last),
                    opnum};
  call.object = condition.object;
  const auto pipes = pipes_of(condition.interface, condition.pipes);
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
          out.refused.push_back(fmt::format("{} operation {}: {}",
                                            name_of(condition.interface, condition.interface_name),
                                            opnum, why));
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

}  // namespace rpcsieve::cases

// A call or a bind that fits, and what becomes of it when one thing about it is another.
#include "tools/cases/call_events.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/cases/call_parts.h"
#include "tools/cases/fit.h"
#include "tools/cases/stubs.h"

namespace rpcsieve::cases {
namespace {

using compiler::BindCondition;
using compiler::BindResult;
using compiler::CallCondition;
using forge::Dealing;
using forge::Reply;
using forge::Security;

constexpr std::uint8_t kEvery = compiler::kEveryTransport;
constexpr std::uint8_t kBound = compiler::kSmb | compiler::kTcp;  // UDP has no bind

// The ways in which a server answers: success; a failure as NTSTATUS and Win32 know it
// (STATUS_OBJECT_NAME_NOT_FOUND); access denied; operation out of range [C706 appendix E]; not.
constexpr Reply kReplies[] = {{Reply::Kind::kReturned, 0},
                              {Reply::Kind::kReturned, 0xc0000034},
                              {Reply::Kind::kFault, 5},
                              {Reply::Kind::kFault, 0x1c010002},
                              {Reply::Kind::kNone, 0}};

// choose_reply sets the first reply whose result a condition takes, or does not take.
bool choose_reply(Dealing& dealing, std::uint8_t outcomes, bool takes) {
  for (const Reply& reply : kReplies) {
    dealing.reply = reply;
    const bool taken = (outcomes & compiler::bit(result_of(dealing))) != 0;
    if (taken == takes) return true;
  }
  return false;
}

constexpr std::uint8_t kLevels[] = {0, 2, 4, 5, 6};
constexpr std::uint8_t kTypes[] = {forge::kNtlmAuth, forge::kKerberosAuth};

Security security_of(const CallCondition& condition) {
  Security security;
  if (!condition.auth_types.empty()) security.type = condition.auth_types.front();
  for (const std::uint8_t level : kLevels) {
    const bool none_is_no_type = level == 0 && !condition.auth_types.empty();
    if ((condition.auth_levels & (1U << level)) == 0 || none_is_no_type) continue;
    security.level = level;
    break;
  }
  return security;
}

// CallMaker makes the events of one condition and one operation.
class CallMaker {
 public:
  CallMaker(const Context& context, std::size_t step, const CallCondition& condition,
            std::uint16_t opnum, Events& events)
      : context_(context), step_(step), condition_(condition), events_(events) {
    call_.operation = {interface_of(condition.interface, condition.version_major_first,
                                    condition.version_major_last),
                       opnum};
    call_.pipe = pipes_of(condition.interface, condition.pipes).front();
    call_.object = condition.object;
    call_.security = security_of(condition);
    name_ = fmt::format("{}-{}", name_of(condition.interface, condition.interface_name), opnum);
  }

  // fitting makes the plain call; false if it cannot be made.
  bool fitting() {
    if (!choose_reply(call_, condition_.outcomes, true)) {
      events_.refused.push_back(name_ + ": no answer gives its outcome");
      return false;
    }
    const Stubs stubs = stubs_of(
        context_.ir, condition_, [&](const forge::Buffer& stub) { return fits(stub); },
        [&](const forge::Buffer& stub) { return fits_nothing(context_, with_stub(stub)); });
    for (const std::string& why : stubs.refused) events_.refused.push_back(name_ + ": " + why);
    if (stubs.fitting.empty()) return false;
    call_.stub = stubs.fitting.front().bytes;
    events_.fitting.push_back({name_, call_, condition_.transports});
    for (std::size_t i = 1; i < stubs.fitting.size(); ++i)
      events_.fitting.push_back(
          {named(stubs.fitting[i].name), with_stub(stubs.fitting[i].bytes), condition_.transports});
    stubs_ = stubs.missing;
    return true;
  }

  void near_misses() {
    add_common(context_,
               {name_, condition_.interface, condition_.version_major_first,
                condition_.version_major_last, condition_.transports, condition_.pipes},
               call_, events_);
    for (const Stub& stub : stubs_) miss(stub.name, with_stub(stub.bytes));
    Dealing rejected = call_;
    rejected.accepted = false;
    miss("rejected-bind", rejected, kBound);
    object();
    Dealing answered = call_;
    if (choose_reply(answered, condition_.outcomes, false)) miss("other-outcome", answered);
    security();
  }

  // neighbours makes calls of the operations beside a range.
  void neighbours(const compiler::OpnumRange& range) {
    for (const int opnum : {range.first - 1, range.last + 1}) {
      if (opnum < 0 || opnum > 0xffff) continue;
      Dealing dealing = call_;
      dealing.operation.opnum = static_cast<std::uint16_t>(opnum);
      miss("neighbour-operation", dealing);
    }
  }

 private:
  [[nodiscard]] std::string named(const std::string& what) const { return name_ + "-" + what; }

  [[nodiscard]] Dealing with_stub(const forge::Buffer& stub) const {
    Dealing dealing = call_;
    dealing.stub = stub;
    return dealing;
  }

  [[nodiscard]] bool fits(const forge::Buffer& stub) const {
    const forge::Transport transport =
        (condition_.transports & compiler::kTcp) != 0   ? forge::Transport::kTcp
        : (condition_.transports & compiler::kSmb) != 0 ? forge::Transport::kSmb2Ioctl
                                                        : forge::Transport::kUdp;
    return context_.judge.fits(with_stub(stub), transport, context_.hosts, context_.detection.name,
                               step_);
  }

  void miss(const std::string& what, const Dealing& dealing, std::uint8_t transports = kEvery) {
    add_missing(context_, {named(what), dealing, 0}, transports & condition_.transports, events_);
  }

  void object() {
    if (!condition_.object) return;
    Dealing dealing = call_;
    dealing.object = std::nullopt;
    miss("no-object", dealing);
    dealing.object = forge::kAnyObject;
    miss("other-object", dealing);
  }

  // security makes calls of each kind of security that the condition names or does not name, and a
  // sealed one, which fits if that does not matter.
  void security() {
    Dealing dealing = call_;
    if (condition_.auth_levels != compiler::kEveryLevel || !condition_.auth_types.empty()) {
      for (const std::uint8_t level : kLevels) {
        for (const std::uint8_t type : kTypes) {
          dealing.security = {type, level};
          if (!choose_reply(dealing, condition_.outcomes, true)) continue;
          miss(fmt::format("auth-{}-level-{}", type, level), dealing);
        }
      }
    }
    dealing.security = {condition_.auth_types.empty() ? forge::kNtlmAuth : call_.security.type,
                        forge::kPrivacyLevel};
    if (!choose_reply(dealing, condition_.outcomes, true)) return;
    const std::uint8_t any = condition_.transports & (~condition_.transports + 1U);
    if (may_fit_call(context_.detection, condition_, dealing, any))
      events_.fitting.push_back({named("sealed"), dealing, condition_.transports});
    else
      miss("sealed", dealing);
  }

  const Context& context_;
  const std::size_t step_;
  const CallCondition& condition_;
  Events& events_;
  Dealing call_;
  std::string name_;
  std::vector<Stub> stubs_;  // near misses
};

}  // namespace

void add_calls(const Context& context, std::size_t step, const CallCondition& condition,
               Events& events) {
  bool is_first = true;
  for (const compiler::OpnumRange& range : condition.opnums) {
    for (const std::uint16_t opnum : ends_of(range)) {
      if (events.fitting.size() >= kMaxEvents) return;
      CallMaker maker(context, step, condition, opnum, events);
      if (!maker.fitting()) continue;
      if (is_first) maker.near_misses();
      if (opnum == range.first) maker.neighbours(range);
      is_first = false;
    }
  }
}

void add_binds(const Context& context, const BindCondition& condition, Events& events) {
  Dealing bind;
  bind.operation.interface = interface_of(condition.interface, condition.version_major_first,
                                          condition.version_major_last);
  bind.pipe = pipes_of(condition.interface, condition.pipes).front();
  bind.calls = 0;
  bind.accepted = condition.result != BindResult::kRejected;
  const std::string name = name_of(condition.interface, condition.interface_name) + "-bind";
  const std::uint8_t transports = condition.transports & kBound;
  events.fitting.push_back({name, bind, transports});
  add_common(context,
             {name, condition.interface, condition.version_major_first,
              condition.version_major_last, transports, condition.pipes},
             bind, events);
  bind.accepted = !bind.accepted;
  if (condition.result == BindResult::kAny)
    events.fitting.push_back({name + "-rejected", bind, transports});
  else
    add_missing(context, {name + "-other-result", bind, 0}, transports, events);
}

void add_missing(const Context& context, Event event, std::uint8_t transports, Events& events) {
  const auto& steps = context.detection.steps;
  for (const std::uint8_t transport : {compiler::kSmb, compiler::kTcp, compiler::kUdp}) {
    const auto* dealing = std::get_if<Dealing>(&event.what);
    if ((transports & transport) == 0) continue;
    const bool fits = std::any_of(steps.begin(), steps.end(), [&](const compiler::Step& step) {
      return may_fit(context.detection, step, event.what, transport);
    });
    const bool by_its_stub =
        dealing != nullptr && !seals(dealing->security) && fits_nothing(context, *dealing);
    if (!fits || by_its_stub) event.transports |= transport;
  }
  if (event.transports != 0) events.missing.push_back(std::move(event));
}

void add_common(const Context& context, const Common& common, const Dealing& dealing,
                Events& events) {
  const auto miss = [&](std::string_view what, const Dealing& other, std::uint8_t transports) {
    add_missing(context, {fmt::format("{}-{}", common.name, what), other, 0}, transports, events);
  };
  Dealing other = dealing;
  other.operation.interface.uuid.bytes[15] ^= 1;
  miss("other-interface", other, common.transports);
  other = dealing;
  if (common.version_major_last < 0xffff) {
    other.operation.interface.major = static_cast<std::uint16_t>(common.version_major_last + 1);
    miss("later-version", other, common.transports);
  }
  if (common.version_major_first > 0) {
    other.operation.interface.major = static_cast<std::uint16_t>(common.version_major_first - 1);
    miss("earlier-version", other, common.transports);
  }
  other = dealing;
  other.pipe = pipes_of(common.interface, {}).back();
  if (!common.pipes.empty()) miss("other-pipe", other, common.transports & compiler::kSmb);
  const std::uint8_t unclaimed =
      kEvery & ~common.transports & (dealing.calls > 0 ? kEvery : kBound);
  miss("other-transport", dealing, unclaimed);
}

}  // namespace rpcsieve::cases

// The conditions once more, asked one after the other of what the forge is about to send. It is the
// slow and obvious way, and shares nothing with the matcher but the meaning.
#include "tools/cases/fit.h"

#include <algorithm>
#include <cctype>

#include "compiler/catalog/catalog.h"
#include "runtime/match/glob.h"

namespace rpcsieve::cases {
namespace {

using compiler::BindCondition;
using compiler::BindResult;
using compiler::CallCondition;
using compiler::Detection;
using compiler::FileCondition;
using compiler::Step;
using database::Result;
using database::Returns;
using forge::Dealing;
using forge::Opening;

bool holds(const std::vector<std::string>& list, const std::string& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool fits_interface(const Uuid& uuid, std::uint16_t first, std::uint16_t last,
                    const forge::Syntax& interface) {
  return interface.uuid == uuid && interface.major >= first && interface.major <= last;
}

bool fits_pipe(const std::vector<std::string>& pipes, const Dealing& dealing,
               std::uint8_t transport) {
  return transport != compiler::kSmb || holds(pipes, dealing.pipe);
}

bool fits_security(const CallCondition& condition, const forge::Security& security) {
  if ((condition.auth_levels & (1U << security.level)) == 0) return false;
  const auto& types = condition.auth_types;
  const std::uint8_t type = security.level == 0 ? 0 : security.type;
  return types.empty() || std::find(types.begin(), types.end(), type) != types.end();
}

bool fits_bind(const BindCondition& condition, const Dealing& dealing, std::uint8_t transport) {
  const bool wrong_result = condition.result != BindResult::kAny &&
                            (condition.result == BindResult::kAccepted) != dealing.accepted;
  return !wrong_result && (condition.transports & transport) != 0 &&
         fits_interface(condition.interface, condition.version_major_first,
                        condition.version_major_last, dealing.operation.interface) &&
         fits_pipe(condition.pipes, dealing, transport);
}

Result result_of(const Opening& opening) {
  if (opening.status == 0) return Result::kSuccess;
  return opening.status == forge::smb2::kAccessDenied ? Result::kDenied : Result::kFailed;
}

bool fits_file(const FileCondition& condition, const Opening& opening) {
  const int access =
      (opening.reads ? compiler::kRead : 0) | (opening.writes ? compiler::kWrite : 0);
  const std::string name =
      condition.whole_path ? opening.path : opening.path.substr(opening.path.rfind('\\') + 1);
  return (condition.outcomes & compiler::bit(result_of(opening))) != 0 &&
         (condition.access == compiler::kEveryAccess || (condition.access & access) != 0) &&
         match::fits_glob(condition.name, name) &&
         (condition.share.empty() || match::fits_glob(condition.share, opening.share));
}

bool contains(const forge::Buffer& stub, const compiler::Pattern& pattern) {
  const auto same = [&](std::uint8_t a, std::uint8_t b) {
    return a == b || (pattern.nocase && a < 128 && b < 128 && std::tolower(a) == std::tolower(b));
  };
  return std::search(stub.begin(), stub.end(), pattern.bytes.begin(), pattern.bytes.end(), same) !=
         stub.end();
}

StubFit fits_term(const compiler::Ir& ir, const compiler::Term& term, const forge::Buffer& stub) {
  const compiler::Pattern& pattern = ir.patterns[term.pattern];
  if (pattern.kind == compiler::Pattern::Kind::kRegex) return StubFit::kPerhaps;
  return contains(stub, pattern) != term.negated ? StubFit::kYes : StubFit::kNo;
}

bool has_regex(const compiler::Ir& ir, const CallCondition& condition) {
  for (const compiler::Clause& clause : condition.stub)
    for (const compiler::Term& term : clause.any)
      if (ir.patterns[term.pattern].kind == compiler::Pattern::Kind::kRegex) return true;
  return false;
}

forge::Transport example_of(std::uint8_t transport) {
  if (transport == compiler::kSmb) return forge::Transport::kSmb2Ioctl;
  return transport == compiler::kTcp ? forge::Transport::kTcp : forge::Transport::kUdp;
}

// fits_by says whether a call fits a condition of a step by a transport.
bool fits_by(const Context& context, std::size_t step, const CallCondition& condition,
             const Dealing& dealing, std::uint8_t transport) {
  if (!may_fit_call(context.detection, condition, dealing, transport)) return false;
  if (seals(dealing.security)) return true;
  if (fits_stub(context.ir, condition, dealing.stub) == StubFit::kNo) return false;
  return !has_regex(context.ir, condition) ||
         context.judge.fits(dealing, example_of(transport), context.hosts, context.detection.name,
                            step);
}

}  // namespace

Result result_of(const Dealing& dealing) {
  const forge::Syntax& interface = dealing.operation.interface;
  const auto* known = compiler::Catalog::builtin().find(interface.uuid);
  const auto* operation =
      known == nullptr ? nullptr : compiler::find_operation(*known, dealing.operation.opnum);
  const Returns returns = operation == nullptr ? Returns::kUnknown : operation->returns;
  const auto [kind, code] = dealing.reply;
  if (kind == forge::Reply::Kind::kNone) return Result::kUnanswered;
  if (kind == forge::Reply::Kind::kFault) return code == 5 ? Result::kDenied : Result::kFault;
  if (returns == Returns::kNothing) return Result::kSuccess;
  if (returns == Returns::kUnknown || seals(dealing.security)) return Result::kAnswered;
  return code == 0 ? Result::kSuccess : Result::kFailed;
}

bool may_fit_call(const Detection& detection, const CallCondition& condition,
                  const Dealing& dealing, std::uint8_t transport) {
  const std::uint16_t opnum = dealing.operation.opnum;
  const bool operation =
      std::any_of(condition.opnums.begin(), condition.opnums.end(),
                  [&](const auto& range) { return opnum >= range.first && opnum <= range.last; });
  const bool unread = seals(dealing.security) && !condition.stub.empty() &&
                      detection.sealed == database::Sealed::kIgnore;
  return operation && !unread && dealing.accepted && dealing.calls > 0 &&
         (condition.transports & transport) != 0 &&
         fits_interface(condition.interface, condition.version_major_first,
                        condition.version_major_last, dealing.operation.interface) &&
         fits_pipe(condition.pipes, dealing, transport) &&
         (!condition.object || condition.object == dealing.object) &&
         fits_security(condition, dealing.security) &&
         (condition.outcomes & compiler::bit(result_of(dealing))) != 0;
}

bool may_fit(const Detection& detection, const Step& step, const decltype(Event::what)& what,
             std::uint8_t transport) {
  if (const auto* opening = std::get_if<Opening>(&what))
    return std::any_of(step.files.begin(), step.files.end(), [&](const FileCondition& condition) {
      return fits_file(condition, *opening);
    });
  const Dealing& dealing = std::get<Dealing>(what);
  return std::any_of(step.calls.begin(), step.calls.end(),
                     [&](const CallCondition& condition) {
                       return may_fit_call(detection, condition, dealing, transport);
                     }) ||
         std::any_of(step.binds.begin(), step.binds.end(), [&](const BindCondition& condition) {
           return fits_bind(condition, dealing, transport);
         });
}

StubFit fits_stub(const compiler::Ir& ir, const CallCondition& condition,
                  const forge::Buffer& stub) {
  StubFit all = StubFit::kYes;
  for (const compiler::Clause& clause : condition.stub) {
    StubFit one = StubFit::kNo;
    for (const compiler::Term& term : clause.any) one = std::max(one, fits_term(ir, term, stub));
    all = std::min(all, one);
  }
  return all;
}

bool fits_nothing(const Context& context, const Dealing& dealing) {
  const auto& steps = context.detection.steps;
  for (std::size_t step = 0; step < steps.size(); ++step)
    for (const CallCondition& condition : steps[step].calls)
      for (const std::uint8_t transport : {compiler::kSmb, compiler::kTcp, compiler::kUdp})
        if (fits_by(context, step, condition, dealing, transport)) return false;
  return true;
}

}  // namespace rpcsieve::cases

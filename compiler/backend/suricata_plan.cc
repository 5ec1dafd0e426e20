// Suricata sees RPC in two ways, and neither is enough. Its parser knows interfaces by the bind,
// but goes blind at the first PDU it does not expect, and over SMB it knows seven pipes and one
// bind list per connection. Rules on bytes survive all that, but cannot tell pipes, and contexts
// hardly, apart. So the coverage profile emits both, and the precise one only what alerts on
// nothing else.
#include "compiler/backend/suricata_plan.h"

#include <fmt/format.h>

#include "compiler/backend/suricata_stub.h"

namespace rpcsieve::compiler::suricata {
namespace {

// Maker fills in a plan: first the forms, then what is to be said about them.
class Maker {
 public:
  Maker(const Ir& ir, const Detection& detection, const CallCondition& condition, Profile profile,
        const Traits& traits)
      : condition_(condition),
        traits_(traits),
        shape_(stub_shape(ir, condition)),
        coverage_(profile == Profile::kCoverage),
        sealed_(shape_.any && detection.sealed == database::Sealed::kAlert) {}

  Plan make() {
    choose();
    if (plan_.empty()) {
      plan_.reasons = {refusal()};
      return plan_;
    }
    explain_left_out();
    explain_app();
    explain_guarded();
    explain_bytes();
    explain_stub();
    explain_negated();
    explain_sealed();
    explain_udp();
    return plan_;
  }

 private:
  [[nodiscard]] bool asks(std::uint8_t transports) const {
    return (condition_.transports & transports) != 0;
  }
  // An alert of the precise profile may not depend on what is found beside the stub, or is missing
  // from its first fragment.
  [[nodiscard]] bool is_sure() const { return !shape_.loose && !shape_.negated; }

  // One operation of every version, whatever the object, and nothing about the stub: such a request
  // can be told by its header's bytes alone, without a regex.
  [[nodiscard]] bool is_plain() const {
    const bool one_operation = condition_.opnums.size() == 1 &&
                               condition_.opnums.front().first == condition_.opnums.front().last;
    return one_operation && !condition_.object && !shape_.any;
  }
  [[nodiscard]] bool is_every_version() const {
    return condition_.version_major_first == 0 && condition_.version_major_last == 0xffff;
  }

  void choose() {
    coverage_ ? choose_coverage() : choose_precise();
    plan_.app = plan_.app_transports != 0;
    const bool wanted = coverage_ || condition_.transports_given;
    plan_.udp = asks(kUdp) && wanted && (coverage_ || is_sure());
  }

  // Where bytes alone tell a request, the parser finds nothing that they do not, at a price: no
  // prefilter saves Suricata from asking each such rule about each call.
  void choose_coverage() {
    if (!asks(kSmb | kTcp)) return;
    plan_.stub = shape_.telling;
    plan_.raw = !plan_.stub;
    plan_.sealed = sealed_;
    plan_.quick = is_plain() && asks(kSmb) && asks(kTcp);
    if (!plan_.quick) plan_.app_transports = condition_.transports & (kSmb | kTcp);
  }

  void choose_precise() {
    if (!is_sure()) return;
    plan_.app_transports = condition_.transports & kTcp;
    plan_.guarded = asks(kSmb) && condition_.pipes.empty() && is_every_version();
    plan_.packet = asks(kTcp) && is_plain() && is_every_version();
  }

  [[nodiscard]] std::string refusal() const {
    if (!is_sure())
      return "refused: short, negated or regex conditions may meet an object UUID, a verifier or a "
             "first fragment instead of the stub";
    return condition_.pipes.empty()
               ? "refused: over SMB the parser takes the versions of an interface for one another, "
                 "and no other transport is asked for"
               : "refused: Suricata has no word for the name of a call's pipe, and no other "
                 "transport is asked for";
  }

  void explain_left_out() {
    if (!coverage_ && asks(kSmb) && !plan_.guarded)
      narrower("SMB is left out, where the parser cannot tell whose call it is");
  }

  void explain_app() {
    if (!plan_.app) return;
    const bool smb = (plan_.app_transports & kSmb) != 0;
    const bool tcp = (plan_.app_transports & kTcp) != 0;
    if (smb)
      wider(
          "app: over SMB the parser keeps one bind list per connection and ignores context ids, "
          "so a call with this opnum on another pipe or context may alert");
    if (tcp && !coverage_) narrower(fmt::format("app: {}", traits_.parser_over_tcp));
    if (smb && !coverage_) explain_pipes("app");
    explain_answers("app");
  }

  void explain_answers(std::string_view form) {
    if (needs_stub(condition_))
      narrower(
          fmt::format("{}: a call of operation 0 without any stub is taken for an answer", form));
  }

  void explain_pipes(std::string_view form) {
    narrower(fmt::format(
        "{}: over SMB only the pipes atsvc, lsarpc, samr, spoolss, srvsvc, svcctl and winreg are "
        "parsed (15 of 25 hand-made cases are missed)",
        form));
  }

  void explain_guarded() {
    if (plan_.guarded) {
      explain_pipes("app-smb");
      narrower("app-smb: silent once the connection has offered another interface");
      explain_answers("app-smb");
    }
    if (plan_.packet)
      narrower(
          "packet: only little-endian requests that fill a packet each, in a connection whose only "
          "offers are of this interface");
  }

  void explain_bytes() {
    if (asks(kSmb) && !condition_.pipes.empty() && (!bytes().empty() || has_app_smb()))
      wider("the pipe's name is not compared");
    if (!chained().empty())
      wider(chained() +
            ": neither the pipe nor the answer to the bind is known, and context ids from 1 up are "
            "taken for one another");
    if (plan_.stub) wider("stub: needs no bind, so the interface is not compared");
    if (plan_.raw) narrower("raw: a bind must have been captured");
    if (plan_.raw && !shape_.seeded) narrower("raw: only RPC version 5.0, not 5.1");
    if (!bytes().empty())
      narrower(bytes() +
               ": a request that is cut by an SMB write, or by the end of the piece of the stream "
               "that is inspected, may escape");
  }

  void explain_stub() {
    if (!shape_.any) return;
    if (plan_.app && shape_.loose)
      wider("app: an object UUID before the stub and a verifier behind it are searched too");
    if (!bytes().empty())
      wider(bytes() + ": the stub's bytes may stand anywhere behind the request's header");
    if (plan_.app && shape_.at_end) narrower("app: `$` does not match before a verifier");
    if (plan_.app && shape_.at_start && !condition_.object)
      narrower("app: `^` does not match behind an object UUID");
    if ((plan_.app_transports & kTcp) != 0)
      narrower("what spans two fragments on TCP is not found");
  }

  void explain_negated() {
    if (!shape_.negated) return;
    if (!sealed_) wider("what must be absent is absent from every sealed stub");
    if (plan_.app) {
      wider("app: what must be absent is looked for in the first fragment only");
      narrower("app: a call without any stub does not pass a `not`");
    }
    if (!bytes().empty())
      narrower(bytes() + ": what must be absent may not stand behind the request either");
    if (plan_.udp) wider("udp: what must be absent is looked for in the first fragment only");
  }

  void explain_sealed() {
    if (!sealed_) return;
    if (plan_.sealed)
      narrower("sealed: only little-endian requests with a captured bind");
    else if (plan_.app)
      narrower("app: a sealed call does not alert, as its stub cannot be read");
  }

  void explain_udp() {
    if (!asks(kUdp)) return;
    if (!plan_.udp) {
      narrower("udp is left out");
      return;
    }
    if (shape_.any) narrower("udp: the stub must be readable and in the first fragment");
    if (shape_.loose) wider("udp: a verifier behind the stub is searched too");
  }

  // bytes names the forms that look for requests among bytes, chained those that learn of binds.
  [[nodiscard]] std::string bytes() const { return plan_.stub ? "stub" : plan_.raw ? "raw" : ""; }
  [[nodiscard]] std::string chained() const {
    if (plan_.raw) return plan_.sealed ? "raw, sealed" : "raw";
    return plan_.sealed ? "sealed" : "";
  }
  [[nodiscard]] bool has_app_smb() const { return (plan_.app_transports & kSmb) != 0; }
  void wider(std::string_view what) { plan_.reasons.push_back(fmt::format("wider: {}", what)); }
  void narrower(std::string_view what) {
    plan_.reasons.push_back(fmt::format("narrower: {}", what));
  }

  const CallCondition& condition_;
  const Traits& traits_;
  const StubShape shape_;
  const bool coverage_;
  const bool sealed_;  // an alert is wanted although the stub cannot be read
  Plan plan_;
};

}  // namespace

Plan plan(const Ir& ir, const Detection& detection, const CallCondition& condition, Profile profile,
          const Traits& traits) {
  return Maker(ir, detection, condition, profile, traits).make();
}

}  // namespace rpcsieve::compiler::suricata

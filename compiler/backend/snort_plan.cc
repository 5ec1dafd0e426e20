// Snort 3 follows every pipe and context by itself, so its own options are the better part, over
// SMB too. But they do not match a sealed call, although its header is clear, and not a session
// that was picked up in its middle. Rules on bytes close that, and the coverage profile adds them.
#include "compiler/backend/snort_plan.h"

#include <fmt/format.h>

#include "compiler/backend/suricata_stub.h"

namespace rpcsieve::compiler::snort {
namespace {

constexpr std::uint8_t kPrivacy = 1 << 6;

// Maker fills in a plan: first the forms, then what is to be said about them.
class Maker {
 public:
  Maker(Dialect dialect, const Ir& ir, const Detection& detection, const CallCondition& condition,
        Profile profile)
      : snort3_(dialect == Dialect::kSnort3),
        condition_(condition),
        shape_(suricata::stub_shape(ir, condition)),
        coverage_(profile == Profile::kCoverage),
        wants_sealed_(wants_sealed(detection, condition)) {}

  Plan make() {
    if (condition_.outcomes != kEveryOutcome) {
      plan_.reasons.refused("no rule of Snort compares the outcome of a call");
      return std::move(plan_);
    }
    choose();
    explain_engine();
    if (!coverage_ && plan_.reasons.has_wider()) return refuse();
    if (plan_.empty()) plan_.reasons.refused("Snort's own options do not match sealed calls");
    explain_bytes();
    return std::move(plan_);
  }

 private:
  // A call with stub conditions that is sealed alerts only by `sealed: alert`.
  static bool wants_sealed(const Detection& detection, const CallCondition& condition) {
    const bool readable = condition.stub.empty();
    return (condition.auth_levels & kPrivacy) != 0 &&
           (readable || detection.sealed == database::Sealed::kAlert);
  }

  [[nodiscard]] bool only_sealed() const { return condition_.auth_levels == kPrivacy; }

  void choose() {
    const std::uint8_t streams = condition_.transports & (kSmb | kTcp);
    const bool readable = !only_sealed();
    if (readable) plan_.app = streams;
    plan_.udp = readable && (condition_.transports & kUdp) != 0 &&
                (coverage_ || condition_.transports_given);
    if (!coverage_ || streams == 0) return;
    plan_.stub = readable && shape_.telling;
    plan_.raw = readable && !plan_.stub;
    plan_.sealed = wants_sealed_;
  }

  Plan refuse() {
    plan_.reasons.refuse_wider();
    Plan refused;
    refused.reasons = std::move(plan_.reasons);
    return refused;
  }

  // explain_engine says what Snort's own options cannot.
  void explain_engine() {
    if (plan_.app == 0 && !plan_.udp) return;
    Reasons& reasons = plan_.reasons;
    if (!condition_.pipes.empty() && (plan_.app & kSmb) != 0)
      reasons.wider("the pipe's name is not compared");
    if (condition_.object) reasons.wider("app: the object UUID is not compared");
    if (asks_auth()) reasons.wider("the authentication is not compared");
    if (asks_versions() && !snort3_) reasons.wider("versions above the range alert too");
    if (shape_.any && shape_.loose)
      reasons.wider("app: a verifier behind the stub of an unfragmented call is searched too");
    if (shape_.negated)
      reasons.wider("app: what must be absent is looked for in the first fragment only");
    if (shape_.at_end) reasons.narrower("app: `$` does not match before a verifier");
    if (wants_sealed_ && !plan_.sealed)
      reasons.narrower("app: a sealed call does not alert: Snort stops at its verifier");
    if (!coverage_) explain_blind_spots();
    if ((condition_.transports & kUdp) != 0 && !plan_.udp) reasons.narrower("udp is left out");
  }

  void explain_blind_spots() {
    Reasons& reasons = plan_.reasons;
    if ((plan_.app & kTcp) != 0)
      reasons.narrower("app: on TCP a session must begin with its bind in the capture");
    if (!snort3_ && plan_.app != 0)
      reasons.narrower("app: only on ports 135, 139, 445, 593 and from 1024 up");
    if ((plan_.app & kSmb) != 0)
      reasons.narrower(snort3_ ? "app: at most three messages of an SMB compound are looked at"
                               : "app: calls over SMB 2 and 3 are not followed");
  }

  void explain_bytes() {
    Reasons& reasons = plan_.reasons;
    if (const std::string chained = chained_forms(); !chained.empty()) {
      reasons.wider(chained +
                    ": neither the pipe nor the answer to the bind is known, and context ids from "
                    "1 up are taken for one another");
      reasons.narrower(chained + ": a bind must have been captured");
    }
    if (plan_.sealed) reasons.wider("sealed: the verifier is known by its look only");
    if (plan_.stub) reasons.wider("stub: needs no bind, so the interface is not compared");
    if (!plan_.stub && !plan_.raw) return;
    const std::string_view bytes = plan_.stub ? "stub" : "raw";
    if (shape_.any)
      reasons.wider(fmt::format(
          "{}: the stub's bytes may stand anywhere behind the request's header", bytes));
    reasons.narrower(fmt::format("{}: a request that is cut by a packet may escape", bytes));
  }

  [[nodiscard]] std::string chained_forms() const {
    if (plan_.raw) return plan_.sealed ? "raw, sealed" : "raw";
    return plan_.sealed ? "sealed" : "";
  }

  // What excludes the sealed calls, and nothing else, is what Snort does by itself.
  [[nodiscard]] bool asks_auth() const {
    const auto readable = static_cast<std::uint8_t>(kEveryLevel & ~kPrivacy);
    return !condition_.auth_types.empty() || (condition_.auth_levels & readable) != readable;
  }
  [[nodiscard]] bool asks_versions() const {
    return condition_.version_major_first != condition_.version_major_last &&
           condition_.version_major_first > 0 && condition_.version_major_last < 0xffff;
  }

  const bool snort3_;
  const CallCondition& condition_;
  const suricata::StubShape shape_;
  const bool coverage_;
  const bool wants_sealed_;
  Plan plan_;
};

}  // namespace

Plan plan(Dialect dialect, const Ir& ir, const Detection& detection, const CallCondition& condition,
          Profile profile) {
  return Maker(dialect, ir, detection, condition, profile).make();
}

}  // namespace rpcsieve::compiler::snort

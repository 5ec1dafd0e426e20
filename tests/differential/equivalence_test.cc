// What a verdict promises, held against the real Suricata: random detections, each with the verdict
// that its rules have, and random captures that they fit or nearly fit. On every pair of detection
// and capture rpcsieve's own engine and Suricata either agree, or differ as the verdict says.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "tests/differential/engines.h"
#include "tests/support/rules.h"

namespace rpcsieve::test {
namespace {

using compiler::Fidelity;
using compiler::Profile;

constexpr std::size_t kExactRules = 80, kOtherRules = 80, kCaptures = 1000;

// Promise is what a verdict says about the alerts of a rule.
struct Promise {
  bool may_miss = false, may_add = false;

  auto operator<=>(const Promise&) const = default;
};

Promise promise_of(const compiler::Verdict& verdict) {
  Promise promise;
  for (const std::string& reason : verdict.reasons) {
    promise.may_miss |= reason.starts_with("narrower: ");
    promise.may_add |= reason.starts_with("wider: ");
  }
  return promise;
}

std::string name_of(const Promise& promise) {
  if (promise.may_miss) return promise.may_add ? "wider, narrower" : "narrower";
  return promise.may_add ? "wider" : "exact";
}

compiler::Emitted emit(const compiler::Ir& ir, Profile profile) {
  compiler::Diagnostics out;
  return compiler::emit_suricata7(ir, compiler::Sids::assign(ir, nullptr, out), profile);
}

// named gives an Ir whose transports the author named: the precise profile has no rules for UDP
// otherwise.
compiler::Ir named(compiler::Ir ir) {
  for (compiler::Detection& detection : ir.detections)
    for (compiler::CallCondition& call : detection.steps.front().calls)
      call.transports_given = call.transports != compiler::kEveryTransport;
  return ir;
}

// throw_rules throws detections until there are enough of each kind: few are exact by chance.
compiler::Ir throw_rules(Dice& dice) {
  std::vector<Rule> rules;
  std::size_t exact = 0, others = 0;
  for (std::size_t number = 0; exact < kExactRules || others < kOtherRules; ++number) {
    const Rule rule = random_rule(number, dice);
    const auto fidelity = emit(ir({rule}), Profile::kCoverage).verdicts.front().fidelity;
    if (fidelity == Fidelity::kRefused) continue;
    std::size_t& count = fidelity == Fidelity::kExact ? exact : others;
    if (count >= (fidelity == Fidelity::kExact ? kExactRules : kOtherRules)) continue;
    ++count;
    rules.push_back(rule);
  }
  return named(ir(rules));
}

// Tally counts pairs of a detection and a capture.
struct Tally {
  std::size_t rules = 0, pairs = 0, both = 0, only_native = 0, only_suricata = 0;
};

// Run is a profile and what the dice begin with.
using Run = std::tuple<Profile, std::uint32_t>;

class Equivalence : public testing::TestWithParam<Run> {
 protected:
  Equivalence() : ir_(throw_rules(dice_)) {
    CaptureMaker maker(dice_);
    for (std::size_t n = 0; n < kCaptures; ++n)
      captures_.push_back(maker.make(ir_, dice_.one_of(ir_.detections)));
  }

  // tell_difference says which pair it is, and what was against the promise.
  void tell_difference(const RandomCapture& capture, std::size_t detection, bool native) const {
    ADD_FAILURE() << (native ? "only rpcsieve alerts: " : "only Suricata alerts: ") << capture.what
                  << " " << print(capture.ends.first) << " " << print(capture.ends.second) << "\n"
                  << print(ir_.detections[detection], ir_);
  }

  void compare(const Promise& promise, std::size_t detection, const Fired& native,
               const Fired& suricata, Tally& tally) const {
    ++tally.rules;
    for (const RandomCapture& capture : captures_) {
      const bool ours = native.contains({capture.ends, detection});
      const bool theirs = suricata.contains({capture.ends, detection});
      ++tally.pairs;
      tally.both += ours && theirs ? 1 : 0;
      tally.only_native += ours && !theirs ? 1 : 0;
      tally.only_suricata += theirs && !ours ? 1 : 0;
      if (ours && !theirs && !promise.may_miss) tell_difference(capture, detection, true);
      if (theirs && !ours && !promise.may_add) tell_difference(capture, detection, false);
    }
  }

  Dice dice_{std::get<std::uint32_t>(GetParam())};
  compiler::Ir ir_;
  std::vector<RandomCapture> captures_;
};

TEST_P(Equivalence, VerdictsKeepWhatTheyPromise) {
  if (!suricata_is_there()) {
    ASSERT_EQ(std::getenv("RPCSIEVE_REQUIRE_PEERS"), nullptr) << "needs Suricata 7.0.10";
    GTEST_SKIP() << "needs Suricata 7.0.10";
  }
  const auto emitted = emit(ir_, std::get<Profile>(GetParam()));
  const auto pcap = merged(captures_);
  const Fired native = run_native(ir_, pcap);
  const Fired suricata = run_suricata(ir_, emitted.text, pcap);
  std::map<Promise, Tally> tallies;
  for (std::size_t i = 0; i < emitted.verdicts.size(); ++i) {
    if (emitted.verdicts[i].fidelity == Fidelity::kRefused) continue;
    const Promise promise = promise_of(emitted.verdicts[i]);
    compare(promise, i, native, suricata, tallies[promise]);
  }
  for (const auto& [promise, tally] : tallies)
    std::printf("%-16s rules %3zu  pairs %6zu  both %5zu  only native %4zu  only Suricata %4zu\n",
                name_of(promise).c_str(), tally.rules, tally.pairs, tally.both, tally.only_native,
                tally.only_suricata);
  EXPECT_GE(tallies[Promise()].both, 1000U);
}

INSTANTIATE_TEST_SUITE_P(Profiles, Equivalence,
                         testing::Combine(testing::Values(Profile::kCoverage, Profile::kPrecise),
                                          testing::Values(2, 7)));

}  // namespace
}  // namespace rpcsieve::test

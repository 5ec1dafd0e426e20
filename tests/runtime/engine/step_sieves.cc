#include "tests/runtime/engine/step_sieves.h"

#include "tests/support/rules.h"

namespace rpcsieve::test {
namespace {

using compiler::bit;
using database::Result;

constexpr std::int64_t kHourUs = 3'600'000'000;

Sieve sieve(const std::vector<Rule>& rules) {
  std::string error;
  return Sieve(database::Database::load(compile(ir(rules)), error).value());
}

}  // namespace

Sieve::Sieve(database::Database made)
    : database(std::move(made)), matcher(match::Matcher::create(database, error)) {}

Sieve outcome_sieve() {
  Rule any("any"), denied("denied"), either("either");
  any.call(kLsarpc, {{43, 43}});
  denied.call(kLsarpc, {{43, 43}}).outcomes(bit(Result::kDenied));
  either.call(kLsarpc, {{43, 43}}).outcomes(bit(Result::kDenied));
  either.call(kLsarpc).outcomes(bit(Result::kSuccess));
  return sieve({any, denied, either});
}

Sieve bind_sieve() {
  using compiler::BindResult;
  return sieve({Rule("any").bind(kLsarpc), Rule("refused").bind(kLsarpc, BindResult::kRejected),
                Rule("taken").bind(kLsarpc, BindResult::kAccepted)});
}

Sieve file_sieve() { return sieve({Rule("ntds").file("ntds.dit", "c$")}); }

Sieve sweep_sieve() {
  Rule many("many"), planted("planted"), tried("tried");
  many.call(kSvcctl, {{12, 12}}).count(5, kHourUs, compiler::kByClient);
  planted.file("*.exe", "admin$", compiler::kWrite).next_step();
  planted.call(kSvcctl, {{12, 12}}).outcomes(bit(Result::kSuccess));
  planted.within(kHourUs, compiler::kByClient | compiler::kByServer);
  tried.bind(kSvcctl).count(4, kHourUs, compiler::kByServer);
  return sieve({many, planted, tried});
}

Sieve order_sieve() {
  Rule both("both");
  both.call(kLsarpc, {{43, 43}}).next_step().call(kLsarpc, {{28, 28}});
  return sieve({both.within(10'000'000, compiler::kByClient)});
}

}  // namespace rpcsieve::test

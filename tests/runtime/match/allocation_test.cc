// Matching takes its memory before the first call.
#include <gtest/gtest.h>

#include "tests/support/allocations.h"
#include "tests/support/calls.h"
#include "tests/support/rules.h"

namespace rpcsieve::match {
namespace {

using test::CallBuilder;

TEST(Allocation, IsNoneInTheSteadyState) {
  std::string error;
  const auto database = database::Database::load(test::compile(test::fixture_rules()), error);
  const auto matcher = Matcher::create(*database, error);
  const auto scratch = matcher->make_scratch();
  const auto stub = test::Wire().utf16("G$BCKUPKEY_P").text("Zero").build();
  const CallBuilder calls[] = {
      CallBuilder(test::kLsarpc, 43, stub).pipe("lsass"),
      CallBuilder(test::kLsarpc, 43, stub).sealed(),
      CallBuilder(test::kLsarpc, 43, stub).known_by(dcerpc::KnownBy::kUnknown),
      CallBuilder(test::kSvcctl, 12).version(2).to("10.0.0.9"),
      CallBuilder(test::kSvcctl, 13),
  };
  Counters counters;
  std::vector<Hit> hits;
  hits.reserve(16);
  const std::size_t before = test::allocations();
  std::size_t found = 0;
  for (int i = 0; i < 1000; ++i)
    for (const CallBuilder& call : calls) {
      hits.clear();
      if (matcher->watches(call.call())) matcher->match(call.subject(), *scratch, counters, hits);
      found += hits.size();
    }
  EXPECT_EQ(test::allocations() - before, 0U);
  EXPECT_EQ(found, 1000U * 6U);
}

}  // namespace
}  // namespace rpcsieve::match

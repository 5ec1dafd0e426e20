#include "runtime/match/file.h"

#include <gtest/gtest.h>

#include "tests/support/calls.h"
#include "tests/support/rules.h"

namespace rpcsieve::match {
namespace {

using database::Result;
using test::Rule;

database::Database database_of(const std::vector<Rule>& rules) {
  std::string error;
  return database::Database::load(test::compile(test::ir(rules)), error).value();
}

struct Opened {
  std::optional<std::string_view> path = "Windows\\NTDS\\ntds.dit", share = "\\\\dc\\C$";
  std::uint8_t access = database::kRead;
  Result result = Result::kSuccess;
  std::string_view client = "10.0.0.5";
};

bool fits(const Rule& rule, const Opened& opened) {
  const auto database = database_of({rule});
  const IpAddress client = parse_address(opened.client).value();
  const IpAddress server = parse_address("10.0.0.1").value();
  std::vector<Hit> hits;
  match_file(database, {opened.share, opened.path, opened.access, opened.result, client, server},
             hits);
  return !hits.empty();
}

TEST(File, FitsByEveryCondition) {
  using compiler::bit;
  const Rule ntds = Rule("a").file("ntds.dit");
  const Rule on_share = Rule("a").file("*", "c$");
  const Rule whole = Rule("a").file("windows\\*\\ntds.dit");
  const Rule rooted = Rule("a").file("\\windows\\*");
  const Rule written = Rule("a").file("*", "", compiler::kWrite);
  const Rule denied = Rule("a").file("*").outcomes(bit(Result::kDenied));
  const Rule stream = Rule("a").file("*:zone*");
  const Rule outside = Rule("a").file("*").from_not({"10.0.0.0/24"});
  struct Case {
    const char* name;
    Rule rule;
    Opened opened;
    bool want;
  };
  const Case cases[] = {
      {"the last component, in any case", ntds, {.path = "x\\NTDS.DIT"}, true},
      {"another name", ntds, {.path = "ntds.dit\\x"}, false},
      {"a name that was cut off", ntds, {.path = std::nullopt}, false},
      {"the file by its stream's name", ntds, {.path = "x\\ntds.dit::$DATA"}, true},
      {"... in a folder by its", ntds, {.path = "x::$INDEX_ALLOCATION\\ntds.dit"}, true},
      {"a stream that is asked for", stream, {.path = "a.exe:Zone.Identifier"}, true},
      {"... and is not there", stream, {.path = "a.exe"}, false},
      {"the share", on_share, {}, true},
      {"another share", on_share, {.share = "\\\\dc\\ADMIN$"}, false},
      {"a share that was not captured", on_share, {.share = std::nullopt}, false},
      {"no share asked for, none captured", ntds, {.share = std::nullopt}, true},
      {"the whole path", whole, {}, true},
      {"... with a root, as SMB1 has it", whole, {.path = "\\Windows\\NTDS\\ntds.dit"}, true},
      {"... of another beginning", whole, {.path = "x\\Windows\\NTDS\\ntds.dit"}, false},
      {"a root in the glob", rooted, {}, true},
      {"read where write is asked for", written, {}, false},
      {"written", written, {.access = database::kWrite}, true},
      {"both", written, {.access = database::kEveryAccess}, true},
      {"neither, where both will do", ntds, {.access = 0}, true},
      {"neither, where write is asked for", written, {.access = 0}, false},
      {"denied, unasked", ntds, {.result = Result::kDenied}, false},
      {"failed, unasked", ntds, {.result = Result::kFailed}, false},
      {"not answered", ntds, {.result = Result::kUnanswered}, true},
      {"denied, as asked", denied, {.result = Result::kDenied}, true},
      {"opened where denied is asked for", denied, {}, false},
      {"from inside", outside, {}, false},
      {"from outside", outside, {.client = "10.0.1.5"}, true},
  };
  for (const Case& c : cases) EXPECT_EQ(fits(c.rule, c.opened), c.want) << c.name;
}

// Each detection and step once, by the first of its alternatives that fits.
TEST(File, GivesAHitForEachStep) {
  Rule both("both"), other("other");
  both.file("b").file("*").file("a*").next_step().file("a");
  both.within(1, 0);
  other.file("a");
  const auto database = database_of({both, other});
  const IpAddress nobody;
  std::vector<Hit> hits;
  match_file(database, {std::nullopt, "a", 0, Result::kSuccess, nobody, nobody}, hits);
  ASSERT_EQ(hits.size(), 3U);
  EXPECT_EQ(hits[0].condition, 1U);
  EXPECT_EQ(hits[1].step, 1U);
  EXPECT_EQ(hits[1].condition, 3U);
  EXPECT_EQ(hits[2].detection, 1U);
}

}  // namespace
}  // namespace rpcsieve::match

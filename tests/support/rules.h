#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/catalog/catalog.h"
#include "compiler/ir/ir.h"

namespace rpcsieve::test {

// A catalogue of three interfaces: small enough that every byte of a database of it can be tried.
// Their UUIDs are not inline: dcerpc_builder.h has names like these for other things.
constexpr std::string_view kLsarpc = "12345778-1234-abcd-ef00-0123456789ab";
constexpr std::string_view kSvcctl = "367abb81-9844-35f1-ad32-98f038001003";
constexpr std::string_view kTwoVersions = "86d35949-83c9-4044-b424-db363231fd0c";
constexpr std::string_view kForeign = "deadbeef-0000-0000-0000-000000000001";  // not in it
const compiler::Catalog& small_catalog();

// Patterns as the front end lowers them.
compiler::Pattern text(std::string_view value);
compiler::Pattern utf16(std::string_view value);
compiler::Pattern bytes(std::string_view hex_digits);
compiler::Pattern regex(std::string_view value);
compiler::Pattern nocase(compiler::Pattern pattern);

// Rule builds one detection of an Ir. Its id follows from its name. What follows a call() is about
// that alternative; every operation and every transport fit unless it says otherwise.
class Rule {
 public:
  explicit Rule(std::string_view name);

  Rule& call(std::string_view interface, std::vector<compiler::OpnumRange> opnums = {{}});
  Rule& versions(std::uint16_t first, std::uint16_t last);
  Rule& transports(std::uint8_t bits);
  Rule& pipes(std::vector<std::string> names);
  Rule& object(std::string_view uuid);
  Rule& stub(compiler::Pattern pattern);                    // must be there
  Rule& stub_not(compiler::Pattern pattern);                // must not be there
  Rule& stub_any(std::vector<compiler::Pattern> patterns);  // one of them must be there
  Rule& outcomes(std::uint8_t bits);                        // compiler::bit(), or'ed
  Rule& auth(std::vector<std::uint8_t> types, std::uint8_t levels = compiler::kEveryLevel);

  // What follows a bind() or file() is not about it, but for pipes, versions and transports of a
  // bind and outcomes of a file.
  Rule& bind(std::string_view interface, compiler::BindResult result = compiler::BindResult::kAny);
  Rule& file(std::string_view name, std::string_view share = "",
             std::uint8_t access = compiler::kEveryAccess);

  Rule& next_step();  // what follows is about another event, after the one before
  Rule& within(std::int64_t us, std::uint8_t by);
  Rule& count(std::uint32_t at_least, std::int64_t within_us, std::uint8_t by);

  Rule& from(std::vector<std::string_view> nets);  // "10.0.0.0/8"
  Rule& from_not(std::vector<std::string_view> nets);
  Rule& to(std::vector<std::string_view> nets);
  Rule& sealed(database::Sealed policy);
  Rule& severity(database::Severity severity);
  Rule& attack(std::vector<std::string> tags);
  Rule& title(std::string_view title);

  // A term of the stub conditions whose pattern is not numbered yet.
  struct Term {
    compiler::Pattern pattern;
    bool negated;
  };
  using Clause = std::vector<Term>;

 private:
  friend compiler::Ir ir(const std::vector<Rule>& rules);
  Rule& clause(Clause clause);
  compiler::Step& step() { return detection_.steps.back(); }
  compiler::CallCondition& last_call() { return step().calls.back(); }

  compiler::Detection detection_;
  std::vector<std::vector<Clause>> stubs_;  // by call, of all steps
};

// ir puts rules together, each pattern once. The place of rule i is line i + 1 of a source "rules",
// and its terms are numbered by column.
compiler::Ir ir(const std::vector<Rule>& rules);

// compile gives the database of an Ir with the small catalogue; it must succeed.
std::vector<std::uint8_t> compile(const compiler::Ir& ir);

// fixture_rules are the rules of the database that lies in tests/fuzz/corpus: every kind of row is
// in it.
compiler::Ir fixture_rules();

}  // namespace rpcsieve::test

#include "runtime/database/database.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "compiler/backend/backend.h"
#include "tests/support/dump.h"
#include "tests/support/rules.h"

namespace rpcsieve::compiler {
namespace {

using test::Rule;

database::Database load(std::vector<std::uint8_t> file) {
  std::string error;
  auto database = database::Database::load(std::move(file), error);
  EXPECT_EQ(error, "");
  return std::move(database.value());
}

std::string dumped(const std::vector<Rule>& rules) {
  return test::dump(load(test::compile(test::ir(rules))));
}

TEST(EmitDatabase, WritesEveryKindOfRow) {
  EXPECT_EQ(
      test::dump(load(test::compile(test::fixture_rules()))),
      "detection backup-key-read sid=9400006 rev=1 critical alert "
      "\"Attempted Administrator Privilege Gain\"\n"
      "detection service sid=9400053 rev=1 medium ignore \"Potentially Bad Traffic\"\n"
      "detection zero-end sid=9400086 rev=1 medium alert \"Potentially Bad Traffic\"\n"
      "detection retries sid=9400040 rev=1 medium alert \"Potentially Bad Traffic\" "
      "at_least=3 within=60000000us by=0x1\n"
      "detection planted sid=9400026 rev=1 medium alert \"Potentially Bad Traffic\" "
      "steps=2 within=10000000us by=0x3\n"
      "condition 0 backup-key-read lsarpc v0-65535 smb,tcp,udp pipe=lsarpc pipe=lsass "
      "from=not(10.0.0.1-10.0.0.1 "
      "2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff) inferable [0] [!1]\n"
      "condition 1 service svcctl v2-2 smb to=(10.0.0.0-10.0.0.255)\n"
      "condition 2 service deadbeef-0000-0000-0000-000000000001 v0-65535 smb,tcp,udp "
      "object=00000000-0000-0000-0000-000000000007 "
      "to=(10.0.0.0-10.0.0.255)\n"
      "condition 3 zero-end lsarpc v0-65535 smb,tcp,udp [2 3]\n"
      "condition 4 planted two v1-1 smb,tcp,udp outcomes=0x1 auth_levels=0x40 auth_type=10 step=1\n"
      "bind retries 12345778-1234-abcd-ef00-0123456789ab v0-2 smb,tcp,udp results=0x2 "
      "pipe=lsarpc pipe=lsass\n"
      "file planted *.exe share=admin$ access=0x2 outcomes=0x31\n"
      "watch lsarpc 20-42: 3\n"
      "watch lsarpc 43-43: 0 3\n"
      "watch lsarpc 44-50: 3\n"
      "watch svcctl 12-12: 1\n"
      "watch svcctl 24-24: 1\n"
      "watch two 0-0: 4\n"
      "watch two3 0-0: 4\n"
      "watch deadbeef-0000-0000-0000-000000000001 0-65535: 2\n"
      "watch inferred 43-43: 0\n"
      "pattern 0 \\x47\\x00\\x24\\x00\\x42\\x00\\x43\\x00\\x4b\\x00\\x55\\x00\\x50\\x00\\x4b\\x00"
      "\\x45\\x00\\x59\\x00\\x5f\\x00 flags=10\n"
      "pattern 1 \\x71\\x75\\x69\\x65\\x74 flags=10\n"
      "pattern 2 \\x00{8}\\z flags=10 at_end\n"
      "pattern 3 \\x5a\\x65\\x72\\x6f flags=11\n");
}

// Binds are sorted by interface, those of one by detection.
TEST(EmitDatabase, SortsBinds) {
  const auto database = load(test::compile(test::ir(
      {Rule("a").bind(test::kSvcctl), Rule("b").bind(test::kLsarpc).bind(test::kSvcctl)})));
  std::string order;
  for (const auto& row : database.binds()) order += std::to_string(row.detection);
  EXPECT_EQ(order, "101");
  EXPECT_EQ(database.find_binds(*parse_uuid(test::kSvcctl)).size(), 2U);
  EXPECT_TRUE(database.find_binds(*parse_uuid(test::kForeign)).empty());
}

TEST(EmitDatabase, WatchesEveryVersionOfAnInterface) {
  EXPECT_EQ(dumped({Rule("a").call(test::kTwoVersions, {{0, 0}}).versions(3, 3)}),
            "detection a sid=9400006 rev=1 medium alert \"Potentially Bad Traffic\"\n"
            "condition 0 a two v3-3 smb,tcp,udp\n"
            "watch two 0-0: 0\n"
            "watch two3 0-0: 0\n");
}

TEST(EmitDatabase, TellsNobodyFromEveryone) {
  EXPECT_EQ(dumped({Rule("a").call(test::kLsarpc, {{1, 1}}).from({}),
                    Rule("b").call(test::kLsarpc, {{1, 1}}).from_not({})}),
            "detection a sid=9400006 rev=1 medium alert \"Potentially Bad Traffic\"\n"
            "detection b sid=9400026 rev=1 medium alert \"Potentially Bad Traffic\"\n"
            "condition 0 a lsarpc v0-65535 smb,tcp,udp from=()\n"
            "condition 1 b lsarpc v0-65535 smb,tcp,udp\n"
            "watch lsarpc 1-1: 0 1\n");
}

TEST(EmitDatabase, CarriesTheCatalogueWithoutAnyRule) {
  Diagnostics out;
  const Ir empty;
  const auto file =
      emit_database(empty, Sids::assign(empty, nullptr, out), Catalog::builtin(), {}, out);
  ASSERT_TRUE(file);
  const database::Database database = load(*file);
  EXPECT_EQ(database.interfaces().size(), Catalog::builtin().interfaces().size());
  for (const Interface& interface : Catalog::builtin().interfaces()) {
    const auto* row = database.find_interface(interface.uuid, interface.version_major);
    ASSERT_NE(row, nullptr) << interface.name;
    EXPECT_EQ(database.text(row->name), interface.name);
    for (const Operation& operation : interface.operations) {
      const auto* found = database.find_operation(*row, operation.number);
      ASSERT_NE(found, nullptr) << operation.name;
      EXPECT_EQ(database.text(found->name), operation.name);
      EXPECT_EQ(found->returns, operation.returns);
    }
  }
  for (const ImpliedPipe& pipe : Catalog::builtin().implied_pipes()) {
    const auto* row = database.find_pipe(pipe.pipe);
    ASSERT_NE(row, nullptr) << pipe.pipe;
    EXPECT_EQ(row->uuid, pipe.interface->uuid);
  }
}

TEST(EmitDatabase, GivesTheSameBytesForTheSameInput) {
  EXPECT_EQ(test::compile(test::fixture_rules()), test::compile(test::fixture_rules()));
}

// The database that the fuzzers start from, that the sensor's test loads and that docs/DATABASE.md
// shows. RPCSIEVE_UPDATE=1 writes it anew.
TEST(EmitDatabase, GivesTheSameBytesAsWhenTheFixtureWasMade) {
  const auto file = test::compile(test::fixture_rules());
  for (const std::string folder : {"database", "match"}) {
    const std::string path = RPCSIEVE_SOURCE_DIR "/tests/fuzz/corpus/" + folder + "/fixture.db";
    if (std::getenv("RPCSIEVE_UPDATE") != nullptr)
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(file.data()),
                 static_cast<std::streamsize>(file.size()));
    std::ifstream in(path, std::ios::binary);
    const std::vector<std::uint8_t> fixture{std::istreambuf_iterator<char>(in), {}};
    EXPECT_TRUE(file == fixture) << path;
  }
}

TEST(EmitDatabase, SaysForWhichProcessorsItIs) {
  const Ir ir = test::fixture_rules();
  Diagnostics out;
  const auto sids = Sids::assign(ir, nullptr, out);
  const auto host = emit_database(ir, sids, test::small_catalog(), {true}, out);
  ASSERT_TRUE(host);
  EXPECT_EQ(load(test::compile(ir)).platform(), database::Platform::kGeneric);
  const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  EXPECT_EQ(load(*host).platform() != database::Platform::kGeneric, has_avx2);
}

struct RefusedCase {
  std::string_view name;
  Ir ir;
  std::string_view want;
};

Ir with_bad_title() { return test::ir({Rule("a").call(test::kLsarpc).title("\xff")}); }

// Every rule claims all numbers but one of its own.
Ir with_too_many_candidates() {
  std::vector<Rule> rules;
  for (std::uint16_t i = 1; i <= 4200; ++i)
    rules.push_back(Rule(fmt::format("rule-{}", i))
                        .call(test::kLsarpc, {{0, static_cast<std::uint16_t>(10 * i - 1)},
                                              {static_cast<std::uint16_t>(10 * i + 1), 0xffff}}));
  return test::ir(rules);
}

TEST(EmitDatabase, RefusesWhatNoReaderWouldTake) {
  const RefusedCase kCases[] = {
      {"text", with_bad_title(),
       "E045 1 the database would be refused: section text is not UTF-8\n"},
      {"candidates", with_too_many_candidates(),
       "E044 1 the operation numbers overlap in too many ways\n"},
  };
  for (const RefusedCase& c : kCases) {
    Diagnostics out;
    const auto sids = Sids::assign(c.ir, nullptr, out);
    EXPECT_FALSE(emit_database(c.ir, sids, test::small_catalog(), {}, out)) << c.name;
    std::string text;
    for (const Diagnostic& one : out.sorted())
      text += fmt::format("{} {} {}\n", one.code, one.span.line, one.message);
    EXPECT_EQ(text, c.want) << c.name;
  }
}

}  // namespace
}  // namespace rpcsieve::compiler

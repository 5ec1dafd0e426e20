#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/catalog/catalog.h"

// The catalogue against a second table: `tshark -G values` prints the operation names of
// Wireshark's dissectors. Names that differ only by the prefix of their table agree; every other
// difference is listed in tshark_differences.tsv with its reason. So a row that slipped by one, or
// a number that got another's name, is found.

namespace rpcsieve::compiler {
namespace {

// Pair is one interface in both tables. The prefixes are what a name may begin with there.
struct Pair {
  std::string_view interface;
  std::string_view field;  // tshark's
  std::vector<std::string_view> our_prefixes, their_prefixes;
};

const std::array<Pair, 41> kPairs = {{
    {"lsarpc", "lsarpc", {"lsar"}, {"lsalsar", "lsa"}},
    {"samr", "samr", {"samr"}, {}},
    {"netlogon", "netlogon", {}, {}},
    {"drsuapi", "drsuapi", {"idldrs"}, {"drsuapi", "ds"}},
    {"svcctl", "svcctl", {}, {}},
    {"winreg", "winreg", {"basereg", "base"}, {}},
    {"srvsvc", "srvsvc", {"netr", "netpr", "netrp"}, {"netr", "net"}},
    {"wkssvc", "wkssvc", {"netr"}, {"netr", "net"}},
    {"atsvc", "atsvc", {"netr"}, {}},
    {"ITaskSchedulerService", "taskschedulerservice", {}, {}},
    {"epmapper", "epm", {"ept"}, {}},
    {"spoolss", "spoolss", {"rpc"}, {}},
    {"IRemoteWinspool", "iremotewinspool", {"rpc"}, {"winspool"}},
    {"efsrpc", "efs", {}, {}},
    {"netdfs", "netdfs", {"netrdfs"}, {"dfs"}},
    {"eventlog", "eventlog", {"elfr"}, {}},
    {"dssetup", "dssetup", {"dsroler"}, {"dsrole"}},
    {"mgmt", "mgmt", {}, {"rpcmgmt"}},
    {"dnsserver", "dnsserver", {}, {}},
    {"FileServerVssAgent", "fsrvp", {}, {}},
    {"IObjectExporter", "oxid", {}, {}},
    {"IRemUnknown2", "remunk", {}, {}},
    {"IRemoteSCMActivator", "isystemactivator", {}, {}},
    {"Witness", "witness", {"witnessr"}, {}},
    {"clusapi", "clusapi", {"api"}, {"clusapi"}},
    {"IDispatch", "dispatch", {}, {}},
    {"ITypeInfo", "typeinfo", {}, {}},
    {"IProvideClassInfo", "provideclassinfo", {}, {}},
    {"IActivation", "remact", {}, {}},
    {"NtFrsApi", "frsapi", {"ntfrsapirpc"}, {"frsapi"}},
    {"FrsRpc", "frsrpc", {"frsrpc"}, {"frs", "frsrpc"}},
    {"FrsTransport", "frstrans", {}, {"frstrans"}},
    {"InitShutdown", "initshutdown", {"base"}, {}},
    {"emsmdb", "mapi", {}, {}},
    {"nspi", "nspi", {}, {}},
    {"rfri", "rfr", {"rfr"}, {"rfr"}},
    {"pnp", "pnp", {"pnp"}, {"pnp"}},
    {"browser", "rpc_browser", {"i"}, {}},
    {"dimsvc", "rras", {}, {}},
    {"tapsrv", "tapi", {}, {}},
    {"trksvr", "trksvr", {}, {}},
}};

// plain gives the letters and digits of a name in lower case.
std::string plain(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '_') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

// stems gives a name as it is, and without each of the prefixes.
std::set<std::string> stems(std::string_view name, const std::vector<std::string_view>& prefixes) {
  const std::string whole = plain(name);
  std::set<std::string> out = {whole};
  for (const std::string_view prefix : prefixes) {
    if (whole.starts_with(prefix)) out.insert(whole.substr(prefix.size()));
  }
  return out;
}

bool agree(const Pair& pair, const Operation& operation, std::string_view theirs) {
  const auto their_stems = stems(theirs, pair.their_prefixes);
  auto names = operation.aliases;
  names.push_back(operation.name);
  for (const std::string_view name : names) {
    for (const std::string& stem : stems(name, pair.our_prefixes)) {
      if (their_stems.count(stem) != 0) return true;
    }
  }
  return false;
}

std::vector<std::string> columns(const std::string& line) {
  std::vector<std::string> out(1);
  for (const char c : line) {
    if (c == '\t') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

using Names = std::map<int, std::string>;  // by operation number

// tshark_names gives tshark's tables by field; empty if there is no tshark.
std::map<std::string, Names> tshark_names() {
  std::map<std::string, Names> tables;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
      popen("tshark -G values 2>/dev/null | grep '\\.opnum'", "r"), &pclose);
  std::array<char, 4096> line{};
  while (pipe && std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    std::string text = line.data();
    if (!text.empty() && text.back() == '\n') text.pop_back();
    const auto row = columns(text);  // V, field, number, name
    if (row.size() == 4 && row[0] == "V") tables[row[1]][std::stoi(row[2], nullptr, 0)] = row[3];
  }
  return tables;
}

// known_differences gives the rows of a list of them as "interface number name".
std::set<std::string> known_differences(const std::string& path = RPCSIEVE_SOURCE_DIR
                                        "/tests/compiler/catalog/tshark_differences.tsv") {
  std::ifstream file(path);
  std::set<std::string> out;
  for (std::string line; std::getline(file, line);) {
    const auto row = columns(line);
    if (row.size() == 3 && line.front() != '#') out.insert(row[0] + " " + row[1] + " " + row[2]);
  }
  return out;
}

TEST(Tshark, AgreesOnEveryOperation) {
  const auto tables = tshark_names();
  if (tables.empty()) GTEST_SKIP() << "tshark is not installed";
  const auto known = known_differences();
  ASSERT_FALSE(known.empty());
  std::size_t compared = 0;
  for (const Pair& pair : kPairs) {
    const Interface* interface = Catalog::builtin().find_name(pair.interface);
    ASSERT_NE(interface, nullptr) << pair.interface;
    const auto table = tables.find(std::string(pair.field) + ".opnum");
    ASSERT_NE(table, tables.end()) << pair.field;
    for (const auto& [number, theirs] : table->second) {
      const auto* ours = find_operation(*interface, static_cast<std::uint16_t>(number));
      ASSERT_NE(ours, nullptr) << pair.interface << " lacks " << number << " " << theirs;
      const std::string row =
          std::string(pair.interface) + " " + std::to_string(number) + " " + theirs;
      EXPECT_TRUE(agree(pair, *ours, theirs) != (known.count(row) != 0))
          << row << " is " << ours->name << " here";
      ++compared;
    }
  }
  EXPECT_GT(compared, 1100U);
}

// A table that a newer tshark brings has to be compared, or set aside with a reason.
TEST(Tshark, HasNoTableThatIsNotComparedOrSetAside) {
  const auto tables = tshark_names();
  if (tables.empty()) GTEST_SKIP() << "tshark is not installed";
  const auto known = known_differences();
  for (const auto& [field, names] : tables) {
    const std::string_view table = std::string_view(field).substr(0, field.rfind(".opnum"));
    const bool compared = std::any_of(kPairs.begin(), kPairs.end(),
                                      [&](const Pair& pair) { return pair.field == table; });
    EXPECT_TRUE(compared != (known.count(std::string(table) + " - -") != 0)) << table;
  }
}

// Zeek's table is not part of this tree; where it lies beside it, the list of what is wrong in it,
// or otherwise spelt, is held to it.
TEST(Zeek, AgreesOnEveryOperation) {
  std::ifstream file(RPCSIEVE_SOURCE_DIR "/../shared/catalog/operations.tsv");
  if (!file) GTEST_SKIP() << "Zeek's table is not here";
  auto known =
      known_differences(RPCSIEVE_SOURCE_DIR "/tests/compiler/catalog/zeek_differences.tsv");
  for (std::string line; std::getline(file, line);) {
    const auto row = columns(line);  // UUID, interface, number, name
    const auto uuid = row.size() == 4 ? parse_uuid(row[0]) : std::nullopt;
    if (!uuid) continue;
    const Interface* interface = Catalog::builtin().find(*uuid);
    ASSERT_NE(interface, nullptr) << line;
    const Operation* ours =
        find_operation(*interface, static_cast<std::uint16_t>(std::stoi(row[2])));
    const Operation* named = find_operation(*interface, row[3]);
    const bool agrees = ours != nullptr && ours == named;
    const std::string difference = std::string(interface->name) + " " + row[2] + " " + row[3];
    EXPECT_NE(agrees, known.erase(difference) != 0) << difference;
  }
  EXPECT_TRUE(known.empty()) << *known.begin();
}

}  // namespace
}  // namespace rpcsieve::compiler

#include <gtest/gtest.h>

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

const std::array<Pair, 24> kPairs = {{
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

// known_differences gives the rows of tshark_differences.tsv as "interface number name".
std::set<std::string> known_differences() {
  std::ifstream file(RPCSIEVE_SOURCE_DIR "/tests/compiler/catalog/tshark_differences.tsv");
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
  EXPECT_GT(compared, 650U);
}

}  // namespace
}  // namespace rpcsieve::compiler

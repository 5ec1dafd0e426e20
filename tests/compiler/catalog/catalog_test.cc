#include "compiler/catalog/catalog.h"

#include <gtest/gtest.h>

#include <cctype>
#include <chrono>
#include <set>
#include <string>

#include "compiler/catalog/tables.h"

// What the catalogue says is looked up by the names that detections use; the rest of the tests hold
// for every row of the tables, so that an edit of the data cannot break what the code relies on.

namespace rpcsieve::compiler {
namespace {

using database::Returns;

const Catalog& catalog() { return Catalog::builtin(); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// found gives an operation as "interface version number name", looked up as a spec would.
std::string found(std::string_view interface_name, std::string_view operation_name) {
  const Interface* interface = catalog().find_name(interface_name);
  if (interface == nullptr) return "no interface";
  const Operation* operation = find_operation(*interface, operation_name);
  if (operation == nullptr) return "no operation";
  return std::string(interface->name) + " " + std::to_string(interface->version_major) + "." +
         std::to_string(interface->version_minor) + " " + std::to_string(operation->number) + " " +
         std::string(operation->name);
}

TEST(Catalog, FindsOperationsByNameAliasAndEitherCase) {
  EXPECT_EQ(found("lsarpc", "LsarRetrievePrivateData"), "lsarpc 0.0 43 LsarRetrievePrivateData");
  EXPECT_EQ(found("LSAD", "lsaropensecret"), "lsarpc 0.0 28 LsarOpenSecret");
  EXPECT_EQ(found("drsuapi", "IDL_DRSGetNCChanges"), "drsuapi 4.0 3 IDL_DRSGetNCChanges");
  EXPECT_EQ(found("drsuapi", "DRSGetNCChanges"), "drsuapi 4.0 3 IDL_DRSGetNCChanges");
  EXPECT_EQ(found("svcctl", "CreateServiceW"), "svcctl 2.0 12 RCreateServiceW");
  EXPECT_EQ(found("scmr", "RCreateWowService"), "svcctl 2.0 60 RCreateWowService");
  EXPECT_EQ(found("srvsvc", "NetrServerAliasAdd"), "srvsvc 3.0 54 NetrServerAliasAdd");
  EXPECT_EQ(found("efsrpc", "EfsRpcDecryptFileSrv"), "efsrpc 1.0 5 EfsRpcDecryptFileSrv");
  EXPECT_EQ(found("IWbemServices", "DeleteInstance"), "IWbemServices 0.0 16 DeleteInstance");
  EXPECT_EQ(found("BackupKey", "BackuprKey"), "bkrp 1.0 0 BackuprKey");
  EXPECT_EQ(found("spoolss", "RpcOpenPrinterEx"), "spoolss 1.0 69 RpcOpenPrinterEx");
  EXPECT_EQ(found("lsarpc", "LsarOpen"), "no operation");
  EXPECT_EQ(found("lsarp", "LsarOpenSecret"), "no interface");
  EXPECT_EQ(found("", ""), "no interface");
}

TEST(Catalog, FindsInterfacesByUuid) {
  for (const Interface& interface : catalog().interfaces()) {
    EXPECT_EQ(catalog().find(interface.uuid), &interface) << interface.name;
  }
  EXPECT_EQ(catalog().find(Uuid{}), nullptr);
  Uuid last;
  last.bytes.fill(0xff);
  EXPECT_EQ(catalog().find(last), nullptr);
}

TEST(Catalog, FindsOperationsByNumber) {
  const Interface& samr = *catalog().find_name("samr");
  EXPECT_EQ(find_operation(samr, 64)->name, "SamrConnect5");
  EXPECT_EQ(find_operation(samr, 0)->name, "SamrConnect");
  EXPECT_EQ(find_operation(samr, 75), nullptr);
  EXPECT_EQ(find_operation(samr, 0xffff), nullptr);
}

TEST(Catalog, SaysWhatEndsAResponse) {
  const auto returns = [](std::string_view interface, std::uint16_t number) {
    return find_operation(*catalog().find_name(interface), number)->returns;
  };
  EXPECT_EQ(returns("lsarpc", 43), Returns::kNtStatus);
  EXPECT_EQ(returns("netlogon", 26), Returns::kNtStatus);  // NTSTATUS NetrServerAuthenticate3
  EXPECT_EQ(returns("netlogon", 14), Returns::kWin32);     // NET_API_STATUS NetrLogonControl2
  EXPECT_EQ(returns("netlogon", 40), Returns::kWin32);  // NET_API_STATUS DsrEnumerateDomainTrusts
  EXPECT_EQ(returns("drsuapi", 3), Returns::kWin32);
  EXPECT_EQ(returns("svcctl", 12), Returns::kWin32);
  EXPECT_EQ(returns("eventlog", 0), Returns::kNtStatus);
  EXPECT_EQ(returns("efsrpc", 3), Returns::kNothing);  // void EfsRpcCloseRaw
  EXPECT_EQ(returns("netdfs", 0), Returns::kNothing);  // returns a version, not a status
  EXPECT_EQ(returns("epmapper", 3), Returns::kWin32);  // void ept_map, [out] status last
  EXPECT_EQ(returns("mgmt", 2), Returns::kNothing);    // boolean32 is_server_listening
  EXPECT_EQ(returns("ITaskSchedulerService", 1), Returns::kHresult);
  EXPECT_EQ(returns("svcctl", 10), Returns::kUnknown);  // not in the specification
}

TEST(Catalog, HasTheBreadthItPromises) {
  std::size_t operations = 0;
  for (const Interface& interface : catalog().interfaces())
    operations += interface.operations.size();
  EXPECT_GE(catalog().interfaces().size(), 224U);
  EXPECT_GE(operations, 2550U);
}

TEST(Catalog, HasEachNameOnce) {
  std::set<std::string> seen;
  for (const std::string_view name : catalog().names()) {
    EXPECT_FALSE(name.empty());
    EXPECT_TRUE(seen.insert(lower(name)).second) << name;
  }
}

TEST(Catalog, IsSortedAndHasEachNumberAndNameOnce) {
  const Interface* before = nullptr;
  for (const Interface& interface : catalog().interfaces()) {
    EXPECT_TRUE(before == nullptr || before->uuid < interface.uuid) << interface.name;
    before = &interface;
    std::set<std::string> names;
    int last = -1;
    for (const Operation& operation : interface.operations) {
      EXPECT_GT(operation.number, last) << interface.name << " " << operation.name;
      last = operation.number;
      EXPECT_TRUE(names.insert(lower(operation.name)).second)
          << interface.name << " " << operation.name;
      for (const std::string_view alias : operation.aliases) {
        EXPECT_TRUE(names.insert(lower(alias)).second) << interface.name << " " << alias;
      }
    }
  }
}

TEST(Catalog, NamesAreWords) {
  for (const Interface& interface : catalog().interfaces()) {
    EXPECT_FALSE(interface.source.empty()) << interface.name;
    for (const Operation& operation : interface.operations) {
      EXPECT_FALSE(operation.name.empty()) << interface.name << " " << operation.number;
      for (const char c : operation.name) {
        EXPECT_TRUE(c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0) << operation.name;
      }
    }
  }
}

TEST(Catalog, OwnPipesImplyOneInterfaceAndSharedOnesNone) {
  std::string last;
  std::set<std::string> names;
  for (const ImpliedPipe& implied : catalog().implied_pipes()) {
    EXPECT_LT(last, implied.pipe);
    EXPECT_EQ(lower(implied.pipe), implied.pipe);
    EXPECT_EQ(implied.interface->pipes.front(), implied.pipe) << "its own pipe comes first";
    last = implied.pipe;
    names.insert(last + "=" + std::string(implied.interface->name));
  }
  for (const char* own :
       {"lsarpc=lsarpc", "samr=samr", "netlogon=netlogon", "svcctl=svcctl", "winreg=winreg",
        "srvsvc=srvsvc", "wkssvc=wkssvc", "spoolss=spoolss", "efsrpc=efsrpc", "netdfs=netdfs",
        "eventlog=eventlog", "protected_storage=bkrp", "epmapper=epmapper"}) {
    EXPECT_EQ(names.count(own), 1U) << own;
  }
  for (const ImpliedPipe& implied : catalog().implied_pipes()) {
    for (const std::string_view shared : {"lsass", "ntsvcs", "browser", "atsvc"}) {
      EXPECT_NE(implied.pipe, shared);
    }
  }
}

TEST(Catalog, MovesWithItsPointers) {
  Catalog first = Catalog::parse(kInterfaceTable, kOperationTable);
  const Catalog second = std::move(first);
  EXPECT_EQ(second.implied_pipes().front().interface,
            second.find_name(second.implied_pipes().front().interface->name));
}

TEST(Catalog, IsReadInLessThanTwoMilliseconds) {
#ifdef NDEBUG
  constexpr auto kLimit = std::chrono::milliseconds(2);
#else
  constexpr auto kLimit = std::chrono::milliseconds(40);  // sanitizers and assertions are on
#endif
  auto best = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 20; ++i) {  // the fastest: the machine may be busy
    const auto start = std::chrono::steady_clock::now();
    const Catalog read = Catalog::parse(kInterfaceTable, kOperationTable);
    best = std::min(best, std::chrono::steady_clock::now() - start);
    ASSERT_FALSE(read.interfaces().empty());
  }
  EXPECT_LT(best, kLimit);
  RecordProperty(
      "microseconds",
      static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(best).count()));
}

}  // namespace
}  // namespace rpcsieve::compiler

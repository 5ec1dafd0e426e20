// The interfaces of the catalogue that Wireshark 4.0 has a dissector for, in order of UUID.
// tests/differential/wireshark_test.py compares the table with what tshark makes of a bind and a
// call of every interface of the catalogue.
#include "compiler/backend/wireshark_dissectors.h"

#include <algorithm>
#include <array>

namespace rpcsieve::compiler::wireshark {
namespace {

constexpr std::array<Dissector, 43> kDissectors = {{
    {"00000131-0000-0000-c000-000000000046", 0, "remunk", "remunk"},
    {"00000143-0000-0000-c000-000000000046", 0, "remunk2", "remunk"},
    {"000001a0-0000-0000-c000-000000000046", 0, "isystemactivator", "isystemactivator"},
    {"00020400-0000-0000-c000-000000000046", 0, "dispatch", "dispatch"},
    {"00020401-0000-0000-c000-000000000046", 0, "typeinfo", "typeinfo"},
    {"12345678-1234-abcd-ef00-0123456789ab", 1, "spoolss", "spoolss"},
    {"12345678-1234-abcd-ef00-01234567cffb", 1, "rpc_netlogon", "netlogon"},
    {"12345778-1234-abcd-ef00-0123456789ab", 0, "lsarpc", "lsarpc"},
    {"12345778-1234-abcd-ef00-0123456789ac", 1, "samr", "samr"},
    {"1544f5e0-613c-11d1-93df-00c04fd7bd09", 1, "rfr", "rfr"},
    {"1ff70682-0a51-30e8-076d-740be8cee98b", 1, "atsvc", "atsvc"},
    {"2f5f6520-ca46-1067-b319-00dd010662da", 1, "tapi", "tapi"},
    {"338cd001-2244-31f1-aaaa-900038001003", 1, "winreg", "winreg"},
    {"367abb81-9844-35f1-ad32-98f038001003", 2, "svcctl", "svcctl"},
    {"3919286a-b10c-11d0-9ba8-00c04fd92ef5", 0, "dssetup", "dssetup"},
    {"4b324fc8-1670-01d3-1278-5a47bf6ee188", 3, "srvsvc", "srvsvc"},
    {"4d9f4ab8-7d1c-11cf-861e-0020af6e7c57", 0, "remact", "remact"},
    {"4da1c422-943d-11d1-acae-00c04fc2aa3f", 1, "trksvr", "trksvr"},
    {"4fc742e0-4a10-11cf-8273-00aa004ae673", 3, "netdfs", "netdfs"},
    {"50abc2a4-574d-40b3-9d66-ee4fd5fba076", 5, "dnsserver", "dnsserver"},
    {"5a7b91f8-ff00-11d0-a9b2-00c04fb6e6fc", 1, "messenger", "messenger"},
    {"6bffd098-a112-3610-9833-012892020162", 0, "rpc_browser", "rpc_browser"},
    {"6bffd098-a112-3610-9833-46c3f87e345a", 1, "wkssvc", "wkssvc"},
    {"76f03f96-cdfd-44fc-a22c-64950a001209", 1, "iremotewinspool", "iremotewinspool"},
    {"82273fdc-e32a-18c3-3f78-827929dc23ea", 0, "eventlog", "eventlog"},
    {"86d35949-83c9-4044-b424-db363231fd0c", 1, "taskschedulerservice", "taskschedulerservice"},
    {"894de0c0-0d55-11d3-a322-00c04fa321a1", 1, "initshutdown", "initshutdown"},
    {"897e2e5f-93f3-4376-9c9c-fd2277495c27", 1, "frstrans", "frstrans"},
    {"8d9f4e40-a03d-11ce-8f69-08003e30051b", 1, "pnp", "pnp"},
    {"8f09f000-b7ed-11ce-bbd2-00001a181cad", 0, "rras", "rras"},
    {"99fcfec4-5260-101b-bbcb-00aa0021347a", 0, "oxid", "oxid"},
    {"a4f1db00-ca47-1067-b31f-00dd010662da", 0, "mapi", "mapi"},
    {"a8e0653c-2744-4389-a61d-7373df8b2292", 1, "fsrvp", "fsrvp"},
    {"afa8bd80-7d8a-11c9-bef4-08002b102989", 1, "mgmt", "mgmt"},
    {"b196b283-bab4-101a-b69c-00aa00341d07", 0, "provideclassinfo", "provideclassinfo"},
    {"b97db8b2-4c63-11cf-bff6-08002be23f2f", 3, "clusapi", "clusapi"},
    {"c681d488-d850-11d0-8c52-00c04fd90f7e", 1, "efs", "efs"},
    {"ccd8c074-d0e5-4a40-92b4-d074faa6ba28", 1, "witness", "witness"},
    {"d049b186-814f-11d1-9a3c-00c04fc9b232", 1, "frsapi", "frsapi"},
    {"e1af8308-5d1f-11c9-91a4-08002b14a0fa", 3, "epm", "epm"},
    {"e3514235-4b06-11d1-ab04-00c04fc2dcd2", 4, "drsuapi", "drsuapi"},
    {"f5cc59b4-4264-101a-8c59-08002b2f8426", 1, "frsrpc", "frsrpc"},
    {"f5cc5a18-4264-101a-8c59-08002b2f8426", 56, "nspi", "nspi"},
}};

}  // namespace

const Dissector* find_dissector(const Uuid& interface, std::uint16_t version_major_first,
                                std::uint16_t version_major_last) {
  const std::string uuid = print(interface);
  for (const Dissector& dissector : kDissectors)
    if (dissector.uuid == uuid && dissector.version_major >= version_major_first &&
        dissector.version_major <= version_major_last)
      return &dissector;
  return nullptr;
}

std::string opnum_field(const Dissector& dissector) {
  const auto shares = [&](const Dissector& other) { return other.fields == dissector.fields; };
  const bool shared = std::count_if(kDissectors.begin(), kDissectors.end(), shares) > 1;
  const std::string field = std::string(dissector.fields) + ".opnum";
  return shared ? std::string(dissector.protocol) + " && " + field : field;
}

}  // namespace rpcsieve::compiler::wireshark

#include "compiler/backend/addresses.h"

#include <gtest/gtest.h>

namespace rpcsieve::compiler {
namespace {

Cidr net(std::string_view address, std::uint8_t prefix) {
  return {parse_address(address).value(), prefix};
}

std::string printed(const std::vector<database::AddressRow>& rows) {
  std::string text;
  for (const auto& row : rows)
    text += print(IpAddress{row.first}) + "-" + print(IpAddress{row.last}) + "; ";
  return text;
}

struct AddressCase {
  std::string_view name;
  std::vector<Cidr> nets;
  std::string_view want;
};

const AddressCase kAddressCases[] = {
    {"nothing", {}, ""},
    {"one host", {net("10.0.0.1", 32)}, "10.0.0.1-10.0.0.1; "},
    {"a network", {net("10.0.0.0", 12)}, "10.0.0.0-10.15.255.255; "},
    {"all of IPv4", {net("0.0.0.0", 0)}, "0.0.0.0-255.255.255.255; "},
    {"all of IPv6", {net("::", 0)}, "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff; "},
    {"IPv6", {net("2001:db8::", 33)}, "2001:db8::-2001:db8:7fff:ffff:ffff:ffff:ffff:ffff; "},
    {"sorted",
     {net("10.0.0.9", 32), net("10.0.0.1", 32)},
     "10.0.0.1-10.0.0.1; 10.0.0.9-10.0.0.9; "},
    {"touching", {net("10.0.1.0", 24), net("10.0.0.0", 24)}, "10.0.0.0-10.0.1.255; "},
    {"inside another", {net("10.0.0.0", 8), net("10.1.0.0", 16)}, "10.0.0.0-10.255.255.255; "},
    {"behind the last address",
     {net("::", 0), net("10.0.0.0", 8)},
     "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff; "},
    {"bits behind the prefix", {net("10.1.2.3", 8)}, "10.0.0.0-10.255.255.255; "},
};

TEST(AddressRanges, AreSortedAndApart) {
  for (const AddressCase& c : kAddressCases)
    EXPECT_EQ(printed(address_ranges(c.nets)), c.want) << c.name;
}

}  // namespace
}  // namespace rpcsieve::compiler

#include "compiler/ir/addresses.h"

#include <gtest/gtest.h>

#include "tests/support/spec.h"

namespace rpcsieve::compiler {
namespace {

std::string print(const Cidr& net) {
  return rpcsieve::print(net.address) + "/" + std::to_string(net.prefix);
}

struct CidrCase {
  std::string_view text, want;  // "": refused
};

const CidrCase kCidrs[] = {
    {"10.0.0.1", "10.0.0.1/32"},
    {"10.1.2.3/8", "10.0.0.0/8"},
    {"10.1.2.3/31", "10.1.2.2/31"},
    {"0.0.0.0/0", "0.0.0.0/0"},
    {"255.255.255.255/1", "128.0.0.0/1"},
    {"2001:DB8::1", "2001:db8::1/128"},
    {"2001:db8:ffff::/33", "2001:db8:8000::/33"},
    {"::1", "::1/128"},
    {"::ffff:10.1.2.3", "10.1.2.3/32"},
    {"::ffff:10.1.2.3/104", "10.0.0.0/8"},
    {"::ffff:0:0/96", "0.0.0.0/0"},
    {"::fffe:0:0/96", "::fffe:0:0/96"},
    {"8000::/1", "8000::/1"},
    {"::/0", ""},  // would hold IPv4 too
    {"::/1", ""},
    {"::/80", ""},
    {"::ffff:10.1.2.3/95", ""},
    {"", ""},
    {"/8", ""},
    {"10.0.0.0/", ""},
    {"10.0.0.0/33", ""},
    {"10.0.0.0/08", ""},
    {"10.0.0.0/8/8", ""},
    {"10.0.0/8", ""},
    {"10.0.0.256", ""},
    {"10.0.0.1 ", ""},
    {"::1/129", ""},
    {"::1%eth0", ""},
    {"localhost", ""},
};

TEST(Cidr, IsRead) {
  for (const CidrCase& c : kCidrs) {
    const auto net = parse_cidr(c.text);
    EXPECT_EQ(net ? print(*net) : "", c.want) << c.text;
  }
  EXPECT_FALSE(parse_cidr(std::string_view("10.0.0.1\0", 9)));
}

Choice choice(std::vector<std::string> texts, bool negated) {
  Choice out;
  out.negated = negated;
  for (auto& text : texts) out.items.push_back({std::move(text), {}});
  return out;
}

std::string print(const AddressSet& set) {
  std::string out = set.negated ? "not" : "only";
  for (const Cidr& net : set.nets) out += " " + print(net);
  return out;
}

struct SetCase {
  std::string_view name;
  std::vector<std::string> items;
  bool negated;
  std::string_view want, codes;
};

const SetCase kSets[] = {
    {"everyone", {"any"}, false, "not", ""},
    {"nobody but nobody", {"any"}, true, "not", "E028@0:0"},
    {"one", {"10.0.0.1"}, false, "only 10.0.0.1/32", ""},
    {"sorted, each once",
     {"10.0.0.2", "::1", "10.0.0.1", "10.0.0.2"},
     false,
     "only ::1/128 10.0.0.1/32 10.0.0.2/32",
     ""},
    {"none inside another",
     {"10.1.0.0/16", "10.0.0.0/8", "10.0.0.0/9", "11.0.0.0/8"},
     true,
     "not 10.0.0.0/8 11.0.0.0/8",
     ""},
    {"a variable", {"$DCS", "10.0.0.9"}, true, "not 10.0.0.9/32 10.0.1.0/24", ""},
    {"an empty role", {"$NONE"}, false, "only", "L004@0:0"},
    {"all but an empty role", {"$NONE"}, true, "not", ""},
    {"an empty role beside others", {"$NONE", "::1"}, false, "only ::1/128", ""},
    {"undefined", {"$DC"}, false, "only", "E029@0:0"},
    {"no name", {"$"}, false, "only", "E029@0:0"},
};

TEST(Addresses, AreLowered) {
  for (const SetCase& c : kSets) {
    Variables variables;
    variables["DCS"].addresses = {{"10.0.1.9/24", {}}};
    variables["NONE"] = {};
    Diagnostics out;
    Addresses addresses(variables, out);
    EXPECT_EQ(print(addresses.lower(choice(c.items, c.negated), "from")), c.want) << c.name;
    EXPECT_EQ(test::codes(out), c.codes) << c.name;
  }
}

TEST(Addresses, HaveALimit) {
  std::vector<std::string> many(kMaxAddresses, "10.0.0.1");
  Diagnostics out;
  const Variables none;
  Addresses addresses(none, out);
  addresses.lower(choice(many, false), "from");
  EXPECT_EQ(test::codes(out), "");
  many.push_back("10.0.0.2");
  addresses.lower(choice(many, false), "from");
  EXPECT_EQ(test::codes(out), "E019@0:0");
}

}  // namespace
}  // namespace rpcsieve::compiler

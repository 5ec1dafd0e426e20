#include "compiler/backend/suricata_text.h"

#include <gtest/gtest.h>

#include "tests/support/forge.h"
#include "tests/support/rules.h"

namespace rpcsieve::compiler::suricata {
namespace {

struct Case {
  std::string_view name, text, want;
};

TEST(SuricataText, MessageCannotEndItsOption) {
  const Case cases[] = {
      {"plain", "Key read over LSARPC", "Key read over LSARPC"},
      {"what Suricata unescapes", R"(a; b: "c" \d)", R"(a\; b\: \"c\" \\d)"},
      {"UTF-8 passes", "Schl\xc3\xbcssel", "Schl\xc3\xbcssel"},
      {"line breaks", "a\r\nb\tc", "a  b c"},
  };
  for (const Case& c : cases) EXPECT_EQ(message(c.text), c.want) << c.name;
}

TEST(SuricataText, WordKeepsToLettersAndDigits) {
  EXPECT_EQ(word("T1003.004"), "T1003.004");
  EXPECT_EQ(word("a, b; \"c\"\n_d-e"), "abc_d-e");
}

TEST(SuricataText, References) {
  const Case cases[] = {
      {"url", "https://example.org/a", " reference:url,example.org/a;"},
      {"any case", "HTTP://example.org", " reference:url,example.org;"},
      {"what ends an option", "https://e.org/a;b,c?\"d\"\\ \xc3\xbc",
       " reference:url,e.org/a%3Bb%2Cc?%22d%22%5C%20%C3%BC;"},
      {"cve", "CVE-2020-1472", " reference:cve,2020-1472;"},
      {"no number", "CVE-2020;", ""},
      {"nothing behind", "https://", ""},
      {"neither", "MS-LSAD 3.1.4", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(references({std::string(c.text)}), c.want) << c.name;
  EXPECT_EQ(references({"https://e.org/" + std::string(1017, 'a')}).size(), 1039U);
  EXPECT_EQ(references({"https://e.org/" + std::string(1018, 'a')}), "") << "does not load";
  EXPECT_EQ(references({"https://a", "x", "https://b"}), " reference:url,a; reference:url,b;");
}

TEST(SuricataText, ContentShowsTextAndHidesTheRest) {
  const Case cases[] = {
      {"text", "ab", R"( content:"ab";)"},
      {"utf16", std::string_view("G\0$\0", 4), R"( content:"G|00|$|00|";)"},
      {"what ends it", R"(";:|\!)", R"( content:"|22 3b 3a 7c 5c 21|";)"},
      {"hex first", "\x01z\xff", R"( content:"|01|z|ff|";)"},
      {"blanks", "a b", R"( content:"a|20|b";)"},
  };
  for (const Case& c : cases) {
    const std::vector<std::uint8_t> bytes(c.text.begin(), c.text.end());
    EXPECT_EQ(content(bytes, false), c.want) << c.name;
  }
  EXPECT_EQ(content(test::hex("61"), true), R"( content:"a"; nocase;)");
  EXPECT_EQ(content(test::hex("61"), true, true), R"( content:!"a"; nocase;)");
  EXPECT_EQ(hex_content(test::hex("61 00")), R"( content:"|61 00|";)");
}

struct AddressCase {
  std::string_view name;
  test::Rule rule;
  std::string want;  // "": nobody
};

// Suricata refuses to load a rule that negates a whole family.
TEST(SuricataText, AddressesOfHeaders) {
  const AddressCase cases[] = {
      {"everyone", test::Rule("a"), "any"},
      {"nobody", test::Rule("a").from({}), ""},
      {"nets", test::Rule("a").from({"10.0.0.0/8", "2001:db8::/32"}), "[10.0.0.0/8,2001:db8::/32]"},
      {"all but nets", test::Rule("a").from_not({"10.0.0.0/8", "fe80::1/128"}),
       "[0.0.0.0/0,::/0,!10.0.0.0/8,!fe80::1/128]"},
      // A list that only negates would let no IPv6 address through.
      {"all but an IPv4 net", test::Rule("a").from_not({"10.0.0.0/8"}),
       "[0.0.0.0/0,::/0,!10.0.0.0/8]"},
      {"all but IPv4", test::Rule("a").from_not({"0.0.0.0/0"}), "::/0"},
      {"all but IPv4, in halves", test::Rule("a").from_not({"0.0.0.0/1", "128.0.0.0/1"}), "::/0"},
      {"all but IPv4 and a net", test::Rule("a").from_not({"0.0.0.0/0", "fe80::/10"}),
       "[::/0,!fe80::/10]"},
      {"all but IPv6 and a net", test::Rule("a").from_not({"::/0", "10.0.0.0/8"}),
       "[0.0.0.0/0,!10.0.0.0/8]"},
      {"all but all", test::Rule("a").from_not({"::/0", "0.0.0.0/0"}), ""},
  };
  for (const AddressCase& c : cases) {
    const Ir ir = test::ir({c.rule});
    EXPECT_EQ(addresses(ir.detections[0].from).value_or(""), c.want) << c.name;
  }
}

TEST(SuricataText, AddressesWhereNegationMeansAllOthers) {
  const auto of = [](const test::Rule& rule) {
    return addresses(test::ir({rule}).detections[0].from, Negation::kEveryFamily).value_or("");
  };
  EXPECT_EQ(of(test::Rule("a").from_not({"10.0.0.0/8"})), "![10.0.0.0/8]");
  EXPECT_EQ(of(test::Rule("a").from_not({"0.0.0.0/0", "fe80::/10"})), "[::/0,!fe80::/10]");
}

TEST(SuricataText, PatternsStandBetweenSlashesAndQuotes) {
  const Case cases[] = {
      {"plain", "ab+c", "(?:ab+c)"},
      {"what ends the option", R"(a/b"c;d)", R"((?:a\x2fb\x22c\x3bd))"},
      {"escaped already", R"(\/\"\;\\)", R"((?:\x2f\x22\x3b\\))"},
      {"in a class", R"([/";])", R"((?:[\x2f\x22\x3b]))"},
      {"quoted", R"(\Q/.$\E+)", R"((?:\x2f\x2e\x24+))"},
      {"quoted to the end", R"(\Qa$)", R"((?:\x61\x24))"},
      {"not printable", "\xc3\x01", R"((?:\xc3\x01))"},
      {"anchors", "^a$",
       "(?:START"
       "a"
       "END)"},
      {"anchors in other words", R"(\Aa\z|b\Z)", "(?:STARTaEND|bEND)"},
      {"no anchors", R"(\^[$]\\A)", R"((?:\^[$]\\A))"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(pattern(test::regex(c.text), {"START", "END"}), c.want) << c.name;
  EXPECT_EQ(pattern(test::nocase(test::text("a;")), {}), R"((?i:\x61\x3b))");
}

}  // namespace
}  // namespace rpcsieve::compiler::suricata

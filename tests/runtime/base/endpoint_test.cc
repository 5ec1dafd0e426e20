#include "runtime/base/endpoint.h"

#include <gtest/gtest.h>

#include "tests/support/forge.h"

namespace rpcsieve::test {
namespace {

TEST(Endpoint, TextComesBack) {
  for (const std::string_view text : {"0.0.0.0", "10.1.2.3", "255.255.255.255", "::", "::1",
                                      "fe80::1:2", "2001:db8::ff00:42:8329"})
    EXPECT_EQ(print(parse_address(text).value()), text);
  EXPECT_EQ(print(parse_address("2001:DB8:0:0:0:0:0:1").value()), "2001:db8::1");
  EXPECT_EQ(print(parse_address("::ffff:10.1.2.3").value()), "10.1.2.3");
}

TEST(Endpoint, OtherTextIsRefused) {
  for (const std::string_view text : {"", "10.1.2", "10.1.2.256", "10.1.2.3.4", "10.1.2.3 ", "1:2",
                                      ":::", "localhost", "10.1.2.3/8"})
    EXPECT_FALSE(parse_address(text)) << text;
  EXPECT_FALSE(parse_address(std::string_view("10.1.2.3\0.4", 11)));
}

TEST(Endpoint, HeadersGiveTheSameAddressAsText) {
  EXPECT_EQ(make_v4(hex("0a010203")), parse_address("10.1.2.3"));
  EXPECT_EQ(make_v6(hex("20010db8000000000000000000000001")), parse_address("2001:db8::1"));
}

TEST(Endpoint, FamiliesShareOneOrder) {
  EXPECT_TRUE(parse_address("10.1.2.3")->is_v4());
  EXPECT_FALSE(parse_address("2001:db8::1")->is_v4());
  EXPECT_FALSE(parse_address("::10.1.2.3")->is_v4());
  EXPECT_LT(*parse_address("9.255.255.255"), *parse_address("10.0.0.0"));
  EXPECT_LT(*parse_address("255.255.255.255"), *parse_address("2001:db8::1"));
  EXPECT_LT((Endpoint{*parse_address("10.0.0.1"), 445}),
            (Endpoint{*parse_address("10.0.0.1"), 446}));
}

}  // namespace
}  // namespace rpcsieve::test

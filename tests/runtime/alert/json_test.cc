#include "runtime/alert/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace rpcsieve::alert {
namespace {

std::string text_value(std::string_view value) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.text("k", value);
  json.end_object();
  return out;
}

TEST(JsonWriter, PutsCommasBetweenValuesOnly) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.begin_array("empty");
  json.end_array();
  json.begin_object("o");
  json.text("a", "[");
  json.text_or_null("b", "{");
  json.text_or_null("c", "");
  json.end_object();
  json.begin_array("list");
  json.element("{");
  json.element("x");
  json.begin_object();
  json.boolean("t", true);
  json.boolean("f", false);
  json.end_object();
  json.end_array();
  json.number("n", ~0ULL);
  json.number("z", 0);
  json.null("nil");
  json.end_object();
  EXPECT_EQ(out,
            R"({"empty":[],"o":{"a":"[","b":"{","c":null},"list":["{","x",{"t":true,"f":false}],)"
            R"("n":18446744073709551615,"z":0,"nil":null})");
}

TEST(JsonWriter, EscapesWhatJsonCannotHold) {
  using namespace std::string_view_literals;
  struct Case {
    std::string_view value;
    std::string_view want;  // between the quotes
  };
  const Case cases[] = {
      {"plain ASCII ~", "plain ASCII ~"},
      {"say \"\\\"", R"(say \"\\\")"},
      {"a\nb\tc", R"(a\nb\tc)"},
      {"\0\x1f\x7f"sv, R"(\u0000\u001f\u007f)"},
      {"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\x91", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\x91"},
      {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(text_value(c.value), "{\"k\":\"" + std::string(c.want) + "\"}");
  }
}

// Each byte that is not part of well-formed UTF-8 is replaced by one U+FFFD; what follows is read
// on.
TEST(JsonWriter, ReplacesBytesThatAreNotUtf8) {
  struct Case {
    const char* name;
    std::string_view value;
    std::size_t replaced;
  };
  const Case cases[] = {
      {"continuation alone", "\x80", 1},
      {"lead alone", "\xc3", 1},
      {"overlong slash", "\xc0\xaf", 2},
      {"overlong in three", "\xe0\x80\xaf", 3},
      {"overlong in four", "\xf0\x80\x80\xaf", 4},
      {"surrogate", "\xed\xa0\x80", 3},
      {"beyond U+10FFFF", "\xf4\x90\x80\x80", 4},
      {"no such lead", "\xf5\x80\x80\x80", 4},
      {"cut sequence", "\xe2\x82", 2},
      {"lead in front of text", "\xe2x", 1},
      {"0xff", "\xff", 1},
  };
  for (const Case& c : cases) {
    std::string want;
    for (std::size_t i = 0; i < c.replaced; ++i) want += "\xef\xbf\xbd";
    if (c.value.back() == 'x') want += "x";
    EXPECT_EQ(text_value(c.value), "{\"k\":\"" + want + "\"}") << c.name;
  }
}

// Against an independent reader: any bytes give JSON that it accepts, and text that is UTF-8 comes
// back as it was.
TEST(JsonWriter, AgreesWithAnotherReader) {
  std::uint32_t seed = 1;
  for (int round = 0; round < 20'000; ++round) {
    std::string value;
    for (int i = 0; i < 6; ++i) {
      seed = seed * 1664525 + 1013904223;
      const auto high = static_cast<unsigned char>(seed >> 24);
      value += static_cast<char>(i % 2 == 1 ? (high & 0x3f) | 0x80 : high);
    }
    const auto parsed = nlohmann::json::parse(text_value(value), nullptr, false);
    ASSERT_FALSE(parsed.is_discarded()) << testing::PrintToString(value);
    const std::string back = parsed["k"];
    const bool is_utf8 = !nlohmann::json::parse('"' + value + '"', nullptr, false).is_discarded();
    EXPECT_TRUE(!is_utf8 || back == value) << testing::PrintToString(value);
  }
}

}  // namespace
}  // namespace rpcsieve::alert

#include "compiler/backend/yaml_text.h"

#include <gtest/gtest.h>

namespace rpcsieve::compiler {
namespace {

TEST(YamlText, Scalars) {
  struct {
    std::string_view text, want;
  } cases[] = {
      {"word", "word"},
      {"attack.t1003.004", "attack.t1003.004"},
      {"two words", "'two words'"},
      {"", "''"},
      {"43", "43"},
      {"-1", "-1"},
      {"0", "0"},
      {"010", "'010'"},
      {"-", "'-'"},
      {"0x10", "'0x10'"},
      {"1.5", "'1.5'"},
      {"1234567890123456789", "'1234567890123456789'"},
      {"true", "true"},
      {"True", "'True'"},
      {"No", "'No'"},
      {"null", "'null'"},
      {"it's: #1", "'it''s: #1'"},
      {R"(\a"b)", R"('\a"b')"},
      {"a\n\"b\"\\\x01", R"("a\n\"b\"\\\x01")"},
      {"*", "'*'"},
      {"- a", "'- a'"},
  };
  for (const auto& c : cases) {
    YamlNode map;
    put(map, "key", yaml_text(c.text));
    EXPECT_EQ(print_yaml(map), "key: " + std::string(c.want) + "\n");
  }
}

TEST(YamlText, Blocks) {
  YamlNode inner;
  put(inner, "list", yaml_list({"a", "b c"}));
  put(inner, "none", {});
  YamlNode list;
  list.kind = YamlNode::Kind::kList;
  list.items = {inner, yaml_text("x"), yaml_list({"nested"})};
  YamlNode map;
  put(map, "first", yaml_text("old"));
  put(map, "list", list);
  put(map, "empty", yaml_list({}));
  put(map, "first", yaml_text("new"));
  EXPECT_EQ(print_yaml(map),
            "first: new\n"
            "list:\n"
            "  - list:\n"
            "      - a\n"
            "      - 'b c'\n"
            "    none: null\n"
            "  - x\n"
            "  - - nested\n"
            "empty: []\n");
}

}  // namespace
}  // namespace rpcsieve::compiler

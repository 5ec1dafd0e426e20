// The YAML door: what is kept of a file, where it is, and what is refused.
#include "compiler/spec/yaml.h"

#include <gtest/gtest.h>

#include "tests/support/spec.h"

namespace rpcsieve::compiler {
namespace {

using test::codes;
using test::source;

std::string print(const YamlNode& node) {
  const Span& s = node.span;
  std::string out = node.cut ? "!" : "";
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      out += "~";
      break;
    case YamlNode::Kind::kScalar:
      return out + node.text + "@" + std::to_string(s.line) + ":" + std::to_string(s.column) + "+" +
             std::to_string(s.length);
    case YamlNode::Kind::kList:
      out += "[";
      for (const YamlNode& item : node.items) out += print(item) + " ";
      return out + "]";
    case YamlNode::Kind::kMap:
      out += "{";
      for (const Entry& entry : node.entries)
        out += print(entry.key) + "=" + print(entry.value) + " ";
      return out + "}";
  }
  return out;
}

struct Case {
  std::string_view name;
  std::string text;
  std::string want;   // the tree
  std::string codes;  // what is wrong
};

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

const Case kCases[] = {
    {"places and lengths", "a: [b, 'c''d', \"e\\\"f\"]\n",
     "{a@1:1+1=[b@1:5+1 c'd@1:8+6 e\"f@1:16+6 ] }", ""},
    {"text stays as written", "[010, 1e3, yes, 0x1f, 1_000]",
     "[010@1:2+3 1e3@1:7+3 yes@1:12+3 0x1f@1:17+4 1_000@1:23+5 ]", ""},
    {"behind characters of several bytes", "\"größe\": x\n", "{größe@1:1+9=x@1:12+1 }", ""},
    {"a byte order mark",
     "\xef\xbb\xbf"
     "a: b\n",
     "{a@1:4+1=b@1:7+1 }", ""},
    {"carriage returns", "a: b\r\nc: d\r\n", "{a@1:1+1=b@1:4+1 c@2:1+1=d@2:4+1 }", ""},
    {"a block of text", "a: |\n  x\n  y\nb: >-\n  z\n  z\n",
     "{a@1:1+1=x\ny\n@1:4+1 b@4:1+1=z z@4:4+2 }", ""},
    {"a block at the end", "a: |\n  x", "{a@1:1+1=x\n@1:4+1 }", ""},
    {"nothing", "a:\nb: ~\nc: [null, '']\n", "{a@1:1+1=~ b@2:1+1=~ c@3:1+1=[~ @3:11+2 ] }", ""},
    {"an alias is what it stands for", "a: &x [b]\nc: *x\n",
     "{a@1:1+1=[b@1:8+1 ] c@2:1+1=[b@1:8+1 ] }", ""},
    {"an unknown alias", "a: *x\n", "!{a@1:1+1=!~ }", "E001@1:4"},
    {"an alias inside its anchor", "a: &x [*x]\n", "{a@1:1+1=[!~ ] }", "E008@1:8"},
    {"the same key twice", "a: b\nb: c\na: d\na: e\n",
     "{a@1:1+1=b@1:4+1 b@2:1+1=c@2:4+1 a@3:1+1=d@3:4+1 a@4:1+1=e@4:4+1 }", "E009@3:1 E009@4:1"},
    {"keys that are no words", "? [a]\n: b\n? {c: d}\n: e\n~: f\n",
     "{~=b@2:3+1 ~=e@4:3+1 ~=f@5:4+1 }", "E012@1:3 E012@3:4 E012@5:1"},
    {"a tag", "a: !!int 5\nb: !x [c]\n", "{a@1:1+1=5@1:4+5 b@2:1+1=[c@2:8+1 ] }",
     "E014@1:4 E014@2:4"},
    {"an empty file", "", "nothing", "E013@1:1"},
    {"only a comment", "# x\n", "nothing", "E013@1:1"},
    {"only a marker", "---\n", "nothing", "E013@1:1"},
    {"a second document", "a: b\n---\nc: d\n", "{a@1:1+1=b@1:4+1 }", "E004@2:1"},
    {"a second, empty document", "a: b\n---\n", "{a@1:1+1=b@1:4+1 }", "E004@2:1"},
    {"an end marker", "a: b\n...\n", "{a@1:1+1=b@1:4+1 }", ""},
    {"what comes before a mistake", "a: b\nc: [d, {e: f\n",
     "!{a@1:1+1=b@1:4+1 c@2:1+1=![d@2:5+1 !{~=!~ } ] }", "E001@3:1"},
    {"a quote without an end", "a: 'it''s'\nb: don't # 'x\nc: \"d\ne: f\n",
     "!{a@1:1+1=it's@1:4+7 b@2:1+1=don't@2:4+5 c@3:1+1=!~ }", "E001@3:4"},
    {"a quote without an end in the last line", "a: 'b", "!{a@1:1+1=!~ }", "E001@1:4"},
    {"a tab in the indentation", "a:\n\tb: c\n", "!{a@1:1+1=b@2:2+1 }", "E003@2:1"},
    {"a tab elsewhere", "a:\tb\n", "{a@1:1+1=b@1:4+1 }", ""},
    {"bytes that are no UTF-8", "a: \xe9t\xe9\nb: c\n", "{a@1:1+1=?t?@1:4+3 b@2:1+1=c@2:4+1 }",
     "E002@1:4"},
    {"a control character that ends yaml-cpp's input", "a: b\x04\nc: [\n",
     "!{a@1:1+1=b?@1:4+2 c@2:1+1=![~ ] }", "E002@1:5 E001@3:1"},
    {"NUL, which makes yaml-cpp guess UTF-16", std::string("a\0: b", 5), "{a?@1:1+3=b@1:5+1 }",
     "E002@1:2"},
    {"a lone carriage return", "a: b\rc\n", "{a@1:1+1=b?c@1:4+3 }", "E002@1:5"},
};

TEST(Yaml, Loads) {
  for (const Case& c : kCases) {
    Diagnostics out;
    const auto root = load(source(c.text), out);
    EXPECT_EQ(root ? print(*root) : "nothing", c.want) << c.name;
    EXPECT_EQ(codes(out), c.codes) << c.name;
  }
}

struct LimitCase {
  std::string_view name;
  std::string text;
  std::string_view codes;
};

// Within each limit, and one beyond it.
const LimitCase kLimits[] = {
    {"longest", "# " + std::string(kMaxFileBytes - 6, 'x') + "\na:\n", ""},
    {"longer", "# " + std::string(kMaxFileBytes - 5, 'x') + "\na:\n", "E005@1:1"},
    {"deepest", repeated("[", kMaxNesting) + repeated("]", kMaxNesting), ""},
    {"deeper", repeated("[", kMaxNesting + 1) + repeated("]", kMaxNesting + 1), "E006@1:33"},
    {"much deeper", repeated("[", 100'000) + repeated("]", 100'000), "E006@1:33"},
    {"much deeper, in blocks", repeated("- ", 100'000), "E006@1:65"},
    {"deeper by an alias",
     "- &a " + repeated("[", 20) + repeated("]", 20) + "\n- " + repeated("[", 20) + "*a" +
         repeated("]", 20),
     "E006@2:23"},
    {"most", "[" + repeated("a,", kMaxValues - 1) + "]", ""},
    {"more", "[" + repeated("a,", kMaxValues) + "]", "E007@1:200000"},
    {"billion laughs",
     "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
     "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
     "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n",
     "E007@5:26"},
};

TEST(Yaml, HasLimits) {
  for (const LimitCase& c : kLimits) {
    Diagnostics out;
    load(source(c.text), out);
    EXPECT_EQ(codes(out), c.codes) << c.name;
  }
}

}  // namespace
}  // namespace rpcsieve::compiler

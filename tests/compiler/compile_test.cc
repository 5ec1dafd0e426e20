// read_rules: which files it finds, and what it takes from each.
#include "compiler/compile.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "tests/support/codes.h"
#include "tests/support/spec.h"

namespace rpcsieve::compiler {
namespace {

namespace fs = std::filesystem;
using test::codes;
using test::detection;

// Tree is a folder of files for one test.
class Tree {
 public:
  Tree() : root_(fs::temp_directory_path() / ("rpcsieve-" + std::to_string(getpid()))) {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~Tree() { fs::remove_all(root_); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  Tree& file(const std::string& name, const std::string& text) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << text;
    return *this;
  }
  [[nodiscard]] fs::path operator/(const std::string& name) const { return root_ / name; }

 private:
  fs::path root_;
};

// outcome reads rules and gives the names of the detections, the diagnostics, or what could not be
// read.
std::string outcome(const std::vector<fs::path>& rules,
                    const std::map<std::string, std::string>& variables = {}) {
  Diagnostics out;
  std::string io_error;
  const auto read = read_rules({rules, variables}, out, io_error);
  if (!io_error.empty()) return read ? "rules despite " + io_error : "cannot read";
  if (!read) return codes(out);
  std::string names;
  for (const Detection& found : read->ir.detections) names += found.name + " ";
  return names + codes(out);
}

constexpr std::string_view kCall = "call: {interface: lsarpc}";
constexpr std::string_view kFromAdmins = "{call: {interface: lsarpc}, from: $ADMINS}";

// numbered gives a detection with an id of its own.
std::string numbered(std::string_view name, char last_digit, std::string_view when = kCall) {
  std::string text = detection(when, name);
  text[text.find("000000001\n") + 8] = last_digit;
  return text;
}

std::string admins(const std::string& addresses) {
  return "rpcsieve: 1\nvariables:\n  ADMINS: [" + addresses + "]\n";
}

TEST(ReadRules, FindsSpecsOfAFolder) {
  Tree tree;
  tree.file("r/b.yaml", numbered("bravo", '1'))
      .file("r/sub/a.yml", numbered("alpha", '2', "call: {interface: samr}"))
      .file("r/sub/suite.yaml", "- capture: x.pcap\n")
      .file("r/schema.json", "{}")
      .file("r/notes.txt", "no spec")
      .file("r/sids.lock", "")
      .file("r/variables.yaml", admins(""));
  EXPECT_EQ(outcome({tree / "r"}), "alpha bravo ");
  EXPECT_EQ(outcome({tree / "r/b.yaml"}), "bravo ");
  EXPECT_EQ(outcome({tree / "r/sub", tree / "r/b.yaml", tree / "r"}), "alpha bravo ")
      << "a file that is reached twice is read once";
}

TEST(ReadRules, SaysWhatCannotBeRead) {
  Tree tree;
  tree.file("empty/notes.txt", "");
  EXPECT_EQ(outcome({tree / "missing.yaml"}), "cannot read");
  EXPECT_EQ(outcome({tree / "empty"}), "cannot read");
}

TEST(ReadRules, RefusesASuiteThatIsNamed) {
  Tree tree;
  tree.file("suite.yaml", "- capture: x.pcap\n");
  EXPECT_EQ(outcome({tree / "suite.yaml"}), "E012@1:1");
}

TEST(ReadRules, RefusesAnEndlessFile) { EXPECT_EQ(outcome({"/dev/zero"}), "E005@1:1"); }

TEST(ReadRules, FindsVariablesUpwards) {
  Tree tree;
  tree.file("variables.yaml", admins("10.0.0.1")).file("r/s/a.yaml", detection(kFromAdmins));
  EXPECT_EQ(outcome({tree / "r"}), "example ");
  EXPECT_EQ(outcome({tree / "r/s/a.yaml"}), "example ");
  tree.file("r/variables.yaml", admins(""));
  EXPECT_EQ(outcome({tree / "r/s"}), "example L004@13:41") << "the nearest counts";
}

TEST(ReadRules, TakesVariablesOfTheCommandLine) {
  Tree tree;
  tree.file("r/a.yaml", detection(kFromAdmins));
  EXPECT_EQ(outcome({tree / "r"}), "E029@13:41");
  EXPECT_EQ(outcome({tree / "r"}, {{"ADMINS", "10.0.0.1,2001:db8::/32"}}), "example ");
  EXPECT_EQ(outcome({tree / "r"}, {{"ADMINS", ""}}), "example L004@13:41");
  EXPECT_EQ(outcome({tree / "r"}, {{"ADMINS", "10.0.0.1,nobody"}}), "E028@1:17");
  EXPECT_EQ(outcome({tree / "r"}, {{"ADMINS", "::1"}, {"OTHERS", "::1"}}), "example W004@1:1")
      << "misspelt, it would be silent";
  EXPECT_EQ(outcome({tree / "r"}, {{"ADMINS", "::1"}, {"$ADMINS", "::1"}}), "E038@1:1 W004@1:1");
}

TEST(ReadRules, OverridesVariablesOfAFile) {
  Tree tree;
  tree.file("r/a.yaml", detection(kFromAdmins)).file("r/variables.yaml", admins("10.0.0.1"));
  Diagnostics out;
  std::string io_error;
  const auto rules = read_rules({{tree / "r"}, {{"ADMINS", "10.9.0.0/16"}}}, out, io_error);
  ASSERT_TRUE(rules);
  ASSERT_EQ(rules->ir.detections[0].from.nets.size(), 1U);
  EXPECT_EQ(print(rules->ir.detections[0].from.nets[0].address), "10.9.0.0");
}

TEST(ReadRules, RefusesTwoMeaningsOfAVariable) {
  Tree tree;
  tree.file("a/a.yaml", numbered("alpha", '1')).file("a/variables.yaml", admins("10.0.0.1"));
  tree.file("b/b.yaml", numbered("bravo", '2')).file("b/variables.yaml", admins("10.0.0.2"));
  EXPECT_EQ(outcome({tree / "a", tree / "b"}), "E039@3:3");
}

TEST(ReadRules, ReadsOneLock) {
  Tree tree;
  tree.file("a/a.yaml", numbered("alpha", '1'))
      .file("a/sids.lock", "00000000-0000-4000-8000-000000000001 native 9123456 7\n")
      .file("b/b.yaml", numbered("bravo", '2'))
      .file("b/sids.lock", "");
  Diagnostics out;
  std::string io_error;
  const auto rules = read_rules({{tree / "a/a.yaml"}, {}}, out, io_error);
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->sids.of(rules->ir.detections[0].id, "native").sid, 9123456U);
  EXPECT_EQ(outcome({tree / "a", tree / "b"}), "E053@1:1");
}

TEST(ReadRules, HidesNoMistakeBehindAnother) {
  Tree tree;
  tree.file("a.yaml", "rpcsieve: 1\ndetections: {\n")
      .file("b.yaml", numbered("bravo", '2',
                               "call: {interface: lsarpc, operation: 70000, "
                               "stub: [{regex: '('}, {hex: '0'}]}"))
      .file("c.yaml", numbered("bravo", '3'))
      .file("sids.lock", "nonsense\n");
  EXPECT_EQ(outcome({tree / ""}), "E001@3:1 E023@13:44 E040@13:66 E031@13:78 E033@3:11 E050@1:1");
}

// Every code that the compiler can give is explained, and nothing else is.
TEST(Diagnostics, AreTheOnesOfTheDocumentation) {
  const fs::path root = RPCSIEVE_SOURCE_DIR;
  std::set<std::string> given;
  for (const auto& entry : fs::recursive_directory_iterator(root / "compiler"))
    if (entry.path().extension() == ".cc")
      given.merge(test::codes_between("\"", "\"", entry.path()));
  EXPECT_EQ(test::documented_codes(root), given);
}

}  // namespace
}  // namespace rpcsieve::compiler

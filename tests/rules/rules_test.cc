#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "compiler/catalog/catalog.h"
#include "compiler/compile.h"

// The detections shipped: each watches the operation numbers that it is meant to, whatever their
// names resolve to, and is described well enough to act on.

namespace rpcsieve::test {
namespace {

using compiler::Catalog;

constexpr const char* kRules = RPCSIEVE_SOURCE_DIR "/rules";
constexpr const char* kOperations = RPCSIEVE_SOURCE_DIR "/tests/rules/operations.txt";

std::vector<YAML::Node> detections() {
  std::vector<YAML::Node> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kRules)) {
    if (entry.path().extension() != ".yaml" || entry.path().filename() == "variables.yaml")
      continue;
    for (const YAML::Node& node : YAML::LoadFile(entry.path())["detections"]) all.push_back(node);
  }
  return all;
}

std::vector<std::string> list(const YAML::Node& node) {
  std::vector<std::string> out;
  if (node.IsScalar()) out.push_back(node.Scalar());
  if (node.IsMap()) return list(node["not"]);
  for (const YAML::Node& item : node) out.push_back(item.Scalar());
  return out;
}

std::string print(const compiler::CallCondition& call) {
  std::string out =
      " " + (call.interface_name.empty() ? rpcsieve::print(call.interface) : call.interface_name);
  for (const compiler::OpnumRange& range : call.opnums) {
    out += " " + std::to_string(range.first);
    if (range.last != range.first) out += "-" + std::to_string(range.last);
  }
  return out + (call.stub.empty() ? "" : " stub");
}

std::string print(const compiler::Step& step) {
  std::string out;
  for (const auto& call : step.calls) out += (out.empty() ? "" : ",") + print(call);
  for (const auto& bind : step.binds) out += " bind " + bind.interface_name;
  for (const auto& file : step.files) {
    out += " " + (file.share.empty() ? "" : file.share + ":") + file.name;
  }
  return out;
}

// print gives a detection on one line: its name, and what its steps wait for, by number.
std::string print(const compiler::Detection& detection) {
  std::string out = detection.name + ":";
  for (std::size_t i = 0; i < detection.steps.size(); ++i) {
    out += (i == 0 ? "" : " ->") + print(detection.steps[i]);
  }
  if (detection.count) out += " x" + std::to_string(detection.count->at_least);
  return out + "\n";
}

// The numbers were compared with the specifications by hand; a change of the catalogue that moves
// one shows here. RPCSIEVE_UPDATE_GOLDEN=1 writes the file anew: look at the diff.
TEST(Rules, WatchTheseOperations) {
  compiler::Diagnostics found;
  std::string io_error;
  const auto rules = compiler::read_rules({{kRules}, {}}, found, io_error);
  ASSERT_TRUE(rules) << io_error << "see rpcsieve check rules";
  std::string got;
  for (const auto& detection : rules->ir.detections) got += print(detection);
  if (std::getenv("RPCSIEVE_UPDATE_GOLDEN") != nullptr) std::ofstream(kOperations) << got;
  std::ifstream in(kOperations);
  const std::string want{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  EXPECT_EQ(got, want);
}

// expect_own_names: an operation is called by the specification's name, not by an alias.
void expect_own_names(const YAML::Node& node, std::vector<std::string> interfaces) {
  if (node.IsMap() && node["interface"]) interfaces = list(node["interface"]);
  if (node.IsMap() && node["operation"]) {
    for (const std::string& interface : interfaces) {
      const auto* known = Catalog::builtin().find_name(interface);
      ASSERT_NE(known, nullptr) << interface;
      for (const std::string& name : list(node["operation"])) {
        const auto* operation = compiler::find_operation(*known, name);
        ASSERT_NE(operation, nullptr) << interface << " " << name;
        EXPECT_EQ(operation->name, name);
      }
    }
  }
  if (node.IsMap())
    for (const auto& pair : node) expect_own_names(pair.second, interfaces);
  if (node.IsSequence())
    for (const YAML::Node& item : node) expect_own_names(item, interfaces);
}

TEST(Rules, NameOperationsAsSpecified) {
  for (const YAML::Node& detection : detections()) {
    SCOPED_TRACE(detection["name"].Scalar());
    expect_own_names(detection["when"], {});
  }
}

// is_technique: T1003, or with a sub-technique T1003.004.
bool is_technique(std::string id) {
  for (char& c : id) c = std::isdigit(static_cast<unsigned char>(c)) != 0 ? '0' : c;
  return id == "T0000" || id == "T0000.000";
}

TEST(Rules, AreDescribed) {
  std::set<std::string> ids;
  for (const YAML::Node& detection : detections()) {
    const std::string name = detection["name"].Scalar();
    EXPECT_TRUE(parse_uuid(detection["id"].Scalar())) << name;
    EXPECT_TRUE(ids.insert(detection["id"].Scalar()).second) << name;
    EXPECT_GT(detection["description"].Scalar().size(), 200U) << name;
    EXPECT_FALSE(list(detection["falsepositives"]).empty()) << name;
    EXPECT_FALSE(list(detection["attack"]).empty()) << name;
    for (const std::string& id : list(detection["attack"])) {
      EXPECT_TRUE(is_technique(id)) << name << " " << id;
    }
    const auto references = list(detection["references"]);
    EXPECT_GE(references.size(), 2U) << name;
    for (const std::string& url : references) EXPECT_TRUE(url.starts_with("https://")) << url;
  }
}

// Of each detection it is said whether it can be deployed to act on. One that shouts can: nothing
// critical is only for hunting.
TEST(Rules, HaveAProfile) {
  for (const YAML::Node& detection : detections()) {
    const std::string profile = detection["profile"].as<std::string>("");
    EXPECT_TRUE(profile == "core" || profile == "hunt") << detection["name"].Scalar();
    const bool shouts = detection["severity"].Scalar() == "critical";
    EXPECT_TRUE(!shouts || profile == "core") << detection["name"].Scalar();
  }
}

TEST(Rules, LieInTheFolderOfTheirTactic) {
  for (const auto& entry : std::filesystem::directory_iterator(kRules)) {
    if (!entry.is_directory()) continue;
    for (const auto& file : std::filesystem::recursive_directory_iterator(entry.path()))
      for (const YAML::Node& detection : YAML::LoadFile(file.path())["detections"])
        EXPECT_EQ(detection["tactic"].as<std::string>(""), entry.path().filename()) << file.path();
  }
}

}  // namespace
}  // namespace rpcsieve::test

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/catalog/catalog.h"

// The detections shipped: each watches the operation numbers that it is meant to, whatever their
// names resolve to, and is described well enough to act on.

namespace rpcsieve::test {
namespace {

using compiler::Catalog;

std::vector<YAML::Node> detections() {
  std::vector<YAML::Node> all;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(RPCSIEVE_SOURCE_DIR "/rules")) {
    if (entry.path().extension() != ".yaml" || entry.path().filename() == "variables.yaml")
      continue;
    for (const YAML::Node& node : YAML::LoadFile(entry.path())["detections"]) all.push_back(node);
  }
  return all;
}

std::vector<std::string> list(const YAML::Node& node) {
  std::vector<std::string> out;
  if (node.IsScalar()) out.push_back(node.Scalar());
  for (const YAML::Node& item : node) out.push_back(item.Scalar());
  return out;
}

// numbers gives the operations of a call condition, as "interface 1 2 3".
std::string numbers(const YAML::Node& call) {
  const auto* interface = Catalog::builtin().find_name(call["interface"].Scalar());
  if (interface == nullptr) return "unknown interface " + call["interface"].Scalar();
  std::set<int> found;
  std::vector<YAML::Node> conditions = {call};
  for (const YAML::Node& alternative : call["any"]) conditions.push_back(alternative);
  for (const YAML::Node& condition : conditions) {
    if (!condition["operation"]) continue;
    for (const std::string& name : list(condition["operation"])) {
      const auto* operation = compiler::find_operation(*interface, name);
      if (operation == nullptr) return "unknown operation " + name;
      EXPECT_EQ(operation->name, name) << "an alias: detections use the specification's name";
      found.insert(operation->number);
    }
  }
  std::string out(interface->name);
  for (const int number : found) out += " " + std::to_string(number);
  return out;
}

TEST(Rules, WatchTheseOperations) {
  const std::map<std::string, std::string> want = {
      {"dcsync", "drsuapi 3"},
      {"dpapi-backup-key-read", "lsarpc 43"},
      {"dpapi-backup-key-secret-query", "lsarpc 28"},
      {"lsa-private-data-read", "lsarpc 43 141"},
      {"lsa-secret-query", "lsarpc 30 136 139"},
      {"service-created-remotely", "svcctl 12 24 44 45 60"},
      {"zerologon-attempt", "netlogon 4 15 26"},
  };
  std::map<std::string, std::string> got;
  for (const YAML::Node& detection : detections()) {
    got[detection["name"].Scalar()] = numbers(detection["when"]["call"]);
  }
  EXPECT_EQ(got, want);
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

}  // namespace
}  // namespace rpcsieve::test

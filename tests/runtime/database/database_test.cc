#include "runtime/database/database.h"

#include <gtest/gtest.h>

#include "tests/support/rules.h"

namespace rpcsieve::database {
namespace {

Uuid uuid(std::string_view text) { return parse_uuid(text).value(); }

class DatabaseTest : public testing::Test {
 protected:
  DatabaseTest() {
    std::string error;
    database_ = Database::load(test::compile(test::fixture_rules()), error);
    EXPECT_EQ(error, "");
  }

  [[nodiscard]] std::string interface(std::string_view id, std::uint16_t version) const {
    const InterfaceRow* row = database_->find_interface(uuid(id), version);
    if (row == nullptr) return "none";
    return std::string(database_->text(row->name)) + "/" + std::to_string(row->version_major);
  }
  [[nodiscard]] std::string operation(std::string_view id, std::uint16_t opnum) const {
    const InterfaceRow* row = database_->find_interface(uuid(id), 0);
    const OperationRow* found = database_->find_operation(*row, opnum);
    return found == nullptr ? "none" : std::string(database_->text(found->name));
  }
  [[nodiscard]] std::string pipe(std::string_view name) const {
    const InterfaceRow* row = database_->find_pipe(name);
    return row == nullptr ? "none" : std::string(database_->text(row->name));
  }

  std::optional<Database> database_;
};

TEST_F(DatabaseTest, FindsAnInterfaceOfAVersion) {
  EXPECT_EQ(interface(test::kLsarpc, 0), "lsarpc/0");
  EXPECT_EQ(interface(test::kTwoVersions, 1), "two/1");
  EXPECT_EQ(interface(test::kTwoVersions, 3), "two3/3");
}

TEST_F(DatabaseTest, FindsTheFirstInterfaceOfAnotherVersion) {
  EXPECT_EQ(interface(test::kLsarpc, 9), "lsarpc/0");
  EXPECT_EQ(interface(test::kTwoVersions, 0), "two/1");
  EXPECT_EQ(interface(test::kTwoVersions, 2), "two/1");
  EXPECT_EQ(interface(test::kTwoVersions, 4), "two/1");
}

TEST_F(DatabaseTest, FindsNoInterfaceOfAnotherUuid) {
  EXPECT_EQ(interface("00000000-0000-0000-0000-000000000000", 0), "none");
  EXPECT_EQ(interface("12345778-1234-abcd-ef00-0123456789ac", 0), "none");
  EXPECT_EQ(interface("ffffffff-ffff-ffff-ffff-ffffffffffff", 0), "none");
}

TEST_F(DatabaseTest, KnowsAnInterfaceThatOnlyARuleMentions) {
  EXPECT_EQ(interface(test::kForeign, 0), "/0");
  EXPECT_EQ(operation(test::kForeign, 0), "none");
}

TEST_F(DatabaseTest, FindsOperations) {
  EXPECT_EQ(operation(test::kLsarpc, 28), "LsarOpenSecret");
  EXPECT_EQ(operation(test::kLsarpc, 43), "LsarRetrievePrivateData");
  EXPECT_EQ(operation(test::kLsarpc, 0), "none");
  EXPECT_EQ(operation(test::kLsarpc, 42), "none");
  EXPECT_EQ(operation(test::kLsarpc, 44), "none");
}

TEST_F(DatabaseTest, FindsPipes) {
  EXPECT_EQ(pipe("lsarpc"), "lsarpc");
  EXPECT_EQ(pipe("svcctl"), "svcctl");
  EXPECT_EQ(pipe("lsass"), "none");
  EXPECT_EQ(pipe(""), "none");
  EXPECT_EQ(pipe("zzz"), "none");
}

TEST_F(DatabaseTest, FindsCandidatesAtTheEdgesOfTheirRuns) {
  const auto watched = [&](std::string_view id, std::uint16_t opnum) {
    return database_->find_watched(*database_->find_interface(uuid(id), 0), opnum).size();
  };
  EXPECT_EQ(watched(test::kLsarpc, 19), 0U);
  EXPECT_EQ(watched(test::kLsarpc, 20), 1U);
  EXPECT_EQ(watched(test::kLsarpc, 43), 2U);
  EXPECT_EQ(watched(test::kLsarpc, 50), 1U);
  EXPECT_EQ(watched(test::kLsarpc, 51), 0U);
  EXPECT_EQ(watched(test::kSvcctl, 13), 0U);
  EXPECT_EQ(watched(test::kForeign, 0), 1U);
  EXPECT_EQ(watched(test::kForeign, 0xffff), 1U);
  EXPECT_EQ(database_->find_inferred(42).size(), 0U);
  EXPECT_EQ(database_->find_inferred(43).size(), 1U);
  EXPECT_EQ(database_->find_inferred(44).size(), 0U);
}

TEST_F(DatabaseTest, StaysReadableWhenItIsMoved) {
  const std::string_view before = database_->text(database_->detections()[0].name);
  const Database moved = std::move(*database_);
  EXPECT_EQ(moved.text(moved.detections()[0].name), before);
}

}  // namespace
}  // namespace rpcsieve::database

#include "runtime/match/bind.h"

#include <gtest/gtest.h>

#include "tests/support/calls.h"
#include "tests/support/rules.h"

namespace rpcsieve::match {
namespace {

using test::Rule;

struct Bind {
  std::uint16_t version = 0;
  Transport transport = Transport::kSmb;
  std::string_view pipe = "lsarpc";
  std::string_view interface = test::kLsarpc, server = "10.0.0.1";
};

// Everything but the pipe named "any" asks for something.
std::string hits_of(const Bind& bind) {
  const auto rules = test::ir({Rule("any").bind(test::kLsarpc), Rule("other").bind(test::kSvcctl),
                               Rule("pipe").bind(test::kLsarpc).pipes({"lsass"}),
                               Rule("server").bind(test::kLsarpc).to({"10.0.0.9/32"}),
                               Rule("tcp").bind(test::kLsarpc).transports(compiler::kTcp),
                               Rule("version").bind(test::kLsarpc).versions(1, 2)});
  std::string error;
  const auto database = database::Database::load(test::compile(rules), error).value();
  const dcerpc::InterfaceId id{parse_uuid(bind.interface).value(), bind.version, 0};
  const IpAddress client, server = parse_address(bind.server).value();
  std::vector<Hit> hits;
  match_offer(database, {id, bind.transport, bind.pipe, client, server}, hits);
  std::string names;
  for (const Hit& hit : hits)
    names += (names.empty() ? "" : " ") +
             std::string(database.text(database.detections()[hit.detection].name));
  return names;
}

TEST(Bind, FitsByEveryCondition) {
  EXPECT_EQ(hits_of({}), "any");
  EXPECT_EQ(hits_of({.version = 2}), "any version");
  EXPECT_EQ(hits_of({.version = 3}), "any");
  EXPECT_EQ(hits_of({.pipe = "lsass"}), "any pipe");
  EXPECT_EQ(hits_of({.pipe = ""}), "any pipe");  // not known: it may be any
  EXPECT_EQ(hits_of({.transport = Transport::kTcp, .pipe = ""}), "any pipe tcp");
  EXPECT_EQ(hits_of({.server = "10.0.0.9"}), "any server");
  EXPECT_EQ(hits_of({.interface = test::kSvcctl}), "other");
  EXPECT_EQ(hits_of({.interface = test::kForeign}), "");
}

}  // namespace
}  // namespace rpcsieve::match

#include "runtime/alert/coverage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace rpcsieve::alert {
namespace {

Coverage calls(std::uint64_t all, std::uint64_t read) {
  Coverage coverage;
  coverage.calls = all;
  coverage.calls_read = read;
  return coverage;
}

Coverage bytes(std::uint64_t seen, std::uint64_t encrypted, std::uint64_t lost) {
  Coverage coverage;
  coverage.bytes = seen;
  coverage.bytes_encrypted = encrypted;
  coverage.bytes_lost = lost;
  return coverage;
}

TEST(Coverage, IsTheSmallerShare) {
  struct Case {
    const char* name;
    Coverage coverage;
    unsigned want;
  };
  Coverage both = bytes(1000, 0, 1000);
  both += calls(4, 1);
  const Case cases[] = {{"nothing at all", {}, 100},
                        {"every call read", calls(7, 7), 100},
                        {"two of three", calls(3, 2), 66},
                        {"all but one is not all", calls(100'000, 99'999), 99},
                        {"every byte in clear", bytes(500, 0, 0), 100},
                        {"a part encrypted, a part lost", bytes(800, 300, 200), 50},
                        {"all encrypted", bytes(500, 500, 0), 0},
                        {"a length that promises more than came", bytes(500, 9999, 0), 0},
                        {"calls are worse off than bytes", both, 25},
                        {"more than half of all numbers", bytes(1ULL << 63, 0, 1ULL << 62), 66}};
  for (const Case& c : cases) EXPECT_EQ(inspectable(c.coverage), c.want) << c.name;
}

Service service(std::uint16_t port) {
  return {{*parse_address("10.0.0.1"), port}, match::Transport::kTcp};
}

TEST(CoverageTable, SumsUpByService) {
  CoverageTable table(4);
  table.add(service(1), calls(3, 2));
  table.add(service(1), calls(1, 1));
  table.add({service(1).server, match::Transport::kSmb}, calls(5, 0));
  EXPECT_EQ(table.services().size(), 2U);
  EXPECT_EQ(table.services().at(service(1)), calls(4, 3));
  EXPECT_EQ(table.others(), Coverage());
  EXPECT_EQ(table.total(), calls(9, 3));
}

// Whatever the order, and however they are dealt to tables: the same services are kept, whole.
TEST(CoverageTable, IsTheSameInAnyOrder) {
  std::vector<std::uint16_t> ports;
  for (std::uint16_t port = 1; port <= 20; ++port) ports.insert(ports.end(), {port, port});
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::shuffle(ports.begin(), ports.end(), random);
    CoverageTable tables[] = {CoverageTable(8), CoverageTable(8), CoverageTable(8)};
    for (const std::uint16_t port : ports) tables[random() % 3].add(service(port), calls(port, 1));
    tables[0].add(tables[1]);
    tables[0].add(tables[2]);
    ASSERT_EQ(tables[0].services().size(), 8U);
    for (std::uint16_t port = 1; port <= 8; ++port)
      ASSERT_EQ(tables[0].services().at(service(port)), calls(2U * port, 2));
    ASSERT_EQ(tables[0].others(), calls(2 * (9 + 20) * 12 / 2, 24));
  }
}

TEST(CoverageTable, OfNoServiceHoldsOnlyTheSum) {
  CoverageTable table(0);
  table.add(service(1), calls(3, 2));
  EXPECT_TRUE(table.services().empty());
  EXPECT_EQ(table.others(), calls(3, 2));
}

}  // namespace
}  // namespace rpcsieve::alert

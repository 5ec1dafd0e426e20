#include "compiler/backend/name_uuid.h"

#include <gtest/gtest.h>

#include <string>

namespace rpcsieve::compiler {
namespace {

// The name space of DNS names, and what [RFC 9562 appendix A.4] makes of one; the longer names,
// which need two and three blocks of SHA-1, were checked with Python's uuid5.
TEST(NameUuid, IsVersionFive) {
  const Uuid dns = *parse_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  EXPECT_EQ(print(name_uuid(dns, "www.example.com")), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  EXPECT_EQ(print(name_uuid(dns, std::string(60, 'a'))), "8294ac71-1de2-56e5-90ee-23310491e76d");
  EXPECT_EQ(print(name_uuid(dns, std::string(120, 'b'))), "26394c03-7801-5d1a-a01b-dd5c7221437e");
  EXPECT_EQ(print(name_uuid(dns, "")), "4ebd0208-8328-5d69-8c44-ec50939c0967");
}

}  // namespace
}  // namespace rpcsieve::compiler

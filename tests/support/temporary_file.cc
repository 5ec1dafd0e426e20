#include "tests/support/temporary_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace rpcsieve::test {

std::string write_file(const std::string& name, Bytes content) {
  std::string path = testing::TempDir() + std::to_string(getpid()) + "-" + name;
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(content.data()),
             static_cast<std::streamsize>(content.size()));
  file.close();
  EXPECT_TRUE(file) << path;
  return path;
}

}  // namespace rpcsieve::test

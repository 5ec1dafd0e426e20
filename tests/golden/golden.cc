#include "tests/golden/golden.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace rpcsieve::test {
namespace {

namespace fs = std::filesystem;
const fs::path kFolder = RPCSIEVE_SOURCE_DIR "/tests/golden";

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void update(const fs::path& path, const std::string& text) {
  if (text.empty())
    fs::remove(path);
  else
    std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

std::vector<std::string> golden_cases() {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder))
    if (entry.is_directory() ||
        (entry.path().extension() == ".yaml" && entry.path().filename() != "variables.yaml"))
      names.insert(entry.path().stem());
  return {names.begin(), names.end()};
}

Compiled compile_case(const std::string& name) {
  fs::current_path(kFolder);  // so that diagnostics name the file as it stands there
  Compiled out;
  std::string io_error;
  const std::string path = fs::is_directory(name) ? name : name + ".yaml";
  out.rules = compiler::read_rules({{path}, {}}, out.diagnostics, io_error);
  EXPECT_EQ(io_error, "");
  for (const auto& diagnostic : out.diagnostics.sorted()) out.text += print(diagnostic);
  return out;
}

void expect_golden(const std::string& name, std::string_view extension, const std::string& text) {
  const fs::path path = kFolder / (name + "." + std::string(extension));
  if (std::getenv("RPCSIEVE_UPDATE_GOLDEN") != nullptr) return update(path, text);
  EXPECT_EQ(text, read(path)) << path << "\nRPCSIEVE_UPDATE_GOLDEN=1 writes it anew";
}

}  // namespace rpcsieve::test

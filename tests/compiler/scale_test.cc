// Ten thousand detections: from YAML to a database and into a matcher, by processor time. The
// bounds are those of the project's aims, times four, since whoever runs this has another machine;
// it prints what it took.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>
#include <fstream>

#include "compiler/backend/backend.h"
#include "compiler/compile.h"
#include "runtime/match/matcher.h"

namespace rpcsieve::compiler {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDetections = 10'000, kPerFile = 2'000;
constexpr double kCompileSeconds = 3, kLoadSeconds = 0.1;
constexpr std::size_t kFileBytes = 40'000'000;
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
constexpr double kOtherMachine = 4;
#else
constexpr double kOtherMachine = 100;  // nobody runs such a build to be fast
#endif

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / fmt::format("rpcsieve-scale-{}", getpid())) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// stub gives what a detection looks for, of every kind that the language has; half have nothing.
std::string stub(std::size_t n) {
  switch (n % 8) {
    case 0:
    case 1:
      return fmt::format("stub: [{{utf16: \"Secret-{}\", nocase: true}}]", n);
    case 2:
      return fmt::format("stub: [{{hex: \"05 00 {:02x} {:02x} 01 02 03 04\"}}]", n & 0xff, n >> 8);
    case 3:
      return n % 80 == 3
                 ? fmt::format("stub: [{{regex: \"pipe[0-9]+x{}\"}}]", n)
                 : fmt::format("stub: [{{text: \"cmd{}\"}}, {{text: \"no\", not: true}}]", n);
    default:
      return "";
  }
}

std::string detection(std::size_t n, const Interface& interface) {
  const auto& operation = interface.operations[n / 7 % interface.operations.size()];
  const std::string conditions = stub(n);
  return fmt::format(
      "  - name: detection-{0}\n    id: 00000000-0000-4000-8000-{0:012x}\n    title: Detection "
      "{0}\n"
      "    description: One of many.\n    status: test\n    severity: low\n    when:\n"
      "      call: {{interface: {1}, operation: {2}{3}{4}}}\n",
      n, interface.name, operation.number, conditions.empty() ? "" : ", ", conditions);
}

void write_rules(const fs::path& folder) {
  std::vector<const Interface*> interfaces;
  for (const Interface& interface : Catalog::builtin().interfaces())
    if (!interface.operations.empty()) interfaces.push_back(&interface);
  std::ofstream out;
  for (std::size_t n = 0; n < kDetections; ++n) {
    if (n % kPerFile == 0) {
      out = std::ofstream(folder / fmt::format("{}.yaml", n), std::ios::binary);
      out << "rpcsieve: 1\ndetections:\n";
    }
    out << detection(n, *interfaces[n % interfaces.size()]);
  }
}

double seconds_since(std::clock_t begin) {
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

TEST(Scale, TenThousandDetections) {
  const Folder folder;
  write_rules(folder.path());
  std::clock_t begin = std::clock();
  Diagnostics out;
  std::string error;
  const auto rules = read_rules({{folder.path()}, {}}, out, error);
  ASSERT_TRUE(rules) << error << (out.sorted().empty() ? "" : print(out.sorted().front()));
  const double read_seconds = seconds_since(begin);
  const auto file = emit_database(rules->ir, rules->sids, Catalog::builtin(), {}, out);
  ASSERT_TRUE(file);
  const double compile_seconds = seconds_since(begin);
  begin = std::clock();
  const auto database = database::Database::load(*file, error);
  ASSERT_TRUE(database) << error;
  const auto matcher = match::Matcher::create(*database, error);
  ASSERT_TRUE(matcher) << error;
  const double load_seconds = seconds_since(begin);
  fmt::print(
      "{} detections: read {:.2f} s, compiled {:.2f} s in all, {:.1f} MB, loaded {:.0f} ms\n",
      rules->ir.detections.size(), read_seconds, compile_seconds,
      static_cast<double>(file->size()) / 1e6, load_seconds * 1e3);
  EXPECT_EQ(rules->ir.detections.size(), kDetections);
  EXPECT_LE(compile_seconds, kCompileSeconds * kOtherMachine);
  EXPECT_LE(load_seconds, kLoadSeconds * kOtherMachine);
  EXPECT_LE(file->size(), kFileBytes);
}

}  // namespace
}  // namespace rpcsieve::compiler

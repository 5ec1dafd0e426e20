// Files that were made to cost as much as the limits let them: each is answered within seconds and
// a hundred megabytes, its diagnostics printed. Fuzzing rarely finds them, since they are large.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <ctime>
#include <fstream>

#include "compiler/catalog/catalog.h"
#include "compiler/ir/lower.h"
#include "compiler/spec/spec.h"
#include "compiler/spec/yaml.h"
#include "tests/support/spec.h"

namespace rpcsieve::compiler {
namespace {

constexpr std::size_t kMegabytes = 100;
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
constexpr double kSeconds = 10;
constexpr bool kMemoryCounts = true;
#else
constexpr double kSeconds = 200;
constexpr bool kMemoryCounts = false;  // the sanitizer's own would count too
#endif

std::string joined(std::size_t n, std::string_view before) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += fmt::format("{}{}{}", i > 0 ? ", " : "", before, i);
  return out;
}

std::string interfaces(std::size_t n) {
  std::string out;
  for (const Interface& interface : Catalog::builtin().interfaces()) {
    if (n-- == 0) break;
    out += (out.empty() ? "" : ", ") + std::string(interface.name);
  }
  return out;
}

// many repeats detections, as many as a file may hold, with the same condition.
std::string many(const std::string& when) {
  std::string out = "rpcsieve: 1\ndetections:\n";
  for (std::size_t n = 0;; ++n) {
    const std::string one = fmt::format(
        "  - name: d{0}\n    id: 00000000-0000-4000-8000-{0:012x}\n    title: t\n"
        "    description: d\n    status: test\n    severity: low\n    when:\n      {1}\n",
        n, when);
    if (out.size() + one.size() > kMaxFileBytes) return out;
    out += one;
  }
}

struct HostileCase {
  std::string_view name;
  std::string text;
};

const HostileCase kHostile[] = {
    {"one line of unknown operations",
     test::detection(fmt::format("call: {{interface: lsarpc, operation: [{}]}}",
                                 joined(9000, std::string(100, 'x'))))},
    {"one line of unknown interfaces",
     test::detection(fmt::format("call: {{interface: [{}]}}", joined(9000, "lsarpcx")))},
    {"every operation beyond every table",
     many(fmt::format("call: {{interface: [{}], operation: [{}]}}", interfaces(99),
                      joined(99, "3")))},
    {"unknown operations of many interfaces",
     many(fmt::format("call: {{interface: [{}], operation: [{}]}}", interfaces(99),
                      joined(99, "NetrUnknownOperation")))},
    {"unknown keys", many("call: {" + joined(200, "interfac: ") + "}")},
    {"short detections", many("call: {interface: lsarpc, operation: [0-65535]}")},
    {"long stubs",
     many("call: {interface: lsarpc, stub: [{utf16: \"" + std::string(400, 'a') + "\"}]}")},
};

std::size_t status_kilobytes(std::string_view key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(key)) return std::stoul(line.substr(key.size() + 1));
  return 0;
}

// answer does what `check` does, and gives how much it printed.
std::size_t answer(const std::string& text) {
  Diagnostics out;
  std::vector<Spec> specs;
  if (auto spec = parse(test::source(text), out)) specs.push_back(std::move(*spec));
  lower(specs, Catalog::builtin(), {}, out);
  std::size_t printed = 0;
  for (const Diagnostic& diagnostic : out.sorted()) printed += print(diagnostic).size();
  return printed;
}

TEST(Hostile, IsAnsweredSoonAndSmall) {
  for (const HostileCase& c : kHostile) {
    ASSERT_LE(c.text.size(), kMaxFileBytes) << c.name;
    malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << "5";  // forgets the peak [proc(5)]
    const std::size_t before = status_kilobytes("VmRSS:");
    const std::clock_t begin = std::clock();
    EXPECT_GT(answer(c.text), 0U) << c.name;
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    const std::size_t peak = status_kilobytes("VmHWM:") - before;
    fmt::print("{}: {} bytes, {:.2f} s, {} kB\n", c.name, c.text.size(), seconds, peak);
    EXPECT_LE(seconds, kSeconds) << c.name;
    EXPECT_TRUE(!kMemoryCounts || peak <= kMegabytes * 1000) << c.name << ": " << peak << " kB";
  }
}

}  // namespace
}  // namespace rpcsieve::compiler

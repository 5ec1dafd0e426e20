// Runs a fuzz target as an ordinary test: every file of its corpus, every prefix of the short ones,
// and a fixed number of mutations of each, the same ones every time. What libFuzzer finds becomes a
// file of the corpus.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;
constexpr std::size_t kMutations = 2000;
constexpr std::size_t kPrefixes = 2048;

void run(const Input& input) {
  // A copy of the exact size, so that AddressSanitizer sees a read past its end.
  const Input exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

Input read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// mutate flips, overwrites, cuts or doubles a few places.
Input mutate(Input input, std::mt19937& random) {
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (std::size_t n = 1 + below(4); n > 0 && !input.empty(); --n) {
    const std::size_t at = below(input.size());
    switch (below(5)) {
      case 0:
        input[at] ^= static_cast<std::uint8_t>(1U << below(8));
        break;
      case 1:
        input[at] = static_cast<std::uint8_t>(below(256));
        break;
      case 2:
        input[at] = below(2) == 0 ? 0 : 0xff;
        break;
      case 3:
        input.erase(input.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      default: {
        const Input piece(input.begin() + static_cast<std::ptrdiff_t>(at),
                          input.begin() + static_cast<std::ptrdiff_t>(
                                              std::min(input.size(), at + 1 + below(64))));
        input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), piece.begin(), piece.end());
      }
    }
  }
  return input;
}

void replay(const Input& seed, std::mt19937& random) {
  run(seed);
  for (std::size_t n = 0; n < std::min(seed.size(), kPrefixes); ++n)
    run(Input(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(n)));
  for (std::size_t n = 0; n < kMutations; ++n) run(mutate(seed, random));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]), 2;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1]))
    files.push_back(entry.path());
  if (files.empty()) return std::fprintf(stderr, "no corpus in %s\n", argv[1]), 1;
  std::sort(files.begin(), files.end());
  std::mt19937 random(1);
  for (const auto& file : files) replay(read(file), random);
  std::printf("%zu seeds\n", files.size());
}

#include "tools/rpcsieve/console.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace rpcsieve::cli {
namespace {

constexpr std::size_t kBarCharacters = 40;
constexpr std::chrono::milliseconds kDrawInterval{100};

std::vector<std::size_t> column_widths(const Table& table) {
  std::vector<std::size_t> widths;
  for (const auto& row : table) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  return widths;
}

}  // namespace

void say(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
}

std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = '?';
  }
  return out;
}

std::string print(const Table& table) {
  const auto widths = column_widths(table);
  std::string out;
  for (const auto& row : table) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool last = i + 1 == row.size();
      out += last ? row[i] + "\n" : fmt::format("{:<{}}  ", row[i], widths[i]);
    }
  }
  return out;
}

std::string print_endpoint(const Endpoint& endpoint) {
  const bool v4 = endpoint.address.is_v4();
  return fmt::format(fmt::runtime(v4 ? "{}:{}" : "[{}]:{}"), print(endpoint.address),
                     endpoint.port);
}

bool is_terminal(int fd) { return isatty(fd) == 1; }

Progress::Progress(std::size_t files, bool wanted)
    : files_(std::max<std::size_t>(files, 1)), wanted_(wanted && is_terminal(STDERR_FILENO)) {}

void Progress::update(std::size_t file, double part) {
  const auto now = std::chrono::steady_clock::now();
  if (!wanted_ || now < next_draw_) return;
  next_draw_ = now + kDrawInterval;
  const double done = (static_cast<double>(file) + part) / static_cast<double>(files_);
  const auto filled = static_cast<std::size_t>(done * static_cast<double>(kBarCharacters));
  const std::string bar(std::min(filled, kBarCharacters), '#');
  fmt::print(stderr, "\r[{:-<{}}] {:3.0f} %  file {} of {}", bar, kBarCharacters, done * 100,
             file + 1, files_);
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::clear() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

}  // namespace rpcsieve::cli

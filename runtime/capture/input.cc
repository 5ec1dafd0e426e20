// zlib hands on what is not compressed as it is, so every file takes one way. Where twice its own
// buffer is asked for, it reads straight into the asker's: so that one is small, and those of the
// stream, which is what libpcap reads from, and of pcap_file.cc are larger.
#include "runtime/capture/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

namespace rpcsieve::capture {
namespace {

constexpr unsigned kInflateBytes = 1 << 16;
constexpr std::size_t kStreamBytes = 1 << 20;
constexpr std::size_t kMostAtOnce = 1 << 30;  // zlib counts in an int
constexpr std::array<std::uint8_t, 4> kZstdMagic = {0x28, 0xb5, 0x2f, 0xfd};  // [RFC 8878 §3.1.1]

// describe_error says what zlib is unhappy with; empty if it is not. Its own text begins with the
// file's name for zlib, "<fd:3>: ".
std::string describe_error(gzFile file) {
  const int cause = errno;
  int code = Z_OK;
  std::string_view text = gzerror(file, &code);
  if (code == Z_OK || code == Z_STREAM_END) return "";
  if (code == Z_ERRNO) return std::strerror(cause);
  const auto name = text.find(": ");
  if (name != std::string_view::npos) text.remove_prefix(name + 2);
  return "gzip: " + std::string(text);
}

}  // namespace

struct Input::State {
  gzFile file = nullptr;
  std::int64_t size = 0;  // of the file as it lies on disk; 0: not known
  std::vector<std::uint8_t> peeked;
  std::size_t taken = 0;  // of those
  std::string failure;

  // read_file reads behind what was peeked. zlib reports data that end too early only as an error
  // behind the last byte that it could give.
  std::size_t read_file(std::uint8_t* to, std::size_t n) {
    const int got = gzread(file, to, static_cast<unsigned>(std::min(n, kMostAtOnce)));
    if (got <= 0 && n > 0 && failure.empty()) failure = describe_error(file);
    return static_cast<std::size_t>(std::max(got, 0));
  }

  std::size_t read(std::uint8_t* to, std::size_t n) {
    const std::size_t left = std::min(n, peeked.size() - taken);
    if (left == 0) return read_file(to, n);
    std::copy_n(peeked.begin() + static_cast<std::ptrdiff_t>(taken), left, to);
    taken += left;
    return left;
  }
};

std::unique_ptr<Input> Input::open(const std::string& path, std::string& error) {
  const int fd = path == "-" ? dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || fstat(fd, &info) != 0) {
    error = std::strerror(errno);
    return nullptr;
  }
  auto state = std::make_unique<State>();
  state->file = S_ISDIR(info.st_mode) ? nullptr : gzdopen(fd, "rb");
  if (state->file == nullptr) {
    error = S_ISDIR(info.st_mode) ? "is a folder" : "out of memory";
    close(fd);
    return nullptr;
  }
  if (S_ISREG(info.st_mode)) state->size = info.st_size;
  gzbuffer(state->file, kInflateBytes);
  return std::unique_ptr<Input>(new Input(std::move(state)));
}

Input::Input(std::unique_ptr<State> state) : state_(std::move(state)) {}

Input::~Input() { gzclose_r(state_->file); }

Bytes Input::peek(std::size_t n) {
  State& state = *state_;
  while (state.peeked.size() < n) {
    const std::size_t before = state.peeked.size();
    state.peeked.resize(n);
    state.peeked.resize(before + state.read_file(state.peeked.data() + before, n - before));
    if (state.peeked.size() == before) break;
  }
  return Bytes(state.peeked).first(std::min(n, state.peeked.size()));
}

std::size_t Input::read(std::uint8_t* to, std::size_t n) {
  std::size_t got = 0;
  while (got < n) {
    const std::size_t more = state_->read(to + got, n - got);
    if (more == 0) break;
    got += more;
  }
  return got;
}

std::FILE* Input::stream() {
  cookie_io_functions_t functions{};
  functions.read = [](void* cookie, char* buffer, std::size_t size) {
    auto& state = *static_cast<State*>(cookie);
    const std::size_t got = state.read(reinterpret_cast<std::uint8_t*>(buffer), size);
    return got == 0 && !state.failure.empty() ? ssize_t{-1} : static_cast<ssize_t>(got);
  };
  std::FILE* stream = fopencookie(state_.get(), "rb", functions);
  if (stream != nullptr) std::setvbuf(stream, nullptr, _IOFBF, kStreamBytes);
  return stream;
}

std::string Input::failure() const { return state_->failure; }

bool Input::is_zstd() {
  const Bytes head = peek(kZstdMagic.size());
  return std::equal(head.begin(), head.end(), kZstdMagic.begin(), kZstdMagic.end());
}

double Input::progress() const {
  if (state_->size <= 0) return 0;
  return static_cast<double>(gzoffset(state_->file)) / static_cast<double>(state_->size);
}

}  // namespace rpcsieve::capture

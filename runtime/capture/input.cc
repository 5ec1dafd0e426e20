// zlib hands on what is not compressed as it is, so every file takes one way: zlib below, a stdio
// stream above it, since a stream is what libpcap reads from. Both buffers are sized so that plain
// files are read straight into the stream's: zlib does so when twice its own buffer is asked for.
#include "runtime/capture/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace rpcsieve::capture {
namespace {

constexpr unsigned kInflateBytes = 1 << 17;
constexpr std::size_t kStreamBytes = 1 << 20;
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";  // [RFC 8878 §3.1.1]

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
  std::string head;       // its first bytes
  std::string failure;

  // read is what the stream reads by. zlib reports data that end too early only as an error behind
  // the last byte that it could give.
  ssize_t read(char* buffer, std::size_t wanted) {
    const int got = gzread(file, buffer, static_cast<unsigned>(wanted));
    if (got > 0) {
      const std::size_t missing = kZstdMagic.size() - head.size();
      head.append(buffer, std::min(missing, static_cast<std::size_t>(got)));
      return got;
    }
    if (failure.empty()) failure = describe_error(file);
    return got;
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

std::FILE* Input::stream() {
  cookie_io_functions_t functions{};
  functions.read = [](void* cookie, char* buffer, std::size_t size) {
    return static_cast<State*>(cookie)->read(buffer, size);
  };
  std::FILE* stream = fopencookie(state_.get(), "rb", functions);
  if (stream != nullptr) std::setvbuf(stream, nullptr, _IOFBF, kStreamBytes);
  return stream;
}

std::string Input::failure() const { return state_->failure; }

bool Input::is_zstd() const { return state_->head == kZstdMagic; }

double Input::progress() const {
  if (state_->size <= 0) return 0;
  return static_cast<double>(gzoffset(state_->file)) / static_cast<double>(state_->size);
}

}  // namespace rpcsieve::capture

#include "tools/rpcsieve/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "tools/rpcsieve/console.h"

namespace rpcsieve::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadLimitBytes = std::size_t{1} << 30;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// finish_temporary gives a new file the mode that any other would have had, and its name.
bool finish_temporary(int fd, const std::string& temporary, const std::string& path) {
  const mode_t mask = umask(0);
  umask(mask);
  return fchmod(fd, 0666 & ~mask) == 0 && fsync(fd) == 0 &&
         std::rename(temporary.c_str(), path.c_str()) == 0;
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool write_beside(const std::string& path, std::string_view content) {
  std::string temporary = path + ".XXXXXX";
  const int fd = mkstemp(temporary.data());
  if (fd < 0) return false;
  const bool written = write_all(fd, content) && finish_temporary(fd, temporary, path);
  const int error = errno;
  close(fd);
  if (!written) unlink(temporary.c_str());
  errno = error;
  return written;
}

}  // namespace

Output::Output(const std::string& path) : name_(path == "-" ? "standard output" : path) {
  file_ = path == "-" ? stdout : std::fopen(path.c_str(), "wbe");
  if (file_ == nullptr) fail();
}

Output::~Output() {
  if (file_ != nullptr && file_ != stdout) std::fclose(file_);
}

void Output::fail() {
  if (!failed()) error_ = errno;
  failed_ = true;
}

void Output::write(std::string_view text) {
  if (!failed() && std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail();
}

void Output::line(std::string_view text) {
  write(text);
  write("\n");
}

void Output::flush() {
  if (!failed() && std::fflush(file_) != 0) fail();
}

bool Output::close() {
  flush();
  if (file_ != nullptr && file_ != stdout && std::fclose(file_) != 0) fail();
  file_ = nullptr;
  if (failed()) complain("cannot write {}: {}", name_, std::strerror(error_));
  return !failed();
}

bool replace_file(const std::string& path, std::string_view content) {
  std::error_code ignored;
  const auto kind = fs::status(path, ignored).type();
  if (path == "-" || (kind != fs::file_type::regular && kind != fs::file_type::not_found)) {
    Output output(path);
    output.write(content);
    return output.close();
  }
  // A symbolic link stays one: what it points to is replaced.
  const auto target = fs::weakly_canonical(path, ignored);
  if (write_beside(ignored ? path : target.string(), content)) return true;
  complain("cannot write {}: {}", path, std::strerror(errno));
  return false;
}

std::optional<std::string> read_file(const std::string& path, std::string& error) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  std::string content;
  std::array<char, 1 << 16> chunk{};
  while (file && content.size() <= kReadLimitBytes) {
    const std::size_t n = std::fread(chunk.data(), 1, chunk.size(), file.get());
    if (n == 0) break;
    content.append(chunk.data(), n);
  }
  if (!file || std::ferror(file.get()) != 0) {
    error = std::strerror(errno);
    return std::nullopt;
  }
  if (content.size() > kReadLimitBytes) {
    error = "too large";
    return std::nullopt;
  }
  return content;
}

}  // namespace rpcsieve::cli

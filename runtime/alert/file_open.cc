// The words for what a file was asked for. What counts as reading and writing is the file's data:
// its attributes, its security and its deletion are "other".
#include "runtime/alert/file_open.h"

#include <fmt/format.h>

#include <array>

#include "runtime/database/format.h"

namespace rpcsieve::alert {
namespace {

// [MS-SMB2 §2.2.13.1.1]. Whoever may execute a file may read it.
constexpr std::uint32_t kReadData = 0x00000001;
constexpr std::uint32_t kWriteData = 0x00000002;
constexpr std::uint32_t kAppendData = 0x00000004;
constexpr std::uint32_t kExecute = 0x00000020;
constexpr std::uint32_t kMaximumAllowed = 0x02000000;
constexpr std::uint32_t kGenericAll = 0x10000000;
constexpr std::uint32_t kGenericExecute = 0x20000000;
constexpr std::uint32_t kGenericWrite = 0x40000000;
constexpr std::uint32_t kGenericRead = 0x80000000;

constexpr std::uint32_t kBoth = kMaximumAllowed | kGenericAll;
constexpr std::uint32_t kRead = kReadData | kExecute | kGenericRead | kGenericExecute | kBoth;
constexpr std::uint32_t kWrite = kWriteData | kAppendData | kGenericWrite | kBoth;

template <std::size_t kSize>
std::string_view pick(const std::array<std::string_view, kSize>& names, std::uint32_t number) {
  return number < names.size() ? names[number] : std::string_view();
}

}  // namespace

std::uint8_t access_bits(std::uint32_t access_mask) {
  const int reads = (access_mask & kRead) != 0 ? database::kRead : 0;
  const int writes = (access_mask & kWrite) != 0 ? database::kWrite : 0;
  return static_cast<std::uint8_t>(reads | writes);
}

std::string_view access_name(std::uint32_t access_mask) {
  constexpr std::array<std::string_view, 4> kNames = {"other", "read", "write", "read_write"};
  return kNames[access_bits(access_mask)];
}

std::string_view disposition_name(std::uint32_t disposition) {
  constexpr std::array<std::string_view, 6> kNames = {"supersede", "open",      "create",
                                                      "open_if",   "overwrite", "overwrite_if"};
  return pick(kNames, disposition);
}

std::string_view action_name(std::uint32_t action) {
  constexpr std::array<std::string_view, 4> kNames = {"superseded", "opened", "created",
                                                      "overwritten"};
  return pick(kNames, action);
}

std::string_view share_name(std::string_view path) {
  const std::size_t slash = path.find_last_of('\\');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string status_text(std::uint32_t status, bool dos_status) {
  if (dos_status) return fmt::format("{}/{}", status & 0xff, status >> 16);
  return fmt::format("0x{:08x}", status);
}

}  // namespace rpcsieve::alert

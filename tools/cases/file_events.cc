// Files that fit a condition, and others that nearly do. Of a glob the shortest sensible name is
// made; what differs by one character differs in the last one that is no wildcard.
#include <fmt/format.h>

#include <algorithm>

#include "tools/cases/call_events.h"

namespace rpcsieve::cases {
namespace {

using compiler::FileCondition;
using forge::Opening;

constexpr std::uint32_t kNotFound = 0xc0000034;  // STATUS_OBJECT_NAME_NOT_FOUND
constexpr std::uint32_t kStatuses[] = {0, kNotFound, forge::smb2::kAccessDenied};

std::string name_for(std::string_view glob) {
  std::string name;
  for (const char c : glob) {
    if (c == '*')
      name += "forged";
    else
      name += c == '?' ? 'c' : c;
  }
  return name;
}

std::string other_name(std::string glob) {
  const std::size_t at = glob.find_last_not_of("*?\\");
  if (at == std::string::npos) return {};
  glob[at] = glob[at] == 'x' ? 'y' : 'x';
  return name_for(glob);
}

database::Result result_of(std::uint32_t status) {
  if (status == 0) return database::Result::kSuccess;
  return status == kNotFound ? database::Result::kFailed : database::Result::kDenied;
}

std::optional<std::uint32_t> status_for(std::uint8_t outcomes, bool takes) {
  for (const std::uint32_t status : kStatuses)
    if (((outcomes & compiler::bit(result_of(status))) != 0) == takes) return status;
  return std::nullopt;
}

// place puts a name into a folder, if the condition is not on the whole path.
std::string place(const FileCondition& condition, const std::string& name) {
  return condition.whole_path ? name : "forged\\" + name;
}

void add_near_misses(const Context& context, const FileCondition& condition, const Opening& opening,
                     const std::string& name, Events& events) {
  const auto miss = [&](std::string_view what, const Opening& other) {
    add_missing(context, {fmt::format("{}-{}", name, what), other, 0}, compiler::kSmb, events);
  };
  Opening other = opening;
  other.path = place(condition, other_name(condition.name));
  miss("other-name", other);
  other.path = opening.path + "\\folder";
  miss("name-of-folder", other);
  other.path = "forged\\" + opening.path;
  if (condition.whole_path) miss("other-folder", other);
  other = opening;
  other.share = "forged";
  miss("other-share", other);
  other = opening;
  std::swap(other.reads, other.writes);
  if (condition.access != compiler::kEveryAccess) miss("other-access", other);
  if (const auto status = status_for(condition.outcomes, false)) {
    other = opening;
    other.status = *status;
    miss("other-outcome", other);
  }
}

}  // namespace

void add_files(const Context& context, const FileCondition& condition, Events& events) {
  Opening opening;
  opening.path = place(condition, name_for(condition.name));
  if (!condition.share.empty()) opening.share = name_for(condition.share);
  opening.reads = condition.access != compiler::kWrite;
  opening.writes = !opening.reads;
  const std::string name =
      fmt::format("file-{}", events.fitting.size() + 1);  // names are no names of files
  const auto status = status_for(condition.outcomes, true);
  if (!status) {
    events.refused.push_back(name + ": no answer gives its outcome");
    return;
  }
  opening.status = *status;
  events.fitting.push_back({name, opening, compiler::kSmb});
  add_near_misses(context, condition, opening, name, events);
}

}  // namespace rpcsieve::cases

// Conditions on files are few, and a rule set that has none follows no files at all; so every one
// is asked of every file, what costs least first.
#include "runtime/match/file.h"

#include "runtime/match/conditions.h"
#include "runtime/match/glob.h"

namespace rpcsieve::match {
namespace {

using database::Database;
using database::FileRow;

std::string_view last_component(std::string_view path) {
  const std::size_t slash = path.find_last_of('\\');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// without_root takes away the backslashes that SMB1 puts before the path and SMB2 does not.
std::string_view without_root(std::string_view path) {
  const std::size_t first = path.find_first_not_of('\\');
  return first == std::string_view::npos ? std::string_view() : path.substr(first);
}

// without_stream cuts off the name of a stream behind that of its file. A folder of the path may
// have one too.
std::string_view without_stream(std::string_view path) {
  return path.substr(0, path.find(':', path.size() - last_component(path).size()));
}

bool fits(const Database& database, const FileRow& row, const File& file) {
  return (row.outcomes & 1U << static_cast<unsigned>(file.result)) != 0 && fits_access(row, file) &&
         contains(database, row.from, file.client) && contains(database, row.to, file.server) &&
         fits_name(database, row, file) && fits_share(database, row, file);
}

}  // namespace

bool fits_access(const FileRow& row, const File& file) {
  return row.access == database::kEveryAccess || (row.access & file.access) != 0;
}

bool fits_name(const Database& database, const FileRow& row, const File& file) {
  if (!file.path) return false;
  const std::string_view glob = database.text(row.name);
  std::string_view name = *file.path;
  if (glob.find(':') == std::string_view::npos) name = without_stream(name);
  if (row.whole_path == 0) return fits_glob(glob, last_component(name));
  return fits_glob(without_root(glob), without_root(name));
}

bool fits_share(const Database& database, const FileRow& row, const File& file) {
  if (row.share.length == 0) return true;
  return file.share && fits_glob(database.text(row.share), last_component(*file.share));
}

void match_file(const Database& database, const File& file, std::vector<Hit>& hits) {
  const std::size_t first = hits.size();
  const auto rows = database.files();
  for (std::uint32_t index = 0; index < rows.size(); ++index) {
    const FileRow& row = rows[index];
    const bool known = hits.size() > first && hits.back().detection == row.detection &&
                       hits.back().step == row.step;
    if (!known && fits(database, row, file))
      hits.push_back({row.detection, index, StubMatch::kNone, false, row.step});
  }
}

}  // namespace rpcsieve::match

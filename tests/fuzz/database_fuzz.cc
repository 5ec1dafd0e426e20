// A database file of unknown origin: as it is, and with its length and checksums made right, so
// that changed rows reach the validator. Whatever it lets through must keep every promise of
// Database.
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/database/database.h"
#include "runtime/database/seal.h"
#include "tests/support/walk.h"

namespace {

using namespace rpcsieve::database;
using File = std::vector<std::uint8_t>;

void load(File file) {
  std::string error;
  const auto database = Database::load(std::move(file), error);
  rpcsieve::test::must(database.has_value() == error.empty());
  if (!database) return;
  const volatile std::size_t sum = rpcsieve::test::Walk(*database).sum();
  static_cast<void>(sum);
}

// repair makes right what only an accident leaves wrong.
File repair(File file) {
  if (file.size() < sizeof(Header)) return file;
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  header.magic = kMagic;
  header.format_version = kFormatVersion;
  header.file_length = file.size();
  std::memcpy(file.data(), &header, sizeof header);
  seal(file);
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const File file(data, data + size);
  load(file);
  load(repair(file));
  return 0;
}

// Sections are laid out in the order of the table, each at the next aligned place; what lies
// between them is zero. So the bytes of a file follow from its rows alone.
#include "compiler/backend/database_file.h"

#include "runtime/database/seal.h"

namespace rpcsieve::compiler {

using database::aligned;
using database::Header;
using database::SectionRow;
using database::Text;

Text DatabaseFile::text(std::string_view text) {
  const auto known = texts_.find(text);
  if (known != texts_.end()) return known->second;
  auto& bytes = sections_[static_cast<std::size_t>(database::Section::kText)];
  const Text place{static_cast<std::uint32_t>(bytes.size()),
                   static_cast<std::uint32_t>(text.size())};
  bytes.insert(bytes.end(), text.begin(), text.end());
  texts_.emplace(text, place);
  return place;
}

std::vector<std::uint8_t> DatabaseFile::build(database::Platform platform) const {
  Header header{};
  header.magic = database::kMagic;
  header.format_version = database::kFormatVersion;
  header.platform = static_cast<std::uint32_t>(platform);

  std::vector<std::uint8_t> file(sizeof header);
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    file.resize(aligned(file.size()));
    header.sections[i] = SectionRow{file.size(), sections_[i].size()};
    file.insert(file.end(), sections_[i].begin(), sections_[i].end());
  }
  file.resize(aligned(file.size()));
  header.file_length = file.size();
  std::memcpy(file.data(), &header, sizeof header);
  database::seal(file);
  return file;
}

}  // namespace rpcsieve::compiler

// A file is believed step by step: the header says what it is and how long, then its checksum makes
// the section table believable, then the sections must follow one another without a gap, so that
// each byte belongs to one of them or is padding, and the second checksum covers them all.
#include "runtime/database/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "runtime/database/seal.h"
#include "runtime/database/view.h"

namespace rpcsieve::database {
namespace {

constexpr std::array<std::string_view, kSections> kSectionNames = {
    "text",       "interfaces", "operations", "pipes",      "detections",      "tags",
    "conditions", "watched",    "inferred",   "candidates", "condition pipes", "addresses",
    "clauses",    "terms",      "auth types", "binds",      "files",           "histories",
    "patterns",   "hyperscan"};

constexpr std::array<std::size_t, kSections> kRowSizes = {1,
                                                          sizeof(InterfaceRow),
                                                          sizeof(OperationRow),
                                                          sizeof(PipeRow),
                                                          sizeof(DetectionRow),
                                                          sizeof(Text),
                                                          sizeof(ConditionRow),
                                                          sizeof(WatchRow),
                                                          sizeof(WatchRow),
                                                          sizeof(std::uint32_t),
                                                          sizeof(Text),
                                                          sizeof(AddressRow),
                                                          sizeof(ClauseRow),
                                                          sizeof(TermRow),
                                                          sizeof(std::uint8_t),
                                                          sizeof(BindRow),
                                                          sizeof(FileRow),
                                                          sizeof(HistoryRow),
                                                          sizeof(PatternRow),
                                                          1};

// find_header_fault reads only the header.
std::string find_header_fault(Bytes file) {
  if (file.size() < sizeof(Header))
    return fmt::format("not a database: {} bytes, a header has {}", file.size(), sizeof(Header));
  const Header& header = View(file).header();
  if (header.magic != kMagic) return "not a database: it does not begin with RPCSIEVE";
  if (header.format_version != kFormatVersion)
    return fmt::format("format version {}, this program reads version {}", header.format_version,
                       kFormatVersion);
  if (header.file_length != file.size())
    return fmt::format("{} bytes, its header says {}: cut or grown", file.size(),
                       header.file_length);
  if (file.size() > std::numeric_limits<std::uint32_t>::max()) return "4 GiB or longer";
  if (header.header_checksum != header_checksum(header)) return "the header's checksum is wrong";
  if (header.platform > static_cast<std::uint32_t>(Platform::kAvx512))
    return fmt::format("unknown platform {}", header.platform);
  return "";
}

bool is_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
}

// find_section_fault checks that the sections follow one another as the format says, so that each
// byte of the file belongs to one of them or is padding. `end` never exceeds the file's length.
std::string find_section_fault(Bytes file) {
  const Header& header = View(file).header();
  std::uint64_t end = sizeof(Header);
  for (std::size_t i = 0; i < kSections; ++i) {
    const SectionRow& row = header.sections[i];
    if (row.offset != aligned(end) || row.offset > file.size())
      return fmt::format("section {} begins at {}, expected {}", kSectionNames[i], row.offset,
                         aligned(end));
    if (row.length > file.size() - row.offset)
      return fmt::format("section {} reaches beyond the end", kSectionNames[i]);
    if (row.length % kRowSizes[i] != 0)
      return fmt::format("section {} does not hold whole rows", kSectionNames[i]);
    if (!is_zero(file.subspan(end, row.offset - end)))
      return fmt::format("bytes before section {} are not zero", kSectionNames[i]);
    end = row.offset + row.length;
  }
  if (aligned(end) != file.size()) return "bytes behind the last section";
  if (!is_zero(file.subspan(end))) return "bytes behind the last section are not zero";
  return "";
}

}  // namespace

std::string find_layout_fault(Bytes file) {
  if (std::string fault = find_header_fault(file); !fault.empty()) return fault;
  if (std::string fault = find_section_fault(file); !fault.empty()) return fault;
  if (View(file).header().body_checksum != body_checksum(file))
    return "the checksum is wrong: bytes were changed";
  return "";
}

std::string_view name(Section section) { return kSectionNames[static_cast<std::size_t>(section)]; }

}  // namespace rpcsieve::database

// After load nothing is checked again: an index found in one row is used in another as it is. All
// lookups are binary searches over the rows where they lie in the file.
#include "runtime/database/database.h"

#include <algorithm>
#include <tuple>

#include "runtime/database/layout.h"
#include "runtime/database/rows.h"
#include "runtime/database/view.h"

namespace rpcsieve::database {
namespace {

// find_from gives an interface's first row of this version or a later one, or nullptr.
const InterfaceRow* find_from(std::span<const InterfaceRow> rows, const Uuid& uuid,
                              std::uint16_t version_major) {
  const auto found = std::lower_bound(
      rows.begin(), rows.end(), version_major, [&](const InterfaceRow& row, std::uint16_t version) {
        return std::tie(row.uuid, row.version_major) < std::tie(uuid, version);
      });
  return found != rows.end() && found->uuid == uuid ? &*found : nullptr;
}

// find_watch gives the row that covers an operation number, or nullptr.
const WatchRow* find_watch(std::span<const WatchRow> rows, std::uint16_t opnum) {
  const auto after =
      std::upper_bound(rows.begin(), rows.end(), opnum,
                       [](std::uint16_t value, const WatchRow& row) { return value < row.first; });
  if (after == rows.begin()) return nullptr;
  const WatchRow& row = *(after - 1);
  return opnum <= row.last ? &row : nullptr;
}

std::span<const std::uint32_t> find_candidates(View view, std::span<const WatchRow> rows,
                                               std::uint16_t opnum) {
  const WatchRow* row = find_watch(rows, opnum);
  if (row == nullptr) return {};
  return view.rows<std::uint32_t>(Section::kCandidates, row->candidates);
}

}  // namespace

std::optional<Database> Database::load(std::vector<std::uint8_t> file, std::string& error) {
  error = find_layout_fault(file);
  if (error.empty()) error = find_row_fault(View(file));
  if (!error.empty()) return std::nullopt;
  return Database(std::move(file));
}

Platform Database::platform() const { return static_cast<Platform>(View(file_).header().platform); }

std::string_view Database::text(Text text) const { return View(file_).text(text); }

const InterfaceRow* Database::find_interface(const Uuid& uuid, std::uint16_t version_major) const {
  const auto rows = View(file_).rows<InterfaceRow>(Section::kInterfaces);
  const InterfaceRow* exact = find_from(rows, uuid, version_major);
  if (exact != nullptr && exact->version_major == version_major) return exact;
  return find_from(rows, uuid, 0);
}

const OperationRow* Database::find_operation(const InterfaceRow& interface,
                                             std::uint16_t opnum) const {
  const auto rows = View(file_).rows<OperationRow>(Section::kOperations, interface.operations);
  const auto found = std::lower_bound(
      rows.begin(), rows.end(), opnum,
      [](const OperationRow& row, std::uint16_t value) { return row.number < value; });
  return found != rows.end() && found->number == opnum ? &*found : nullptr;
}

const InterfaceRow* Database::find_pipe(std::string_view name) const {
  const View view(file_);
  const auto rows = view.rows<PipeRow>(Section::kPipes);
  const auto found = std::lower_bound(
      rows.begin(), rows.end(), name,
      [&](const PipeRow& row, std::string_view value) { return view.text(row.name) < value; });
  if (found == rows.end() || view.text(found->name) != name) return nullptr;
  return &view.rows<InterfaceRow>(Section::kInterfaces)[found->interface];
}

std::span<const std::uint32_t> Database::find_watched(const InterfaceRow& interface,
                                                      std::uint16_t opnum) const {
  const View view(file_);
  return find_candidates(view, view.rows<WatchRow>(Section::kWatched, interface.watched), opnum);
}

std::span<const std::uint32_t> Database::find_inferred(std::uint16_t opnum) const {
  const View view(file_);
  return find_candidates(view, view.rows<WatchRow>(Section::kInferred), opnum);
}

std::span<const BindRow> Database::find_binds(const Uuid& uuid) const {
  const auto all = binds();
  const auto first =
      std::lower_bound(all.begin(), all.end(), uuid,
                       [](const BindRow& row, const Uuid& value) { return row.interface < value; });
  const auto last =
      std::upper_bound(first, all.end(), uuid,
                       [](const Uuid& value, const BindRow& row) { return value < row.interface; });
  return {first, last};
}

std::span<const WatchRow> Database::watched(const InterfaceRow& interface) const {
  return View(file_).rows<WatchRow>(Section::kWatched, interface.watched);
}

std::span<const std::uint32_t> Database::candidates(const WatchRow& row) const {
  return View(file_).rows<std::uint32_t>(Section::kCandidates, row.candidates);
}

std::span<const InterfaceRow> Database::interfaces() const {
  return View(file_).rows<InterfaceRow>(Section::kInterfaces);
}

std::span<const DetectionRow> Database::detections() const {
  return View(file_).rows<DetectionRow>(Section::kDetections);
}

std::span<const ConditionRow> Database::conditions() const {
  return View(file_).rows<ConditionRow>(Section::kConditions);
}

std::span<const BindRow> Database::binds() const {
  return View(file_).rows<BindRow>(Section::kBinds);
}

std::span<const FileRow> Database::files() const {
  return View(file_).rows<FileRow>(Section::kFiles);
}

const HistoryRow* Database::history(const DetectionRow& detection) const {
  if (detection.history.count == 0) return nullptr;
  return &View(file_).rows<HistoryRow>(Section::kHistories)[detection.history.begin];
}

std::span<const PatternRow> Database::patterns() const {
  return View(file_).rows<PatternRow>(Section::kPatterns);
}

std::span<const Text> Database::tags(Range range) const {
  return View(file_).rows<Text>(Section::kTags, range);
}

std::span<const Text> Database::pipes(Range range) const {
  return View(file_).rows<Text>(Section::kConditionPipes, range);
}

std::span<const std::uint8_t> Database::auth_types(Range range) const {
  return View(file_).rows<std::uint8_t>(Section::kAuthTypes, range);
}

std::span<const AddressRow> Database::addresses(Range range) const {
  return View(file_).rows<AddressRow>(Section::kAddresses, range);
}

std::span<const ClauseRow> Database::clauses(Range range) const {
  return View(file_).rows<ClauseRow>(Section::kClauses, range);
}

std::span<const TermRow> Database::terms(Range range) const {
  return View(file_).rows<TermRow>(Section::kTerms, range);
}

Bytes Database::hyperscan() const { return View(file_).section(Section::kHyperscan); }

}  // namespace rpcsieve::database

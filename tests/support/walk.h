#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>

#include "runtime/database/database.h"

namespace rpcsieve::test {

// must ends the program if a promise is broken: fuzzing and tests of hostile bytes want just that.
inline void must(bool holds) {
  if (!holds) std::abort();
}

// Walk reads every row of a database that was loaded, follows every index in it, and holds it to
// every promise of database.h. AddressSanitizer sees a view that lies outside.
class Walk {
 public:
  explicit Walk(const database::Database& database) : database_(database) {
    touch(database.hyperscan());
    for (const auto& row : database.interfaces()) interface(row);
    for (const auto& row : database.detections()) detection(row);
    for (const auto& row : database.conditions()) condition(row);
    for (const auto& row : database.binds()) bind(row);
    for (const auto& row : database.files()) file(row);
    for (const auto& row : database.patterns()) touch(database.text(row.expression));
    for (const char* name : {"", "lsarpc", "svcctl", "\xff"})
      if (const auto* row = database.find_pipe(name)) interface(*row);
    for (const std::uint16_t opnum : kOpnums) candidates(database.find_inferred(opnum));
  }

  // sum depends on every byte that was read, so that none of the reads can be left out.
  [[nodiscard]] std::size_t sum() const { return sum_; }

 private:
  static constexpr std::uint16_t kOpnums[] = {0, 12, 20, 43, 44, 0xffff};

  template <class View>
  void touch(const View& view) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(view.data());
    for (std::size_t i = 0; i < view.size() * sizeof(view[0]); ++i) sum_ += bytes[i];
  }

  void candidates(std::span<const std::uint32_t> candidates) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      must(candidates[i] < database_.conditions().size());
      must(i == 0 || candidates[i - 1] < candidates[i]);
    }
  }

  void interface(const database::InterfaceRow& row) {
    touch(database_.text(row.name));
    const auto* found = database_.find_interface(row.uuid, row.version_major);
    must(found != nullptr && found->uuid == row.uuid);
    must(found->version_major == row.version_major);
    for (const std::uint16_t opnum : kOpnums) {
      candidates(database_.find_watched(row, opnum));
      const auto* operation = database_.find_operation(row, opnum);
      if (operation == nullptr) continue;
      must(operation->number == opnum);
      touch(database_.text(operation->name));
    }
  }

  template <class Row>
  void who(const Row& row) {
    must(row.detection < database_.detections().size());
    must(row.step < database_.detections()[row.detection].steps);
    touch(database_.addresses(row.from.ranges));
    touch(database_.addresses(row.to.ranges));
  }

  void bind(const database::BindRow& row) {
    who(row);
    for (const auto& pipe : database_.pipes(row.pipes)) touch(database_.text(pipe));
    const auto found = database_.find_binds(row.interface);
    must(&found.front() <= &row && &row <= &found.back());
  }

  void file(const database::FileRow& row) {
    who(row);
    must(row.name.length <= kMaxGlobBytes && row.share.length <= kMaxGlobBytes);
    touch(database_.text(row.name));
    touch(database_.text(row.share));
  }

  void condition(const database::ConditionRow& row) {
    who(row);
    must(row.inferable == 0 || row.clauses.count > 0);
    must(row.outcomes <= database::kEveryOutcome && row.auth_levels <= database::kEveryLevel);
    touch(database_.auth_types(row.auth_types));
    for (const auto& pipe : database_.pipes(row.pipes)) touch(database_.text(pipe));
    for (const auto& clause : database_.clauses(row.clauses)) {
      must(!database_.terms(clause.terms).empty());
      for (const auto& term : database_.terms(clause.terms))
        must(term.pattern < database_.patterns().size());
    }
  }

  void detection(const database::DetectionRow& row) {
    touch(database_.text(row.name));
    touch(database_.text(row.title));
    touch(database_.text(row.category));
    for (const auto& tag : database_.tags(row.attack)) touch(database_.text(tag));
    must(row.severity <= database::Severity::kCritical);
    must(row.sealed <= database::Sealed::kIgnore);
    must(row.steps >= 1 && row.steps <= kMaxSteps);
    const auto* history = database_.history(row);
    must((row.steps > 1) == (history != nullptr && history->sequence_us > 0));
    must(history == nullptr || history->at_least <= kMaxCount);
  }

  const database::Database& database_;
  std::size_t sum_ = 0;
};

}  // namespace rpcsieve::test

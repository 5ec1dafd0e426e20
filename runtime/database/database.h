#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/database/format.h"

namespace rpcsieve::database {

// Database is a compiled rule set, validated once and then indexed freely: every Range lies within
// its section, every Text within kText, every sort order holds. Immutable; threads share it.
class Database {
 public:
  // load validates the bytes of a file and keeps them. It trusts nothing: on any fault (short,
  // long, flipped, foreign, another version, a row that points outside) it returns nullopt and
  // says in `error` which, and where.
  static std::optional<Database> load(std::vector<std::uint8_t> file, std::string& error);

  [[nodiscard]] Platform platform() const;
  [[nodiscard]] std::string_view text(Text text) const;

  // find_interface gives the row of this UUID and major version; if there is none of the version,
  // the first of the UUID; nullptr if there is none at all.
  [[nodiscard]] const InterfaceRow* find_interface(const Uuid& uuid,
                                                   std::uint16_t version_major) const;
  // find_operation gives the row of an operation number; nullptr if the catalogue lacks it.
  [[nodiscard]] const OperationRow* find_operation(const InterfaceRow& interface,
                                                   std::uint16_t opnum) const;
  // find_pipe gives the one interface that a pipe name (lower case) implies, or nullptr.
  [[nodiscard]] const InterfaceRow* find_pipe(std::string_view name) const;
  // find_watched and find_inferred give the candidates of an operation number: indices of
  // conditions().
  [[nodiscard]] std::span<const std::uint32_t> find_watched(const InterfaceRow& interface,
                                                            std::uint16_t opnum) const;
  [[nodiscard]] std::span<const std::uint32_t> find_inferred(std::uint16_t opnum) const;

  // find_binds gives the alternatives that are offers of an interface, in the detections' order.
  [[nodiscard]] std::span<const BindRow> find_binds(const Uuid& uuid) const;

  // watched and candidates lead from an interface to all conditions about it.
  [[nodiscard]] std::span<const WatchRow> watched(const InterfaceRow& interface) const;
  [[nodiscard]] std::span<const std::uint32_t> candidates(const WatchRow& row) const;

  [[nodiscard]] std::span<const InterfaceRow> interfaces() const;
  [[nodiscard]] std::span<const DetectionRow> detections() const;
  [[nodiscard]] std::span<const ConditionRow> conditions() const;
  [[nodiscard]] std::span<const BindRow> binds() const;
  [[nodiscard]] std::span<const FileRow> files() const;
  // history gives what a detection asks of several events; nullptr if one is enough.
  [[nodiscard]] const HistoryRow* history(const DetectionRow& detection) const;
  [[nodiscard]] std::span<const PatternRow> patterns() const;
  [[nodiscard]] std::span<const Text> tags(Range range) const;
  [[nodiscard]] std::span<const Text> pipes(Range range) const;
  [[nodiscard]] std::span<const std::uint8_t> auth_types(Range range) const;
  [[nodiscard]] std::span<const AddressRow> addresses(Range range) const;
  [[nodiscard]] std::span<const ClauseRow> clauses(Range range) const;
  [[nodiscard]] std::span<const TermRow> terms(Range range) const;
  [[nodiscard]] Bytes hyperscan() const;

 private:
  explicit Database(std::vector<std::uint8_t> file) : file_(std::move(file)) {}
  std::vector<std::uint8_t> file_;
};

}  // namespace rpcsieve::database

// The one place that runs Hyperscan. Matches are noted by pattern; those of patterns that may match
// only because the data ends are no proof where a stub was cut: the eight zero bytes before the cut
// need not be the stub's last eight.
#include "runtime/match/scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <string_view>

#include "runtime/match/platform.h"

namespace rpcsieve::match {
namespace {

std::string_view describe(hs_error_t error) {
  switch (error) {
    case HS_NOMEM:
      return "there is no memory for it";
    case HS_DB_VERSION_ERROR:
      return "it was made by another version of Hyperscan; compile the rules again";
    case HS_DB_PLATFORM_ERROR:
      return "it was made for a processor with features that this one lacks";
    case HS_DB_MODE_ERROR:
      return "it was not made for block mode";
    default:
      return "it is damaged";
  }
}

int note(unsigned pattern, unsigned long long, unsigned long long end, unsigned, void* findings) {
  static_cast<Findings*>(findings)->add(pattern, end);
  return 0;
}

int ignore(unsigned, unsigned long long, unsigned long long, unsigned, void*) { return 0; }

// try_scan is how Hyperscan says whether a database can be run at all.
hs_error_t try_scan(const hs_database_t* patterns, hs_scratch_t* scratch) {
  const char byte = 0;
  return hs_scan(patterns, &byte, 1, 0, scratch, ignore, nullptr);
}

}  // namespace

Findings::Findings(std::span<const database::PatternRow> patterns)
    : patterns_(patterns), found_(patterns.size(), Found::kNot) {
  positive_.reserve(patterns.size());
}

void Findings::start(const Stub& stub) {
  for (const std::uint32_t pattern : positive_) found_[pattern] = Found::kNot;
  positive_.clear();
  stub_ = stub;
}

void Findings::add(std::size_t pattern, std::uint64_t end) {
  // Hyperscan's database is not ours to trust: it may hold more patterns than the table.
  if (pattern >= found_.size()) return;
  const bool at_cut = !stub_.whole && end == stub_.bytes.size() && patterns_[pattern].at_end != 0;
  if (found_[pattern] == Found::kNot) positive_.push_back(static_cast<std::uint32_t>(pattern));
  found_[pattern] = at_cut ? std::max(found_[pattern], Found::kAtCut) : Found::kSurely;
}

Truth Findings::holds(std::uint32_t pattern) const {
  switch (found_[pattern]) {
    case Found::kSurely:
      return Truth::kTrue;
    case Found::kAtCut:
      return Truth::kUndecided;
    case Found::kNot:
      break;
  }
  return stub_.whole ? Truth::kFalse : Truth::kUndecided;
}

std::unique_ptr<Scanner> Scanner::open(const database::Database& database, std::string& error) {
  std::unique_ptr<Scanner> scanner(new Scanner);
  const Bytes bytes = database.hyperscan();
  if (bytes.empty()) return scanner;
  if (const auto feature = missing_feature(database.platform(), this_processor());
      !feature.empty()) {
    error = fmt::format("compiled for processors with {}, which this one lacks", feature);
    return nullptr;
  }
  hs_database_t* patterns = nullptr;
  hs_error_t status =
      hs_deserialize_database(reinterpret_cast<const char*>(bytes.data()), bytes.size(), &patterns);
  scanner->patterns_.reset(patterns);
  hs_scratch_t* scratch = nullptr;
  if (status == HS_SUCCESS) status = hs_alloc_scratch(patterns, &scratch);
  scanner->model_.reset(scratch);
  if (status == HS_SUCCESS) status = try_scan(patterns, scratch);
  if (status == HS_SUCCESS) return scanner;
  error = fmt::format("the Hyperscan database inside cannot be run: {}", describe(status));
  return nullptr;
}

HyperscanScratch Scanner::make_scratch() const {
  hs_scratch_t* scratch = nullptr;
  if (model_) hs_clone_scratch(model_.get(), &scratch);
  return HyperscanScratch(scratch);
}

void Scanner::scan(hs_scratch_t* scratch, Findings& findings) const {
  const Bytes bytes = findings.stub().bytes;
  assert(scratch != nullptr);
  // No pattern matches the empty stub, and Hyperscan does not take it.
  if (bytes.empty()) return;
  hs_scan(patterns_.get(), reinterpret_cast<const char*>(bytes.data()),
          static_cast<unsigned>(bytes.size()), 0, scratch, note, &findings);
}

}  // namespace rpcsieve::match

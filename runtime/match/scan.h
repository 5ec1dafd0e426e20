#pragma once

#include <hs/hs_runtime.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/database/database.h"

namespace rpcsieve::match {

// Truth is what is known of a statement about a stub of which a part may be missing. Its order is
// that of three-valued logic: "and" is the least, "or" the greatest.
enum class Truth : std::uint8_t { kFalse, kUndecided, kTrue };

// Stub is a request's stub as far as it can be read.
struct Stub {
  Bytes bytes;         // its beginning
  bool whole = false;  // and its end
};

// Findings holds which patterns a stub was found to hold. Its memory is taken once.
class Findings {
 public:
  explicit Findings(std::span<const database::PatternRow> patterns);

  // start forgets the last stub. Until a scan nothing of this one was found.
  void start(const Stub& stub);
  // add takes a match of a pattern that ends at an offset of the stub.
  void add(std::size_t pattern, std::uint64_t end);
  // holds says whether the stub holds a pattern.
  [[nodiscard]] Truth holds(std::uint32_t pattern) const;

  [[nodiscard]] const Stub& stub() const { return stub_; }

 private:
  enum class Found : std::uint8_t { kNot, kAtCut, kSurely };

  std::span<const database::PatternRow> patterns_;
  std::vector<Found> found_;             // by pattern
  std::vector<std::uint32_t> positive_;  // the patterns that are not kNot
  Stub stub_;
};

struct FreeHyperscan {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};
using HyperscanScratch = std::unique_ptr<hs_scratch_t, FreeHyperscan>;

// Scanner runs the Hyperscan database of a rule set. Immutable; threads share it, each with a
// scratch of its own.
class Scanner {
 public:
  // open makes ready the Hyperscan database inside of `database`, which may have none. It returns
  // nullptr and says why in `error` if this machine or this Hyperscan cannot run it.
  static std::unique_ptr<Scanner> open(const database::Database& database, std::string& error);

  // make_scratch gives nullptr if there is no memory, or nothing to scan for.
  [[nodiscard]] HyperscanScratch make_scratch() const;
  // scan adds to `findings` what its stub holds. The scratch is one of this scanner's.
  void scan(hs_scratch_t* scratch, Findings& findings) const;

 private:
  Scanner() = default;
  std::unique_ptr<hs_database_t, FreeHyperscan> patterns_;
  HyperscanScratch model_;  // scratches are copies of it
};

}  // namespace rpcsieve::match

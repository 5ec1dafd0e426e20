#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/database/database.h"
#include "runtime/match/matcher.h"
#include "runtime/match/scan.h"

namespace rpcsieve::match {

// Step is a condition of a detection, in the order in which they are looked at: a call that fails a
// later one came nearer to an alert.
enum class Step : std::uint8_t {
  kInterface,  // another interface; or one that is not known, and another operation
  kVersion,    // another version of the interface
  kOperation,
  kRejected,     // the server refused the call's context: it is not carried out
  kUninferable,  // the interface is not known, and no stub condition speaks for itself
  kTransport,
  kPipe,
  kObject,
  kClient,
  kServer,
  kStub,   // a stub condition does not hold
  kUnread  // ... cannot be read (sealed or cut), and that is not enough for an alert here
};

// Miss says why a call does not fit a detection.
struct Miss {
  std::uint32_t detection = 0;
  std::uint32_t condition = 0;  // the alternative that the call came nearest to
  Step step = Step::kInterface;
  std::uint32_t clause = 0;  // kStub, kUnread: which of the condition's clauses, from 0
  bool stub_holds = false;   // its stub conditions hold, and ask for something to be there
};

// Operations are the runs of operation numbers that a condition is about.
using Operations = std::vector<database::WatchRow>;

// Explainer says of each call why it does not fit. It asks every condition of every detection, one
// after the other, for the sake of the answer and not of speed. One thread uses it.
class Explainer {
 public:
  // create takes a validated database, which must outlive the explainer; nullptr as
  // Matcher::create.
  static std::unique_ptr<Explainer> create(const database::Database& database, std::string& error);

  // explain gives a miss for each detection that the call does not fit, in their order. They live
  // until the next call. It gives none exactly where the matcher gives a hit.
  const std::vector<Miss>& explain(const Subject& subject);

  // operations gives those of a condition, sorted; what is reserved for candidates is empty.
  [[nodiscard]] std::span<const database::WatchRow> operations(std::uint32_t condition) const {
    return operations_[condition];
  }

 private:
  explicit Explainer(const database::Database& database);
  void read(const Subject& subject);
  [[nodiscard]] bool fits_operation(std::uint32_t condition, std::uint16_t opnum) const;
  [[nodiscard]] bool holds_something(const database::ConditionRow& condition) const;
  bool fails(std::uint32_t condition, const Subject& subject, Miss& miss) const;
  bool fails_around(const database::ConditionRow& row, const Subject& subject, Step& step) const;
  bool fails_stub(const database::ConditionRow& row, const Subject& subject, Miss& miss) const;

  const database::Database& database_;
  std::unique_ptr<Scanner> scanner_;
  HyperscanScratch scratch_;
  Findings findings_;
  std::vector<Operations> operations_;  // by condition
  std::vector<Miss> misses_;
};

}  // namespace rpcsieve::match

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/database/database.h"
#include "runtime/match/bind.h"
#include "runtime/match/file.h"
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
  kAuth,
  kClient,
  kServer,
  kStub,    // a stub condition does not hold
  kUnread,  // ... cannot be read (sealed or cut), and that is not enough for an alert here
  kShare,   // of a file
  kAccess,
  kOutcome  // of a call or file; what became of an offer
};

// Kind says what a condition is about, and so in which table of the database it lies.
enum class Kind : std::uint8_t { kCall, kBind, kFile };

// Miss says why a call, an offer or a file does not fit a detection.
struct Miss {
  std::uint32_t detection = 0;
  std::uint32_t condition = 0;  // the alternative that the call came nearest to
  Step step = Step::kInterface;
  std::uint32_t clause = 0;  // kStub, kUnread: which of the condition's clauses, from 0
  bool stub_holds = false;   // its stub conditions hold, and ask for something to be there
  Kind kind = Kind::kCall;
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
  // until the next call. It gives none exactly where the matcher gives a hit: outcomes are not
  // known yet.
  const std::vector<Miss>& explain(const Subject& subject);
  // fitting gives the conditions that the call fits, as long.
  [[nodiscard]] const std::vector<std::uint32_t>& fitting() const { return fitting_; }

  // explain gives a miss for each detection that asks for an offer of this interface but does not
  // take this one, which had one of the results of database::BindRow.
  const std::vector<Miss>& explain(const Offer& offer, std::uint8_t result);
  // explain gives a miss for each detection that asks for a file of this name but not for this.
  const std::vector<Miss>& explain(const File& file);

  // operations gives those of a condition, sorted; what is reserved for candidates is empty.
  [[nodiscard]] std::span<const database::WatchRow> operations(std::uint32_t condition) const {
    return operations_[condition];
  }

 private:
  explicit Explainer(const database::Database& database);
  void read(const Subject& subject);
  [[nodiscard]] bool fits_operation(std::uint32_t condition, std::uint16_t opnum) const;
  [[nodiscard]] bool holds_something(const database::ConditionRow& condition) const;
  void keep(const Miss& miss);
  std::uint32_t take_back(std::uint32_t detection);
  bool fails(std::uint32_t condition, const Subject& subject, Miss& miss) const;
  bool fails_around(const database::ConditionRow& row, const Subject& subject, Step& step) const;
  bool fails_stub(const database::ConditionRow& row, const Subject& subject, Miss& miss) const;

  const database::Database& database_;
  std::unique_ptr<Scanner> scanner_;
  HyperscanScratch scratch_;
  Findings findings_;
  std::vector<Operations> operations_;  // by condition
  std::vector<std::uint32_t> fitting_;
  std::vector<Miss> misses_;
};

}  // namespace rpcsieve::match

// Every row is checked, because whoever can write a file can also compute its checksums.
//
// Rows point at runs of other rows, and hostile runs may all overlap; looking along each would cost
// the product of two tables. Ascending says whether a run is in order without looking along it.
#include "runtime/database/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "runtime/database/layout.h"

namespace rpcsieve::database {
namespace {

// is_utf8 accepts the well-formed sequences of [RFC 3629 §4], and no NUL.
bool is_utf8(Bytes bytes) {
  std::size_t more = 0;                  // continuation bytes that must follow
  std::uint8_t low = 0x80, high = 0xbf;  // bounds of the next one
  for (const std::uint8_t b : bytes) {
    if (more > 0) {
      if (b < low || b > high) return false;
      low = 0x80;
      high = 0xbf;
      --more;
    } else if (b >= 0x80) {
      if (b < 0xc2 || b > 0xf4) return false;
      more = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
      if (b == 0xe0) low = 0xa0;
      if (b == 0xed) high = 0x9f;
      if (b == 0xf0) low = 0x90;
      if (b == 0xf4) high = 0x8f;
    } else if (b == 0) {
      return false;
    }
  }
  return more == 0;
}

bool inside(Range range, std::size_t rows) {
  return range.count <= rows && range.begin <= rows - range.count;
}

// Ascending knows for each row of a section where the ascending run that it is in begins.
class Ascending {
 public:
  template <class Row, class Before>
  Ascending(std::span<const Row> rows, Before before) {
    begins_.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      begins_.push_back(i > 0 && before(rows[i - 1], rows[i]) ? begins_.back() : i);
  }

  // holds says whether a range lies within the section and is in order.
  [[nodiscard]] bool holds(Range range) const {
    if (!inside(range, begins_.size())) return false;
    return range.count == 0 || begins_[range.begin + range.count - 1] <= range.begin;
  }
  [[nodiscard]] bool whole() const { return begins_.empty() || begins_.back() == 0; }

 private:
  std::vector<std::size_t> begins_;
};

// Rows checks every row of a file whose layout is sound. It keeps the first fault, and goes on to
// the end of the table: no check relies on an earlier one.
class Rows {
 public:
  explicit Rows(View view)
      : view_(view),
        addresses_(view.rows<AddressRow>(Section::kAddresses),
                   [](const AddressRow& a, const AddressRow& b) { return a.last < b.first; }) {}

  std::string find_fault() {
    if (!is_utf8(view_.section(Section::kText))) return "section text is not UTF-8";
    tags();
    condition_pipes();
    operations();
    interfaces();
    pipes();
    detections();
    conditions();
    binds();
    files();
    histories();
    watched(Section::kWatched);
    watched(Section::kInferred);
    candidates();
    addresses();
    clauses();
    terms();
    patterns();
    return fault_;
  }

 private:
  // at names the row that the following requirements are about.
  void at(Section section, std::size_t row) {
    section_ = section;
    row_ = row;
  }
  void require(bool holds, std::string_view what) {
    if (holds || !fault_.empty()) return;
    fault_ = fmt::format("section {}, row {}: {}", name(section_), row_, what);
  }

  template <class Row>
  [[nodiscard]] std::span<const Row> rows(Section section) const {
    return view_.rows<Row>(section);
  }

  // is_text also wants whole characters: the section is UTF-8, a piece of it need not be.
  [[nodiscard]] bool is_text(Text text) const {
    const Bytes all = view_.section(Section::kText);
    if (text.length > all.size() || text.offset > all.size() - text.length) return false;
    const auto splits = [&](std::size_t i) { return i < all.size() && (all[i] & 0xc0) == 0x80; };
    return !splits(text.offset) && !splits(text.offset + text.length);
  }

  [[nodiscard]] bool is_lower(Text text) const {
    if (!is_text(text)) return false;
    const std::string_view name = view_.text(text);
    return std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  }

  void tags() {
    const auto all = rows<Text>(Section::kTags);
    for (std::size_t i = 0; i < all.size(); ++i) {
      at(Section::kTags, i);
      require(is_text(all[i]), "outside the text");
    }
  }

  void condition_pipes() {
    const auto all = rows<Text>(Section::kConditionPipes);
    for (std::size_t i = 0; i < all.size(); ++i) {
      at(Section::kConditionPipes, i);
      require(is_lower(all[i]), "outside the text or not lower case");
    }
  }

  void operations() {
    const auto all = rows<OperationRow>(Section::kOperations);
    for (std::size_t i = 0; i < all.size(); ++i) {
      at(Section::kOperations, i);
      require(is_text(all[i].name), "name outside the text");
      require(all[i].returns <= Returns::kHresult && all[i].reserved == 0, "unknown value");
    }
  }

  void interfaces() {
    const auto all = rows<InterfaceRow>(Section::kInterfaces);
    const Ascending operations(
        rows<OperationRow>(Section::kOperations),
        [](const OperationRow& a, const OperationRow& b) { return a.number < b.number; });
    const Ascending watched(rows<WatchRow>(Section::kWatched),
                            [](const WatchRow& a, const WatchRow& b) { return a.last < b.first; });
    for (std::size_t i = 0; i < all.size(); ++i) {
      at(Section::kInterfaces, i);
      require(is_text(all[i].name), "name outside the text");
      require(operations.holds(all[i].operations), "operations outside or out of order");
      require(watched.holds(all[i].watched), "watched outside or out of order");
      require(i == 0 || key(all[i - 1]) < key(all[i]), "out of order");
    }
  }

  static std::tuple<Uuid, std::uint16_t, std::uint16_t> key(const InterfaceRow& row) {
    return {row.uuid, row.version_major, row.version_minor};
  }

  void pipes() {
    const auto all = rows<PipeRow>(Section::kPipes);
    const std::size_t interfaces = rows<InterfaceRow>(Section::kInterfaces).size();
    for (std::size_t i = 0; i < all.size(); ++i) {
      at(Section::kPipes, i);
      require(is_lower(all[i].name), "name outside the text or not lower case");
      require(all[i].interface < interfaces, "interface outside its section");
      require(i == 0 || before(all[i - 1].name, all[i].name), "out of order");
    }
  }

  [[nodiscard]] bool before(Text a, Text b) const {
    return is_text(a) && is_text(b) && view_.text(a) < view_.text(b);
  }

  void detections() {
    const auto all = rows<DetectionRow>(Section::kDetections);
    const std::size_t tags = rows<Text>(Section::kTags).size();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const DetectionRow& row = all[i];
      at(Section::kDetections, i);
      require(is_text(row.name) && is_text(row.title) && is_text(row.category), "outside the text");
      require(inside(row.attack, tags), "tags outside their section");
      require(row.severity <= Severity::kCritical && row.sealed <= Sealed::kIgnore &&
                  row.profile <= Profile::kCore,
              "unknown value");
      require(row.steps >= 1 && row.steps <= kMaxSteps, "too few or too many steps");
      history(row);
    }
  }

  // history: whoever has one row of them, and only he, joins events.
  void history(const DetectionRow& row) {
    const auto all = rows<HistoryRow>(Section::kHistories);
    const bool has_one = inside(row.history, all.size()) && row.history.count == 1;
    require(has_one || row.history.count == 0, "histories outside their section or too many");
    require((row.steps > 1) == (has_one && all[row.history.begin].sequence_us > 0),
            "steps without a window, or the reverse");
  }

  void histories() {
    const auto all = rows<HistoryRow>(Section::kHistories);
    constexpr std::uint8_t kEveryKey = kByClient | kByServer;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const HistoryRow& row = all[i];
      at(Section::kHistories, i);
      require(row.sequence_us >= 0 && row.sequence_us <= kMaxWindowUs && row.count_us >= 0 &&
                  row.count_us <= kMaxWindowUs,
              "window out of range");
      require(row.at_least <= kMaxCount && (row.at_least > 0) == (row.count_us > 0),
              "count out of range");
      require(row.sequence_us > 0 || row.count_us > 0, "neither a sequence nor a count");
      require(row.sequence_by <= kEveryKey && row.count_by <= kEveryKey && row.reserved == 0,
              "unknown value");
    }
  }

  void conditions() {
    const auto all = rows<ConditionRow>(Section::kConditions);
    for (std::size_t i = 0; i < all.size(); ++i) {
      at(Section::kConditions, i);
      condition(all[i]);
      who(all[i]);
      require(i == 0 || order(all[i - 1]) <= order(all[i]), "out of order");
    }
  }

  template <class Row>
  static std::pair<std::uint32_t, std::uint8_t> order(const Row& row) {
    return {row.detection, row.step};
  }

  // who checks what the alternatives of all kinds have: their place in a detection, and addresses.
  template <class Row>
  void who(const Row& row) {
    const auto all = rows<DetectionRow>(Section::kDetections);
    const bool known = row.detection < all.size();
    require(known, "detection outside its section");
    require(!known || row.step < all[row.detection].steps, "step outside its detection");
    address_set(row.from);
    address_set(row.to);
  }

  void condition(const ConditionRow& row) {
    require(is_transports(row.transports) && row.has_object <= 1 && row.inferable <= 1 &&
                row.reserved == 0,
            "unknown value");
    require(row.outcomes <= kEveryOutcome && row.auth_levels <= kEveryLevel, "unknown value");
    require(inside(row.auth_types, view_.section(Section::kAuthTypes).size()),
            "auth types outside their section");
    require(row.version_major_first <= row.version_major_last, "no version fits");
    require(row.has_object == 1 || row.object.is_nil(), "an object without has_object");
    require(inside(row.pipes, rows<Text>(Section::kConditionPipes).size()),
            "pipes outside their section");
    require(inside(row.clauses, rows<ClauseRow>(Section::kClauses).size()),
            "clauses outside their section");
    require(row.inferable == 0 || row.clauses.count > 0, "inferable without clauses");
  }

  static bool is_transports(std::uint8_t bits) { return bits != 0 && bits <= 7; }

  void binds() {
    const auto all = rows<BindRow>(Section::kBinds);
    constexpr std::uint8_t kResults = kAccepted | kRejected | kNotAnswered;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const BindRow& row = all[i];
      at(Section::kBinds, i);
      who(row);
      require(is_transports(row.transports) && row.results <= kResults && row.reserved == 0,
              "unknown value");
      require(row.version_major_first <= row.version_major_last, "no version fits");
      require(inside(row.pipes, rows<Text>(Section::kConditionPipes).size()),
              "pipes outside their section");
      require(i == 0 || std::pair(all[i - 1].interface, order(all[i - 1])) <=
                            std::pair(row.interface, order(row)),
              "out of order");
    }
  }

  void files() {
    const auto all = rows<FileRow>(Section::kFiles);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const FileRow& row = all[i];
      at(Section::kFiles, i);
      who(row);
      glob(row.name);
      glob(row.share);
      require(row.whole_path <= 1 && row.access != 0 && row.access <= kEveryAccess &&
                  row.outcomes <= kEveryOutcome,
              "unknown value");
      require(i == 0 || order(all[i - 1]) <= order(row), "out of order");
    }
  }

  void glob(Text text) {
    require(is_lower(text), "glob outside the text or not lower case");
    require(text.length <= kMaxGlobBytes, "glob too long");
  }

  void address_set(const AddressSet& set) {
    require(addresses_.holds(set.ranges), "addresses outside or out of order");
    require(set.everyone <= 1 && set.negated <= 1 && set.reserved == 0, "unknown value");
    require(set.everyone == 0 || set.ranges.count == 0, "everyone and a list of addresses");
  }

  void watched(Section section) {
    const auto all = rows<WatchRow>(section);
    const Ascending candidates(rows<std::uint32_t>(Section::kCandidates),
                               [](std::uint32_t a, std::uint32_t b) { return a < b; });
    for (std::size_t i = 0; i < all.size(); ++i) {
      at(section, i);
      require(all[i].first <= all[i].last, "last before first");
      require(candidates.holds(all[i].candidates), "candidates outside or out of order");
      require(section == Section::kWatched || i == 0 || all[i - 1].last < all[i].first,
              "out of order");
    }
  }

  void candidates() {
    const auto all = rows<std::uint32_t>(Section::kCandidates);
    const std::size_t conditions = rows<ConditionRow>(Section::kConditions).size();
    for (std::size_t i = 0; i < all.size(); ++i) {
      at(Section::kCandidates, i);
      require(all[i] < conditions, "condition outside its section");
    }
  }

  void addresses() {
    const auto all = rows<AddressRow>(Section::kAddresses);
    for (std::size_t i = 0; i < all.size(); ++i) {
      at(Section::kAddresses, i);
      require(all[i].first <= all[i].last, "last before first");
    }
  }

  void clauses() {
    const auto all = rows<ClauseRow>(Section::kClauses);
    const std::size_t terms = rows<TermRow>(Section::kTerms).size();
    for (std::size_t i = 0; i < all.size(); ++i) {
      at(Section::kClauses, i);
      require(inside(all[i].terms, terms), "terms outside their section");
      require(all[i].terms.count > 0, "no terms");
    }
  }

  void terms() {
    const auto all = rows<TermRow>(Section::kTerms);
    const std::size_t patterns = rows<PatternRow>(Section::kPatterns).size();
    for (std::size_t i = 0; i < all.size(); ++i) {
      at(Section::kTerms, i);
      require(all[i].pattern < patterns, "pattern outside its section");
      require(all[i].negated <= 1, "unknown value");
    }
  }

  void patterns() {
    const auto all = rows<PatternRow>(Section::kPatterns);
    for (std::size_t i = 0; i < all.size(); ++i) {
      at(Section::kPatterns, i);
      require(is_text(all[i].expression), "outside the text");
      require(all[i].at_end <= 1, "unknown value");
    }
    at(Section::kHyperscan, 0);
    require(all.empty() == view_.section(Section::kHyperscan).empty(),
            "patterns without a Hyperscan database, or the reverse");
  }

  View view_;
  Ascending addresses_;
  std::string fault_;
  Section section_ = Section::kText;
  std::size_t row_ = 0;
};

}  // namespace

std::string find_row_fault(View view) { return Rows(view).find_fault(); }

}  // namespace rpcsieve::database

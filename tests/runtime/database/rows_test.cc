// What an enemy writes: files of sound layout and right checksums whose rows break a promise.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <stdexcept>

#include "runtime/database/database.h"
#include "runtime/database/seal.h"
#include "tests/support/rules.h"
#include "tests/support/walk.h"

namespace rpcsieve::database {
namespace {

using File = std::vector<std::uint8_t>;

const Header& header(const File& file) { return *reinterpret_cast<const Header*>(file.data()); }

// hostile is the fixture with one row changed and resealed.
template <class Row>
File hostile(Section section, std::size_t index, const std::function<void(Row&)>& change) {
  File file = test::compile(test::fixture_rules());
  const SectionRow& place = header(file).sections[static_cast<std::size_t>(section)];
  EXPECT_LT(index, place.length / sizeof(Row));
  std::uint8_t* at = file.data() + place.offset + index * sizeof(Row);
  Row row;
  std::memcpy(&row, at, sizeof row);
  change(row);
  std::memcpy(at, &row, sizeof row);
  seal(file);
  return file;
}

struct RowCase {
  File file;
  std::string_view want;
};

void expect_faults(const std::vector<RowCase>& cases) {
  for (const RowCase& c : cases) {
    std::string error;
    EXPECT_FALSE(Database::load(c.file, error));
    EXPECT_EQ(error, c.want);
  }
}

constexpr std::uint32_t kFar = 0xffffffff;
const Text kBeyond{1, kFar};

TEST(Rows, RefusesTextThatIsNoText) {
  for (const std::string_view bad :
       {std::string_view("\0", 1), std::string_view("\x80"), std::string_view("\xc1\xbf"),
        std::string_view("\xc3"), std::string_view("\xe0\x9f\xbf"),
        std::string_view("\xed\xa0\x80"), std::string_view("\xf0\x8f\xbf\xbf"),
        std::string_view("\xf4\x90\x80\x80"), std::string_view("\xf5\x80\x80\x80")}) {
    File file = test::compile(test::fixture_rules());
    std::memcpy(file.data() + header(file).sections[0].offset, bad.data(), bad.size());
    seal(file);
    std::string error;
    EXPECT_FALSE(Database::load(file, error));
    EXPECT_EQ(error, "section text is not UTF-8");
  }
}

TEST(Rows, RefusesAPieceOfACharacter) {
  File file = test::compile(test::ir({test::Rule("a").call(test::kLsarpc).title("\xc3\xa9")}));
  const SectionRow& place = header(file).sections[static_cast<std::size_t>(Section::kDetections)];
  auto* title = file.data() + place.offset + offsetof(DetectionRow, title);
  for (const std::uint32_t skip : {0U, 1U}) {
    File cut = file;
    Text text;
    std::memcpy(&text, title, sizeof text);
    text = {text.offset + skip, 1};
    std::memcpy(cut.data() + (title - file.data()), &text, sizeof text);
    seal(cut);
    std::string error;
    EXPECT_FALSE(Database::load(cut, error));
    EXPECT_EQ(error, "section detections, row 0: outside the text");
  }
}

TEST(Rows, RefusesBadNames) {
  const auto interface = [](const std::function<void(InterfaceRow&)>& change) {
    return hostile<InterfaceRow>(Section::kInterfaces, 1, change);
  };
  const auto operation = [](const std::function<void(OperationRow&)>& change) {
    return hostile<OperationRow>(Section::kOperations, 1, change);
  };
  const auto pipe = [](const std::function<void(PipeRow&)>& change) {
    return hostile<PipeRow>(Section::kPipes, 1, change);
  };
  expect_faults({
      {interface([](InterfaceRow& r) { r.name = kBeyond; }),
       "section interfaces, row 1: name outside the text"},
      {interface([](InterfaceRow& r) { r.uuid = {}; }), "section interfaces, row 1: out of order"},
      {interface([](InterfaceRow& r) { r.operations.begin = kFar; }),
       "section interfaces, row 1: operations outside or out of order"},
      {interface([](InterfaceRow& r) {
         r.operations = {0, 3};
       }),
       "section interfaces, row 1: operations outside or out of order"},
      {interface([](InterfaceRow& r) { r.watched.count = kFar; }),
       "section interfaces, row 1: watched outside or out of order"},
      {interface([](InterfaceRow& r) {
         r.watched = {0, 4};
       }),
       "section interfaces, row 1: watched outside or out of order"},
      {operation([](OperationRow& r) { r.name = kBeyond; }),
       "section operations, row 1: name outside the text"},
      {operation([](OperationRow& r) { r.returns = static_cast<Returns>(5); }),
       "section operations, row 1: unknown value"},
      {operation([](OperationRow& r) { r.reserved = 1; }),
       "section operations, row 1: unknown value"},
      {operation([](OperationRow& r) { r.number = 28; }),
       "section interfaces, row 0: operations outside or out of order"},
      {pipe([](PipeRow& r) { r.name = kBeyond; }),
       "section pipes, row 1: name outside the text or not lower case"},
      {pipe([](PipeRow& r) {
         r.name = {0, 0};
       }),
       "section pipes, row 1: out of order"},
      {pipe([](PipeRow& r) { r.interface = 5; }),
       "section pipes, row 1: interface outside its section"},
      {hostile<Text>(Section::kConditionPipes, 0, [](Text& r) { r = kBeyond; }),
       "section condition pipes, row 0: outside the text or not lower case"},
  });
}

TEST(Rows, RefusesBadDetections) {
  const auto detection = [](const std::function<void(DetectionRow&)>& change) {
    return hostile<DetectionRow>(Section::kDetections, 2, change);
  };
  expect_faults({
      {detection([](DetectionRow& r) { r.name = kBeyond; }),
       "section detections, row 2: outside the text"},
      {detection([](DetectionRow& r) { r.title = kBeyond; }),
       "section detections, row 2: outside the text"},
      {detection([](DetectionRow& r) { r.category = kBeyond; }),
       "section detections, row 2: outside the text"},
      {detection([](DetectionRow& r) {
         r.attack = {2, 1};
       }),
       "section detections, row 2: tags outside their section"},
      {detection([](DetectionRow& r) { r.severity = static_cast<Severity>(5); }),
       "section detections, row 2: unknown value"},
      {detection([](DetectionRow& r) { r.sealed = static_cast<Sealed>(2); }),
       "section detections, row 2: unknown value"},
      {detection([](DetectionRow& r) { r.profile = static_cast<Profile>(2); }),
       "section detections, row 2: unknown value"},
      {hostile<Text>(Section::kTags, 0, [](Text& r) { r = kBeyond; }),
       "section tags, row 0: outside the text"},
  });
}

TEST(Rows, RefusesBadConditions) {
  const auto condition = [](const std::function<void(ConditionRow&)>& change) {
    return hostile<ConditionRow>(Section::kConditions, 1, change);
  };
  const std::string_view kUnknown = "section conditions, row 1: unknown value";
  expect_faults({
      {condition([](ConditionRow& r) { r.detection = 5; }),
       "section conditions, row 1: detection outside its section"},
      {condition([](ConditionRow& r) { r.detection = 2; }),
       "section conditions, row 2: out of order"},
      {condition([](ConditionRow& r) { r.transports = 0; }), kUnknown},
      {condition([](ConditionRow& r) { r.transports = 8; }), kUnknown},
      {condition([](ConditionRow& r) { r.has_object = 2; }), kUnknown},
      {condition([](ConditionRow& r) { r.inferable = 2; }), kUnknown},
      {condition([](ConditionRow& r) { r.reserved = 1; }), kUnknown},
      {condition([](ConditionRow& r) { r.outcomes = 0x40; }), kUnknown},
      {condition([](ConditionRow& r) { r.auth_levels = 0x80; }), kUnknown},
      {condition([](ConditionRow& r) { r.step = 1; }),
       "section conditions, row 1: step outside its detection"},
      {condition([](ConditionRow& r) {
         r.auth_types = {0, 2};
       }),
       "section conditions, row 1: auth types outside their section"},
      {condition([](ConditionRow& r) { r.inferable = 1; }),
       "section conditions, row 1: inferable without clauses"},
      {condition([](ConditionRow& r) { r.version_major_last = 1; }),
       "section conditions, row 1: no version fits"},
      {condition([](ConditionRow& r) { r.object.bytes[0] = 1; }),
       "section conditions, row 1: an object without has_object"},
      {condition([](ConditionRow& r) {
         r.pipes = {1, 2};
       }),
       "section conditions, row 1: pipes outside their section"},
      {condition([](ConditionRow& r) {
         r.clauses = {kFar, 1};
       }),
       "section conditions, row 1: clauses outside their section"},
      {condition([](ConditionRow& r) {
         r.from.ranges = {0, 1};
       }),
       "section conditions, row 1: everyone and a list of addresses"},
      {condition([](ConditionRow& r) { r.from.everyone = 2; }), kUnknown},
      {condition([](ConditionRow& r) { r.to.negated = 2; }), kUnknown},
      {condition([](ConditionRow& r) { r.to.reserved = 1; }), kUnknown},
      {condition([](ConditionRow& r) {
         r.to.ranges = {0, 4};
       }),
       "section conditions, row 1: addresses outside or out of order"},
      {hostile<AddressRow>(Section::kAddresses, 1, [](AddressRow& r) { r.first[0] = 0xff; }),
       "section addresses, row 1: last before first"},
      {hostile<AddressRow>(Section::kAddresses, 1, [](AddressRow& r) { r.first = {}; }),
       "section conditions, row 0: addresses outside or out of order"},
  });
}

TEST(Rows, RefusesBadBinds) {
  const auto bind = [](const std::function<void(BindRow&)>& change) {
    return hostile<BindRow>(Section::kBinds, 0, change);
  };
  const std::string_view kUnknown = "section binds, row 0: unknown value";
  expect_faults({
      {bind([](BindRow& r) { r.detection = 5; }),
       "section binds, row 0: detection outside its section"},
      {bind([](BindRow& r) { r.step = 1; }), "section binds, row 0: step outside its detection"},
      {bind([](BindRow& r) { r.transports = 0; }), kUnknown},
      {bind([](BindRow& r) { r.results = 8; }), kUnknown},
      {bind([](BindRow& r) { r.reserved = 1; }), kUnknown},
      {bind([](BindRow& r) { r.version_major_first = 3; }),
       "section binds, row 0: no version fits"},
      {bind([](BindRow& r) { r.pipes.count = kFar; }),
       "section binds, row 0: pipes outside their section"},
      {bind([](BindRow& r) { r.from.negated = 2; }), kUnknown},
  });
}

TEST(Rows, RefusesBadFiles) {
  const auto file = [](const std::function<void(FileRow&)>& change) {
    return hostile<FileRow>(Section::kFiles, 0, change);
  };
  const std::string_view kUnknown = "section files, row 0: unknown value";
  expect_faults({
      {file([](FileRow& r) { r.detection = 5; }),
       "section files, row 0: detection outside its section"},
      {file([](FileRow& r) { r.step = 2; }), "section files, row 0: step outside its detection"},
      {file([](FileRow& r) { r.name = kBeyond; }),
       "section files, row 0: glob outside the text or not lower case"},
      {file([](FileRow& r) { r.share = kBeyond; }),
       "section files, row 0: glob outside the text or not lower case"},
      {file([](FileRow& r) { r.whole_path = 2; }), kUnknown},
      {file([](FileRow& r) { r.access = 0; }), kUnknown},
      {file([](FileRow& r) { r.access = 4; }), kUnknown},
      {file([](FileRow& r) { r.outcomes = 0x40; }), kUnknown},
      {file([](FileRow& r) { r.to.everyone = 2; }), kUnknown},
  });
}

TEST(Rows, RefusesALongGlob) {
  const std::string glob(kMaxGlobBytes + 1, 'a');
  EXPECT_THROW(test::compile(test::ir({test::Rule("a").file(glob)})), std::runtime_error);
  EXPECT_FALSE(test::compile(test::ir({test::Rule("a").file(glob.substr(1))})).empty());
}

TEST(Rows, RefusesBadHistories) {
  const auto history = [](const std::function<void(HistoryRow&)>& change) {
    return hostile<HistoryRow>(Section::kHistories, 0, change);  // a count
  };
  const auto detection = [](const std::function<void(DetectionRow&)>& change) {
    return hostile<DetectionRow>(Section::kDetections, 4, change);  // a sequence
  };
  const std::string_view kUnknown = "section histories, row 0: unknown value";
  const std::string_view kWindow = "section histories, row 0: window out of range";
  const std::string_view kCount = "section histories, row 0: count out of range";
  const std::string_view kSteps =
      "section detections, row 4: steps without a window, or the reverse";
  expect_faults({
      {history([](HistoryRow& r) { r.count_us = -1; }), kWindow},
      {history([](HistoryRow& r) { r.count_us = kMaxWindowUs + 1; }), kWindow},
      {history([](HistoryRow& r) { r.sequence_us = -1; }), kWindow},
      {history([](HistoryRow& r) { r.at_least = 0; }), kCount},
      {history([](HistoryRow& r) { r.at_least = kMaxCount + 1; }), kCount},
      {history([](HistoryRow& r) { r.count_us = 0; }), kCount},
      {history([](HistoryRow& r) { r.at_least = 0, r.count_us = 0; }),
       "section histories, row 0: neither a sequence nor a count"},
      {history([](HistoryRow& r) { r.count_by = 4; }), kUnknown},
      {history([](HistoryRow& r) { r.sequence_by = 4; }), kUnknown},
      {history([](HistoryRow& r) { r.reserved = 1; }), kUnknown},
      {detection([](DetectionRow& r) { r.steps = 0; }),
       "section detections, row 4: too few or too many steps"},
      {detection([](DetectionRow& r) { r.steps = kMaxSteps + 1; }),
       "section detections, row 4: too few or too many steps"},
      {detection([](DetectionRow& r) { r.steps = 1; }), kSteps},
      {detection([](DetectionRow& r) { r.history = {}; }), kSteps},
      {detection([](DetectionRow& r) { r.history.begin = 0; }), kSteps},
      {detection([](DetectionRow& r) {
         r.history = {2, 1};
       }),
       "section detections, row 4: histories outside their section or too many"},
      {detection([](DetectionRow& r) {
         r.history = {0, 2};
       }),
       "section detections, row 4: histories outside their section or too many"},
  });
}

TEST(Rows, RefusesBadWatches) {
  const auto watched = [](const std::function<void(WatchRow&)>& change) {
    return hostile<WatchRow>(Section::kWatched, 1, change);
  };
  expect_faults({
      {watched([](WatchRow& r) { r.first = 44; }), "section watched, row 1: last before first"},
      {watched([](WatchRow& r) { r.candidates.begin = kFar; }),
       "section watched, row 1: candidates outside or out of order"},
      {watched([](WatchRow& r) {
         r.candidates = {1, 3};
       }),
       "section watched, row 1: candidates outside or out of order"},
      {watched([](WatchRow& r) { r.last = 44; }),
       "section interfaces, row 0: watched outside or out of order"},
      {hostile<WatchRow>(Section::kInferred, 0,
                         [](WatchRow& r) {
                           r.candidates = {0, kFar};
                         }),
       "section inferred, row 0: candidates outside or out of order"},
      {hostile<std::uint32_t>(Section::kCandidates, 0, [](std::uint32_t& r) { r = 5; }),
       "section candidates, row 0: condition outside its section"},
  });
}

TEST(Rows, RefusesBadStubConditions) {
  const auto clause = [](const std::function<void(ClauseRow&)>& change) {
    return hostile<ClauseRow>(Section::kClauses, 1, change);
  };
  expect_faults({
      {clause([](ClauseRow& r) {
         r.terms = {4, 1};
       }),
       "section clauses, row 1: terms outside their section"},
      {clause([](ClauseRow& r) { r.terms.count = 0; }), "section clauses, row 1: no terms"},
      {hostile<TermRow>(Section::kTerms, 0, [](TermRow& r) { r.pattern = 4; }),
       "section terms, row 0: pattern outside its section"},
      {hostile<TermRow>(Section::kTerms, 0, [](TermRow& r) { r.negated = 2; }),
       "section terms, row 0: unknown value"},
      {hostile<PatternRow>(Section::kPatterns, 0, [](PatternRow& r) { r.expression = kBeyond; }),
       "section patterns, row 0: outside the text"},
      {hostile<PatternRow>(Section::kPatterns, 0, [](PatternRow& r) { r.at_end = 2; }),
       "section patterns, row 0: unknown value"},
  });
}

// Every pair of bytes of every row, set to what may hurt. Whatever is let through must keep its
// promises.
TEST(Rows, AreRefusedOrHarmlessWhateverIsInThem) {
  const File sound = test::compile(test::fixture_rules());
  const std::size_t begin = header(sound).sections[1].offset;
  const std::size_t end =
      header(sound).sections[static_cast<std::size_t>(Section::kHyperscan)].offset;
  std::size_t loaded = 0;
  for (std::size_t at = begin; at < end; at += 2)
    for (const int value : {0, 1, 5, 0x7fff, 0xffff}) {
      File file = sound;
      file[at] = static_cast<std::uint8_t>(value);
      file[at + 1] = static_cast<std::uint8_t>(value >> 8);
      seal(file);
      std::string error;
      const auto database = Database::load(std::move(file), error);
      ASSERT_EQ(database.has_value(), error.empty());
      if (database && test::Walk(*database).sum() > 0) ++loaded;
    }
  // Most changes break a promise; those of versions, ids and the like do not.
  EXPECT_GT(loaded, (end - begin) / 20);
  EXPECT_LT(loaded, (end - begin) * 2);
}

// Hyperscan's part is the last section: with its length zero the file ends before it.
TEST(Rows, RefusesPatternsWithoutAHyperscanDatabase) {
  File file = test::compile(test::fixture_rules());
  Header changed = header(file);
  SectionRow& last = changed.sections[static_cast<std::size_t>(Section::kHyperscan)];
  last.length = 0;
  file.resize(aligned(last.offset));
  changed.file_length = file.size();
  std::memcpy(file.data(), &changed, sizeof changed);
  seal(file);
  std::string error;
  EXPECT_FALSE(Database::load(file, error));
  EXPECT_EQ(error,
            "section hyperscan, row 0: patterns without a Hyperscan database, or the reverse");
}

}  // namespace
}  // namespace rpcsieve::database

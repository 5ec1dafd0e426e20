#include "compiler/backend/sids.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/backend/forms.h"
#include "tests/support/rules.h"

namespace rpcsieve::compiler {
namespace {

constexpr std::string_view kIdOfA = "61000000-0000-0000-0000-000000000000";

struct Assigned {
  Sids sids;
  std::string complaints;  // "E050 2:1 message\n"
};

Assigned assign(const Ir& ir, const std::string& lock) {
  Diagnostics out;
  const Source source{"sids.lock", lock};
  Assigned assigned{Sids::assign(ir, lock.empty() ? nullptr : &source, out), ""};
  for (const Diagnostic& one : out.sorted())
    assigned.complaints += fmt::format("{} {}:{}+{} {}\n", one.code, one.span.line, one.span.column,
                                       one.span.length, one.message);
  return assigned;
}

Ir rules_a_and_b() {
  return test::ir({test::Rule("b").call(test::kLsarpc), test::Rule("a").call(test::kLsarpc)});
}

// numbers gives what is printed of each number, without the meanings.
std::string numbers(const Sids& sids) {
  std::string out;
  for (const auto& [key, entry] : sids.all())
    out +=
        fmt::format("{:.4} {} {} {}\n", print(key.first), key.second, entry.sid.sid, entry.sid.rev);
  return out;
}

TEST(Sids, GivesFreeNumbersInOrderOfIdAndForm) {
  std::string want;
  std::uint32_t sid = kFirstFreeSid;
  for (const std::string_view id : {"6100", "6200"})
    for (const std::string_view form : kForms) want += fmt::format("{} {} {} 1\n", id, form, sid++);
  EXPECT_EQ(numbers(assign(rules_a_and_b(), "").sids), want);
}

TEST(Sids, KeepsWhatTheLockSaysAndNeverReusesASid) {
  const Ir ir = rules_a_and_b();
  const auto [sids, complaints] =
      assign(ir,
             "# comment\r\n"
             "\n"
             "61000000-0000-0000-0000-000000000000\tnative  77 3 # why\r\n"
             "99999999-0000-0000-0000-000000000000 app 9400000 2\n"
             "99999999-0000-0000-0000-000000000000 app-smb 9400002 2");
  EXPECT_EQ(complaints, "");
  EXPECT_EQ(sids.of(ir.detections[1].id, "native"), (Sid{77, 3}));
  EXPECT_EQ(sids.of(ir.detections[1].id, "app"), (Sid{9400001, 1}));
  EXPECT_EQ(sids.of(ir.detections[1].id, "app-smb"), (Sid{9400003, 1}));
}

TEST(Sids, ReadsBackWhatItPrints) {
  const Ir ir = rules_a_and_b();
  const Sids sids = assign(ir, std::string(kIdOfA) + " stub 5 9\n").sids;
  const auto [again, complaints] = assign(ir, print(sids));
  EXPECT_EQ(complaints, "");
  EXPECT_EQ(again.all(), sids.all());
}

struct LockCase {
  std::string_view name, lock, want;
};

const LockCase kLockCases[] = {
    {"three parts", "ID native 5\n", "E050 1:1+11 a line of sids.lock has four parts, or five\n"},
    {"six parts", "  ID native 5 1 1 x # c\n",
     "E050 1:3+17 a line of sids.lock has four parts, or five\n"},
    {"no meaning",
     "61000000-0000-0000-0000-000000000000 native 5 1 -3\n"
     "61000000-0000-0000-0000-000000000000 app 6 1 0\n"
     "61000000-0000-0000-0000-000000000000 raw 7 1 11112222333344445\n",
     "E050 1:49+2 not the mark of a meaning\nE050 2:46+1 not the mark of a meaning\n"
     "E050 3:46+17 not the mark of a meaning\n"},
    {"a merge that nobody finished, with what both sides say",
     "<<<<<<< HEAD\n61000000-0000-0000-0000-000000000000 native 5 1\n"
     "||||||| base\n=======\n61000000-0000-0000-0000-000000000000 native 5 1\n>>>>>>> theirs\n"
     "x\n",
     "E054 1:1+7 an unfinished merge\nE050 7:1+1 a line of sids.lock has four parts, or five\n"},
    {"the end of a merge, alone", "=======\n", "E054 1:1+7 an unfinished merge\n"},
    {"all parts bad", "ID native 0 x\n",
     "E050 1:1+2 not a UUID\nE050 1:11+1 not a sid\nE050 1:13+1 not a rev\n"},
    {"sid beyond 32 bits", "ID native 4294967296 1\n",
     "E050 1:1+2 not a UUID\nE050 1:11+10 not a sid\n"},
    {"signs and fractions", "ID native -5 1.5\n",
     "E050 1:1+2 not a UUID\nE050 1:11+2 not a sid\nE050 1:14+3 not a rev\n"},
    {"sid twice",
     "61000000-0000-0000-0000-000000000000 native 5 1\n"
     "61000000-0000-0000-0000-000000000000 app 5 1\n",
     "E051 2:42+1 sid 5 stands twice\n"},
    {"form twice",
     "61000000-0000-0000-0000-000000000000 native 5 1\n"
     "61000000-0000-0000-0000-000000000000 native 6 1\n",
     "E052 2:1+47 this form of the detection has a sid already\n"},
    {"unknown form", "61000000-0000-0000-0000-000000000000 nativ 5 1\n",
     "W050 1:38+5 unknown form 'nativ'\n"},
};

TEST(Sids, SaysWhatIsWrongWithALock) {
  for (const LockCase& c : kLockCases)
    EXPECT_EQ(assign(rules_a_and_b(), std::string(c.lock)).complaints, c.want) << c.name;
}

// RevCase is another version of the rule whose numbers are locked.
struct RevCase {
  std::string_view name;
  test::Rule now;
  std::uint32_t want;  // of all forms; 4 in the lock
};

TEST(Sids, RaisesTheRevWithTheMeaningOnly) {
  const auto rule = [] { return test::Rule("a").call(test::kLsarpc, {{1, 1}}); };
  std::string lock = print(assign(test::ir({rule()}), "").sids);
  for (std::size_t at = 0; (at = lock.find(" 1 ", at)) != std::string::npos;) lock[at + 1] = '4';
  const RevCase cases[] = {
      {"the same", rule(), 4},
      {"another title", rule().title("new"), 4},
      {"another severity", rule().severity(database::Severity::kLow), 4},
      {"another technique", rule().attack({"T1003"}), 4},
      {"another operation", test::Rule("a").call(test::kLsarpc, {{2, 2}}), 5},
      {"another client", rule().from({"10.0.0.0/8"}), 5},
      {"a condition more", rule().stub(test::text("abc")), 5},
      {"silent when sealed", rule().sealed(database::Sealed::kIgnore), 5},
  };
  for (const RevCase& c : cases) {
    const Ir ir = test::ir({c.now});
    const Sids sids = assign(ir, lock).sids;
    for (const std::string_view form : kForms)
      EXPECT_EQ(sids.of(ir.detections[0].id, form).rev, c.want) << c.name << ", " << form;
    EXPECT_EQ(assign(ir, print(sids)).sids.all(), sids.all()) << c.name << ": the lock is written";
  }
}

TEST(Sids, KeepsTheRevOfALockThatKnowsNoMeaning) {
  const Ir ir = rules_a_and_b();
  const Sids sids = assign(ir, std::string(kIdOfA) + " native 5 9\n").sids;
  EXPECT_EQ(sids.of(ir.detections[1].id, "native"), (Sid{5, 9}));
  EXPECT_NE(sids.all().at({ir.detections[1].id, "native"}).meaning, 0U);
}

TEST(Sids, DoesNotRaiseARevBeyondItsEnd) {
  const Ir ir = rules_a_and_b();
  const Sids sids = assign(ir, std::string(kIdOfA) + " native 5 4294967295 1\n").sids;
  EXPECT_EQ(sids.of(ir.detections[1].id, "native"), (Sid{5, 4294967295}));
}

TEST(Sids, NumbersEveryAlternative) {
  const Ir ir = test::ir({test::Rule("a").call(test::kLsarpc).call(test::kSvcctl)});
  const Sids sids = assign(ir, "").sids;
  EXPECT_EQ(sids.all().size(), 2 * kForms.size() - 1) << "one native alert for both";
  EXPECT_EQ(sids.of(ir.detections[0].id, "app"), (Sid{9400000, 1}));
  EXPECT_EQ(sids.of(ir.detections[0].id, "app-2"), (Sid{9400001, 1}));
}

}  // namespace
}  // namespace rpcsieve::compiler
